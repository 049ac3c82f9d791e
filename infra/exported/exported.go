// Package exported knows what the exporters of a stack export: metrics and their labels, by scrape job, as far as rules,
// runbooks and dashboards ask for them. local.json was read by cmd from the Prometheus of two real stacks: the local one,
// and that of make drill-alerts. elsewhere.json is written by hand, after the source that it names: neither has such an
// exporter, or the metric is there only after something that neither met, or nobody asked for it when they were read.
package exported

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Metrics are the labels of metrics by their names, by scrape job.
type Metrics map[string]map[string][]string

//go:embed local.json elsewhere.json
var files embed.FS

// Read is what was read in the source of an exporter rather than from a running one.
type Read struct {
	// Source is the program, its version, and the files.
	Source string
	// Metrics are the labels of metrics by their names.
	Metrics map[string][]string
}

// Elsewhere is what was read in sources, by scrape job.
func Elsewhere() (map[string]Read, error) {
	var read map[string]Read
	return read, unmarshal("elsewhere.json", &read)
}

// Known is everything that some stack exports.
func Known() (Metrics, error) {
	all := Metrics{}
	if err := unmarshal("local.json", &all); err != nil {
		return nil, err
	}
	elsewhere, err := Elsewhere()
	if err != nil {
		return nil, err
	}
	for job, read := range elsewhere {
		for metric, labels := range read.Metrics {
			all.add(job, metric, labels)
		}
	}
	return all, nil
}

func unmarshal(name string, into any) error {
	text, err := files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("exported: %s: %w", name, err)
	}
	return nil
}

// Of collects what series, as Prometheus' API lists them, have, as far as somebody asks for it. What rules record is not
// exported by anything.
func Of(series []map[string]string) (Metrics, error) {
	used, err := words()
	if err != nil {
		return nil, err
	}
	all := Metrics{}
	for _, labels := range series {
		metric := labels["__name__"]
		if used[metric] && metric != "ALERTS" && !strings.Contains(metric, ":") {
			all.add(labels["job"], metric, slices.Collect(maps.Keys(labels)))
		}
	}
	return all, nil
}

func (m Metrics) add(job, metric string, labels []string) {
	if m[job] == nil {
		m[job] = map[string][]string{}
	}
	labels = append(slices.Clone(labels), m[job][metric]...)
	labels = slices.DeleteFunc(labels, func(label string) bool { return label == "__name__" })
	slices.Sort(labels)
	m[job][metric] = slices.Compact(labels)
}

// Labels are those that a metric has in any job; nil for a metric that nothing exports.
func (m Metrics) Labels(metric string) []string {
	var labels []string
	for _, metrics := range m {
		labels = append(labels, metrics[metric]...)
	}
	return labels
}

// JSON is the text of local.json: a line for each metric.
func (m Metrics) JSON() (string, error) {
	var text strings.Builder
	text.WriteString("{")
	for i, job := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&text, "%s\n  %q: {", comma(i), job)
		for j, metric := range slices.Sorted(maps.Keys(m[job])) {
			labels, err := json.Marshal(m[job][metric])
			if err != nil {
				return "", fmt.Errorf("exported: %w", err)
			}
			fmt.Fprintf(&text, "%s\n    %q: %s", comma(j), metric, labels)
		}
		text.WriteString("\n  }")
	}
	text.WriteString("\n}\n")
	return text.String(), nil
}

func comma(index int) string {
	if index == 0 {
		return ""
	}
	return ","
}
