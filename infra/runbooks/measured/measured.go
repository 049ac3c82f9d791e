// Package measured holds what tests saw when they broke what critical alerts are about: whom each backend notified, and how
// long after. Tests write the files (make paged), and fail where one no longer agrees with what they see.
package measured

import (
	"bytes"
	"embed"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

// The backends.
const (
	Prometheus = "prometheus"
	Datadog    = "datadog"
	// Cluster is Prometheus and Alertmanager on a live cluster, as drills saw them.
	Cluster = "cluster"
)

// File is what was seen of one backend.
type File struct {
	// Date is the day of the run; empty where each alert has its own.
	Date string `yaml:"date,omitempty"`
	// Alerts are by their names.
	Alerts map[string]Alert `yaml:"alerts"`
}

// Alert is what was seen of one alert.
type Alert struct {
	// Fault is what was broken.
	Fault string `yaml:"fault"`
	// Fires is when the alert fired, Notified when somebody had the notification, counted from the fault.
	Fires    string `yaml:"fires,omitempty"`
	Notified string `yaml:"notified"`
	// By is the monitor that notified, where it has another name.
	By string `yaml:"by,omitempty"`
	// To is who was notified.
	To []string `yaml:"to,flow"`
	// Date is the day, where not all alerts were measured in one run.
	Date string `yaml:"date,omitempty"`
}

//go:embed *.yaml
var files embed.FS

// Read is what is committed of a backend.
func Read(backend string) (File, error) {
	var file File
	text, err := files.ReadFile(backend + ".yaml")
	if err != nil {
		return file, fmt.Errorf("measured: %w", err)
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return file, fmt.Errorf("measured: %s: %w", backend, err)
	}
	return file, nil
}

// Write replaces a file; by is the command that did.
func (f File) Write(path, by string) error {
	var text bytes.Buffer
	text.WriteString("# Written by `" + by + "`.\n")
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(f); err != nil {
		return fmt.Errorf("measured: %w", err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("measured: %w", err)
	}
	return nil
}
