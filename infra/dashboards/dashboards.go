// Package dashboards holds Grafana's dashboards, in the files that Grafana itself reads and exports, and the names by
// which other parts link to them.
package dashboards

import (
	"embed"
	"fmt"
	"net/url"
)

// Page is a dashboard, by its uid, which is also the name of its file.
type Page string

// The dashboards.
const (
	// Overview is where to begin.
	Overview Page = "overview"
	// Service is one service's rate, errors and duration.
	Service Page = "service"
	// Orders is what the shop sells.
	Orders Page = "orders"
	// Kubernetes is nodes, workloads and volumes.
	Kubernetes Page = "kubernetes"
	// Prometheus is the monitoring itself.
	Prometheus Page = "prometheus"
	// Objectives is the service level objectives.
	Objectives Page = "objectives"
)

// Datasource is the uid of the Prometheus that every panel asks.
const Datasource = "prometheus"

// Pages lists the dashboards.
func Pages() []Page { return []Page{Overview, Service, Orders, Kubernetes, Prometheus, Objectives} }

// Path is where Grafana shows the page, for one namespace.
func (p Page) Path(namespace string) string {
	return "/d/" + string(p) + "?var-namespace=" + url.QueryEscape(namespace)
}

//go:embed *.json
var files embed.FS

// Files are the dashboards' texts with a stack's limits by their keys, by the names of their files.
func Files(limits map[string]float64) map[string]string {
	texts := map[string]string{}
	for _, page := range Pages() {
		texts[page.file()] = page.within(limits)
	}
	return texts
}

func (p Page) file() string { return string(p) + ".json" }

func (p Page) text() string {
	text, err := files.ReadFile(p.file())
	if err != nil {
		panic(fmt.Sprintf("dashboards: %v", err)) // the file is part of this program
	}
	return string(text)
}
