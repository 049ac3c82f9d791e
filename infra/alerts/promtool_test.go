package alerts_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/tooltest"
)

// shop is the stack that the rules are tried on: it has everything.
func shop() alerts.Target {
	t := alerts.Reference()
	t.Environment, t.Namespace, t.Host = "test", "shop", "shop.example.com"
	t.Runbooks, t.Grafana = "https://example.com/runbooks/", "https://grafana.example.com"
	return t
}

// series are values by series, in promtool's notation: one value for each step.
type series map[string]string

// firing is a fault and the alert that it must raise: not before the alert's time is up, but within a minute of it.
type firing struct {
	name  string
	alert string
	// step is the time between two values; zero is 15 seconds, Prometheus' own interval.
	step   time.Duration
	series series
	// since is when the alert's condition begins to hold.
	since time.Duration
	// labels are those of the alert beside its name and the environment.
	labels map[string]string
	// summary and description are as people read them.
	summary, description string
}

// silent is something that looks like a fault, or nearly is one, and must not raise the alert within its duration.
type silent struct {
	name   string
	alert  string
	step   time.Duration
	series series
	// until is how long it is watched.
	until time.Duration
}

// promtool's own file format.
type (
	testFile struct {
		RuleFiles          []string   `yaml:"rule_files"`
		EvaluationInterval string     `yaml:"evaluation_interval"`
		Tests              []testCase `yaml:"tests"`
	}
	testCase struct {
		Name     string       `yaml:"name"`
		Interval string       `yaml:"interval"`
		Input    []testSeries `yaml:"input_series"`
		Alerts   []testAlert  `yaml:"alert_rule_test,omitempty"`
		Exprs    []testExpr   `yaml:"promql_expr_test,omitempty"`
	}
	testSeries struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	testAlert struct {
		At       string         `yaml:"eval_time"`
		Name     string         `yaml:"alertname"`
		Expected []testExpected `yaml:"exp_alerts"`
	}
	testExpected struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	}
)

func (s series) sorted() []testSeries {
	var list []testSeries
	for _, name := range slices.Sorted(maps.Keys(s)) {
		list = append(list, testSeries{Series: name, Values: s[name]})
	}
	return list
}

// test checks that nothing fires a step before the alert's time is up, and that exactly this fires a minute after.
func (f firing) test(alert alerts.Alert) testCase {
	labels := map[string]string{"environment": "test"}
	maps.Copy(labels, f.labels)
	notes := map[string]string{
		"summary": f.summary, "description": f.description,
		"runbook_url":   "https://example.com/runbooks/" + f.alert + ".md",
		"dashboard_url": "https://grafana.example.com/d/" + string(alert.Dashboard) + "?var-namespace=shop",
	}
	due := f.since + alert.For
	test := testCase{Name: f.name, Interval: interval(f.step).String(), Input: f.series.sorted()}
	if due > 0 {
		test.Alerts = append(test.Alerts, testAlert{At: (due - interval(f.step)).String(), Name: f.alert})
	}
	within := max(time.Minute, interval(f.step))
	test.Alerts = append(test.Alerts, testAlert{
		At: (due + within).String(), Name: f.alert, Expected: []testExpected{{Labels: labels, Annotations: notes}},
	})
	return test
}

// test looks at every minute.
func (s silent) test() testCase {
	test := testCase{Name: s.name, Interval: interval(s.step).String(), Input: s.series.sorted()}
	for at := time.Duration(0); at <= s.until; at += max(time.Minute, interval(s.step)) {
		test.Alerts = append(test.Alerts, testAlert{At: at.String(), Name: s.alert})
	}
	return test
}

func interval(step time.Duration) time.Duration {
	if step == 0 {
		return 15 * time.Second
	}
	return step
}

// TestFiring has promtool play every fault and every harmless thing to the rules.
func TestFiring(t *testing.T) {
	t.Parallel()
	defined := map[string]alerts.Alert{}
	for _, alert := range alerts.All(shop()) {
		defined[alert.Name] = alert
	}
	tests := map[suite][]testCase{}
	for _, f := range faults() {
		s := suite{groupOf(f.alert), interval(f.step)}
		tests[s] = append(tests[s], f.test(defined[f.alert]))
	}
	for _, quiet := range harmless() {
		s := suite{groupOf(quiet.alert), interval(quiet.step)}
		tests[s] = append(tests[s], quiet.test())
	}
	promtool := tooltest.Promtool(t)
	for s, list := range tests {
		t.Run(s.group+" every "+s.step.String(), func(t *testing.T) {
			t.Parallel()
			rules := mustWrite(t, "rules.yml", s.rules())
			path := mustWrite(t, "test.yml", testFile{RuleFiles: []string{rules}, EvaluationInterval: s.step.String(), Tests: list})
			tooltest.Run(t, "", promtool, "test", "rules", path)
		})
	}
}

// suite is a group of rules and the time between two evaluations. Promtool evaluates every rule that it is given at every
// step, so each suite is given its own group alone.
type suite struct {
	group string
	step  time.Duration
}

// groupOf is the first word of the name of the group that an alert is in.
func groupOf(alert string) string {
	for _, group := range alerts.Rules(shop()).Groups {
		if slices.ContainsFunc(group.Rules, func(r alerts.Rule) bool { return r.Alert == alert }) {
			name, _, _ := strings.Cut(group.Name, "-")
			return name
		}
	}
	return ""
}

// rules are those of the group and of its longer windows, in a stack that scrapes as often as the suite has values: once a
// minute at least.
func (s suite) rules() alerts.RuleFile {
	target := shop()
	target.Interval = min(s.step, time.Minute)
	file := alerts.Rules(target)
	file.Groups = slices.DeleteFunc(file.Groups, func(g alerts.RuleGroup) bool {
		name, _, _ := strings.Cut(g.Name, "-")
		return name != s.group
	})
	return file
}

// TestEveryAlertIsTried proves that each alert has a fault that raises it and something that does not.
func TestEveryAlertIsTried(t *testing.T) {
	t.Parallel()
	raised, spared := map[string]bool{}, map[string]bool{}
	for _, f := range faults() {
		raised[f.alert] = true
	}
	for _, s := range harmless() {
		spared[s.alert] = true
	}
	// What always fires is spared by nothing.
	spared["Watchdog"] = true
	for _, name := range alerts.Names() {
		if !raised[name] {
			t.Errorf("no fault raises %s", name)
		}
		if !spared[name] {
			t.Errorf("nothing harmless is tried on %s", name)
		}
	}
	for name := range raised {
		if !slices.Contains(alerts.Names(), name) {
			t.Errorf("there is no alert %s", name)
		}
	}
}

// TestCheckRules has promtool read the rules of a stack with everything, and of one with as little as there can be.
func TestCheckRules(t *testing.T) {
	t.Parallel()
	promtool := tooltest.Promtool(t)
	least := alerts.Target{Environment: "local", Namespace: "shop", Monitoring: "monitoring"}
	least.Objectives = alerts.ObjectiveTargets{Orders: 0.95, Catalogue: 0.95, Shop: 0.95, Fast: time.Second}
	for name, target := range map[string]alerts.Target{"everything": shop(), "the least": least} {
		output := tooltest.Run(t, "", promtool, "check", "rules", "--lint=all", "--lint-fatal", mustWrite(t, "rules.yml", alerts.Rules(target)))
		if !strings.Contains(output, "SUCCESS") {
			t.Errorf("%s: %s", name, output)
		}
	}
}

// mustWrite writes a file that promtool reads.
func mustWrite(tb testing.TB, name string, content any) string {
	tb.Helper()
	text, err := yaml.Marshal(content)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// with joins series; later ones replace earlier ones.
func with(list ...series) series {
	all := series{}
	for _, s := range list {
		maps.Copy(all, s)
	}
	return all
}

// without leaves a series out.
func without(all series, name string) series {
	rest := maps.Clone(all)
	delete(rest, name)
	return rest
}

// repeated is a value for a number of steps.
func repeated(value float64, steps int) string { return fmt.Sprintf("%gx%d", value, steps) }

// growing is a counter that grows by an amount with each step.
func growing(by float64, steps int) string { return fmt.Sprintf("0+%gx%d", by, steps) }
