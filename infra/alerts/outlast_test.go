package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/tooltest"
)

// testExpr is promtool's test of an expression that must yield nothing.
type testExpr struct {
	Expr    string     `yaml:"expr"`
	At      string     `yaml:"eval_time"`
	Samples []struct{} `yaml:"exp_samples"`
}

// TestInhibitingAlertsOutlastTheInhibited plays faults that end: at no evaluation does an inhibited alert fire without the one that
// hides it, or it would be notified at the very end of the incident.
func TestInhibitingAlertsOutlastTheInhibited(t *testing.T) {
	t.Parallel()
	const step = 15 * time.Second
	var tests []testCase
	for _, c := range []struct {
		name, hiding, hidden string
		series               series
	}{
		{name: "orders fail for ten minutes", hiding: "OrdersFailing", hidden: "HighErrorRate", series: series{
			requests("order-api", "POST", "/api/orders", "201"): "0x40 0+5x80",
			requests("order-api", "POST", "/api/orders", "503"): "0+5x40 200x80",
		}},
		{name: "a service is down for ten minutes, and callers of its other pods hear errors", hiding: "ServiceDown", hidden: "HighErrorRate",
			series: with(serving(120), series{
				up("order-api"): "0x40 1x80",
				requests("order-api", "GET", "/api/orders", "200"): "0x40 0+5x80",
				requests("order-api", "GET", "/api/orders", "503"): "0+5x40 200x80",
			})},
	} {
		alone := `count(ALERTS{alertname="` + c.hidden + `", alertstate="firing"}) unless on () ALERTS{alertname="` + c.hiding + `", alertstate="firing"}`
		test := testCase{Name: c.name, Interval: step.String(), Input: c.series.sorted()}
		for at := 6 * time.Minute; at < 30*time.Minute; at += step {
			test.Exprs = append(test.Exprs, testExpr{Expr: alone, At: at.String()})
		}
		// Without this the test passes when nothing fires at all.
		test.Exprs = append(test.Exprs, testExpr{Expr: `absent(ALERTS{alertname="` + c.hidden + `", alertstate="firing"})`, At: "9m"})
		tests = append(tests, test)
	}
	target := shop()
	target.Interval = step
	file := alerts.Rules(target)
	file.Groups = slices.DeleteFunc(file.Groups, func(g alerts.RuleGroup) bool { return g.Name != "services" && g.Name != "orders" })
	rules := mustWrite(t, "rules.yml", file)
	path := mustWrite(t, "test.yml", testFile{RuleFiles: []string{rules}, EvaluationInterval: step.String(), Tests: tests})
	tooltest.Run(t, "", tooltest.Promtool(t), "test", "rules", path)
}
