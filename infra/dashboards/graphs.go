package dashboards

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
)

// Where Prometheus' own pages are, as seen from those that it serves for others: below any path that it itself is at.
const (
	queryPage = "../query"
	// IndexFile lists every dashboard. By this name Prometheus links to it from all of its own pages.
	IndexFile = "index.html"
	// userAssets is where Prometheus serves the pages of others.
	userAssets = "/user/"
)

//go:embed *.html.tmpl
var templates embed.FS

// graph is a dashboard as a page that opens all of its panels as graphs in Prometheus.
type graph struct {
	File, Title, Description, URL string
}

// Graphs are small web pages for Prometheus to serve, by their files' names: one for each dashboard, which opens its
// panels in Prometheus' own page of graphs, and one that lists them. A dashboard of one service is there once for each.
func Graphs(namespace string, services []string) (map[string]string, error) {
	graphs, err := graphsOf(namespace, services)
	if err != nil {
		return nil, err
	}
	pages, err := template.ParseFS(templates, "*.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	texts := map[string]string{}
	write := func(file, name string, content any) error {
		var text bytes.Buffer
		if err := pages.ExecuteTemplate(&text, name, content); err != nil {
			return fmt.Errorf("dashboards: %s: %w", file, err)
		}
		texts[file] = text.String()
		return nil
	}
	for _, g := range graphs {
		if err := write(g.File, "graph.html.tmpl", g); err != nil {
			return nil, err
		}
	}
	return texts, write(IndexFile, "index.html.tmpl", graphs)
}

// GraphPaths are the paths of those pages in Prometheus, by what people call them: "all" is the list.
func GraphPaths(services []string) map[string]string {
	paths := map[string]string{"all": userAssets + IndexFile}
	for _, page := range Pages() {
		for _, service := range page.per(services) {
			paths[page.name(service)] = userAssets + page.name(service) + ".html"
		}
	}
	return paths
}

// per lists what there is a page for each of: the services, or nothing, once.
func (p Page) per(services []string) []string {
	if strings.Contains(p.text(), "$service") {
		return services
	}
	return []string{""}
}

// name is what a page is called, for a service or for none.
func (p Page) name(service string) string {
	if service == "" {
		return string(p)
	}
	return string(p) + "-" + service
}

func graphsOf(namespace string, services []string) ([]graph, error) {
	var graphs []graph
	for _, page := range Pages() {
		var head struct{ Title, Description string }
		if err := json.Unmarshal([]byte(page.text()), &head); err != nil {
			return nil, fmt.Errorf("%s: %w", page.file(), err)
		}
		for _, service := range page.per(services) {
			panels, err := Panels(Variables{Namespace: namespace, Service: service})
			if err != nil {
				return nil, err
			}
			title := head.Title
			if service != "" {
				title += " " + service
			}
			graphs = append(graphs, graph{
				File: page.name(service) + ".html", Title: title, Description: head.Description,
				URL: queryPage + "?" + page.parameters(panels),
			})
		}
	}
	return graphs, nil
}

// parameters open the page's panels in Prometheus, each under its title, which is a comment to PromQL.
func (p Page) parameters(panels []Panel) string {
	var list []string
	for _, panel := range panels {
		if panel.Page != p {
			continue
		}
		for _, query := range panel.Queries {
			n := "g" + strconv.Itoa(len(list)) + "."
			list = append(list, n+"expr="+url.QueryEscape("# "+panel.Title+"\n"+query)+"&"+n+"tab=graph&"+n+"range_input=1h")
		}
	}
	return strings.Join(list, "&")
}
