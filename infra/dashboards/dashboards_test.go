package dashboards_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/dashboards"
)

// dashboard is what is looked at of a file.
type dashboard struct {
	UID      string
	Title    string
	Editable bool
	Panels   []struct {
		ID         int
		Type       string
		Title      string
		Datasource struct{ UID string }
		GridPos    struct{ X, Y, W, H int }
		Targets    []struct {
			Expr       string
			Datasource struct{ UID string }
		}
	}
	Templating struct {
		List []struct{ Name string }
	}
}

// usual are the limits that the files themselves have.
func usual() map[string]float64 {
	return map[string]float64{
		"errors": 0.05, "latency": 2, "pending": 300, "containerMemory": 0.9, "volume": 0.95, "disk": 0.85,
	}
}

// TestLimits proves that panels turn red where the stack's alerts fire, orange before, and that nothing else changes.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, text := range dashboards.Files(usual()) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(file) {
			t.Errorf("%s: the usual limits change it", name)
		}
	}
	var all strings.Builder
	for _, text := range dashboards.Files(map[string]float64{
		"errors": 0.111, "latency": 7.77, "pending": 777, "containerMemory": 0.222, "volume": 0.333, "disk": 0.444,
	}) {
		all.WriteString(text)
	}
	for value, panels := range map[string]int{
		"0.111": 2, "7.77": 1, "777": 1, "0.222": 1, "0.333": 2, "0.444": 1,
		"155.4": 1, // orange before 777, as 60 is before 300
	} {
		if got := strings.Count(all.String(), `"value": `+value+"\n"); got != panels {
			t.Errorf("the colours of %d panels begin at %s, want %d", got, value, panels)
		}
	}
}

func mustRead(tb testing.TB) map[string]dashboard {
	tb.Helper()
	all := map[string]dashboard{}
	for name, text := range dashboards.Files(usual()) {
		var d dashboard
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		all[name] = d
	}
	return all
}

// TestFiles proves that each dashboard is the one that links lead to, and asks the datasource that there is.
func TestFiles(t *testing.T) {
	t.Parallel()
	for name, d := range mustRead(t) {
		if d.UID+".json" != name || d.Title == "" || d.Editable {
			t.Errorf("%s: uid %q, title %q, editable %t", name, d.UID, d.Title, d.Editable)
		}
		ids, titles := map[int]bool{}, map[string]bool{}
		for _, panel := range d.Panels {
			if ids[panel.ID] {
				t.Errorf("%s: two panels have the id %d", name, panel.ID)
			}
			ids[panel.ID] = true
			if panel.Type == "row" {
				continue
			}
			if titles[panel.Title] {
				t.Errorf("%s: two panels are called %q", name, panel.Title)
			}
			titles[panel.Title] = true
			if panel.Datasource.UID != dashboards.Datasource || len(panel.Targets) == 0 {
				t.Errorf("%s: %s asks %q %d times", name, panel.Title, panel.Datasource.UID, len(panel.Targets))
			}
			for _, target := range panel.Targets {
				if target.Datasource.UID != dashboards.Datasource {
					t.Errorf("%s: %s asks %q", name, panel.Title, target.Datasource.UID)
				}
			}
		}
	}
}

// TestLayout proves that no panel lies on another or beside the screen.
func TestLayout(t *testing.T) {
	t.Parallel()
	for name, d := range mustRead(t) {
		taken := map[[2]int]string{}
		for _, panel := range d.Panels {
			p := panel.GridPos
			if p.X+p.W > 24 {
				t.Errorf("%s: %s is beside the screen", name, panel.Title)
			}
			for x := p.X; x < p.X+p.W; x++ {
				for y := p.Y; y < p.Y+p.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" {
						t.Fatalf("%s: %s lies on %s", name, panel.Title, other)
					}
					taken[[2]int{x, y}] = panel.Title
				}
			}
		}
	}
}

// TestVariables proves that each variable of a query is one that the page or Grafana has.
func TestVariables(t *testing.T) {
	t.Parallel()
	for name, d := range mustRead(t) {
		known := []string{"__rate_interval"}
		for _, variable := range d.Templating.List {
			known = append(known, variable.Name)
		}
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				for _, part := range strings.Split(target.Expr, "$")[1:] {
					word := strings.FieldsFunc(part, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })[0]
					if !slices.Contains(known, word) {
						t.Errorf("%s: %s asks for $%s", name, panel.Title, word)
					}
				}
			}
		}
	}
}

// TestSometimes proves that the panels that may be empty are panels.
func TestSometimes(t *testing.T) {
	t.Parallel()
	panels, err := dashboards.Panels(dashboards.Variables{Namespace: "shop", Service: "order-api"})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, panel := range panels {
		known[string(panel.Page)+"/"+panel.Title] = true
	}
	for name := range dashboards.Sometimes() {
		if !known[name] {
			t.Errorf("there is no panel %s", name)
		}
	}
}
