package dashboards_test

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/dashboards"
)

var target = regexp.MustCompile(`<meta http-equiv="refresh" content="0; url=([^"]*)">`)

// TestGraphsOpenEveryPanel: what Grafana would show is what the links open, panel by panel.
func TestGraphsOpenEveryPanel(t *testing.T) {
	t.Parallel()
	services := []string{"frontend", "order-api"}
	pages, err := dashboards.Graphs("shop", services)
	if err != nil {
		t.Fatal(err)
	}
	paths := dashboards.GraphPaths(services)
	if len(pages) != len(paths) || paths["all"] != "/user/"+dashboards.IndexFile || pages[dashboards.IndexFile] == "" {
		t.Fatalf("%d pages for the paths %v", len(pages), paths)
	}
	delete(paths, "all")
	for name, path := range paths {
		file := strings.TrimPrefix(path, "/user/")
		opened := queries(t, pages[file])
		if !strings.Contains(pages[dashboards.IndexFile], `href="`+file+`"`) {
			t.Errorf("the index does not lead to %s", file)
		}
		page, service := dashboards.Page(name), ""
		if strings.HasPrefix(name, "service-") {
			page, service = dashboards.Service, strings.TrimPrefix(name, "service-")
		}
		panels, err := dashboards.Panels(dashboards.Variables{Namespace: "shop", Service: service})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, panel := range panels {
			if panel.Page != page {
				continue
			}
			for _, query := range panel.Queries {
				want = append(want, "# "+panel.Title+"\n"+query)
			}
		}
		if len(want) == 0 || strings.Join(opened, "|") != strings.Join(want, "|") {
			t.Errorf("%s opens %q, want %q", name, opened, want)
		}
	}
}

// queries are the expressions that a page opens as graphs, in their order.
func queries(t *testing.T, page string) []string {
	t.Helper()
	found := target.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no link in %q", page)
	}
	at, err := url.Parse(html.UnescapeString(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	if at.Path != "../query" {
		t.Errorf("it leads to %s", at.Path)
	}
	var list []string
	for i := 0; ; i++ {
		key := "g" + strconv.Itoa(i)
		expression := at.Query().Get(key + ".expr")
		if expression == "" {
			return list
		}
		if at.Query().Get(key+".tab") != "graph" {
			t.Errorf("%s is no graph", key)
		}
		list = append(list, expression)
	}
}
