// Package dashboards holds Grafana's dashboards as the files that Grafana itself exports, and the names by which other
// parts link to them.
package dashboards

import "net/url"

// Page is a dashboard, by its uid.
type Page string

// The dashboards.
const (
	Overview   Page = "overview"
	Service    Page = "service"
	Orders     Page = "orders"
	Kubernetes Page = "kubernetes"
	Prometheus Page = "prometheus"
	Objectives Page = "objectives"
)

// Datasource is the uid of the Prometheus that the dashboards ask.
const Datasource = "prometheus"

// Path is where Grafana shows the page, for one namespace.
func (p Page) Path(namespace string) string {
	return "/d/" + string(p) + "?var-namespace=" + url.QueryEscape(namespace)
}
