package alerts

import (
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/dashboards"
)

// Objective is a service level objective: the share of events that shall be good.
type Objective struct {
	// Name is the value of the label "slo".
	Name string
	// Service is whose objective it is.
	Service string
	// Target is the share of good events, between 0 and 1.
	Target float64
	// Bad and All are the rates of bad events and of all, in PromQL, over $window.
	Bad, All string
}

// Objectives lists those of a stack: a customer who places an order, or asks the shop for anything, gets an answer other
// than 5xx, and a request for products is answered in time.
func Objectives(t Target) []Objective {
	return []Objective{
		{
			Name: "orders-accepted", Service: contract.OrderAPI.Name, Target: t.Objectives.Orders,
			Bad: `sum(rate($requests{$placing, status=~"5.."}[$window]))`,
			All: `sum(rate($requests{$placing}[$window]))`,
		},
		{
			Name: "catalogue-fast", Service: contract.ProductAPI.Name, Target: t.Objectives.Catalogue,
			Bad: `sum(rate($seconds_count{$browsing}[$window]))
- sum(rate($seconds_bucket{$browsing, $fast}[$window]))`,
			All: `sum(rate($seconds_count{$browsing}[$window]))`,
		},
		{
			Name: "shop-available", Service: contract.Frontend.Name, Target: t.Objectives.Shop,
			Bad: `sum(rate($requests{$traffic, service="frontend", status=~"5.."}[$window]))`,
			All: `sum(rate($requests{$traffic, service="frontend"}[$window]))`,
		},
	}
}

// The windows that the burn alerts compare, as Google's SRE workbook pairs them: a long one that is sure and a short one
// that ends soon after the fault. Long ones read days of samples, so they are recorded less often.
var (
	shortWindows = []string{"5m", "30m", "1h", "2h"}
	longWindows  = []string{"6h", "1d", "3d"}
)

func recordObjectives(t Target) []Rule {
	var rules []Rule
	for _, o := range Objectives(t) {
		rules = append(rules, Rule{
			Record: "slo:objective:ratio", Expr: "vector(" + number(o.Target) + ")", Labels: o.labels(),
		})
	}
	return append(rules, recordBurn(t, shortWindows)...)
}

func recordLongObjectives(t Target) []Rule { return recordBurn(t, longWindows) }

// recordBurn records for each objective and window the rates of bad and all events, and the burn: how many times too
// fast the budget is spent. Before the first bad event there is no series of them, so bad falls back on zero of all.
func recordBurn(t Target, windows []string) []Rule {
	var rules []Rule
	for _, window := range windows {
		for _, o := range Objectives(t) {
			all := strings.ReplaceAll(o.All, "$window", window)
			bad := strings.ReplaceAll(o.Bad, "$window", window) + "\nor\n0 * " + all
			rules = append(rules,
				Rule{Record: "slo:all:rate" + window, Expr: all, Labels: o.labels()},
				Rule{Record: "slo:bad:rate" + window, Expr: bad, Labels: o.labels()},
			)
		}
		rules = append(rules, Rule{
			Record: "slo:burn:rate" + window,
			Expr:   "slo:bad:rate" + window + " / slo:all:rate" + window + " / (1 - slo:objective:ratio)",
		})
	}
	return rules
}

func (o Objective) labels() map[string]string {
	return map[string]string{"slo": o.Name, "service": o.Service}
}

func objectives(Target) []Alert { return []Alert{budgetBurningFast(), budgetBurningSlowly()} }

// burning compares both windows of a pair. It wants ten bad events, because in a quiet shop one or two are no trend, and
// a history older than the long window: until then, one bad minute after a fresh install would count as a bad hour. Any
// sample between one and two windows ago is history enough: asking for the sample exactly one window ago would silence
// the alert an hour, six hours, a day and three days after each gap in the samples.
func burning(factor, long, seconds, short string) string {
	return `(
  slo:burn:rate` + long + ` > ` + factor + `
  and slo:burn:rate` + short + ` > ` + factor + `
  and slo:bad:rate` + long + ` * ` + seconds + ` >= 10
  and present_over_time(slo:all:rate` + long + `[` + long + `] offset ` + long + `)
)`
}

func budgetBurningFast() Alert {
	return Alert{
		Name:           "ErrorBudgetBurningFast",
		DatadogSetting: "datadog.burn",
		Severity:       Critical,
		For:            2 * time.Minute,
		Expr:           burning("14.4", "1h", "3600", "5m") + "\nor\n" + burning("6", "6h", "21600", "30m"),
		Summary:        "{{ $labels.slo }}: the error budget burns fast",
		Description: "The month's error budget of {{ $labels.slo }} is spent {{ $value | humanize }} times too fast: " +
			"at this pace it will be gone within days.",
		Dashboard: dashboards.Objectives,
		Inhibits:  []Inhibition{{Alerts: []string{"ErrorBudgetBurningSlowly"}, Equal: []string{"slo"}}},
		Runbook: Runbook{
			Meaning:     "Within an hour 2 % of what may go wrong in a month went wrong, or 5 % within six hours, and it goes on.",
			Impact:      "As the objective says: orders are refused, the catalogue is slow, or the shop shows errors.",
			Investigate: investigateBudget(),
			Fix: []Step{
				rollBack(),
				{Do: "Fix the fault that the service's other alerts and its page show: see [HighErrorRate](HighErrorRate.md) and [HighAPIResponseTime](HighAPIResponseTime.md)."},
			},
			Silence: "While the fault is being fixed.",
		},
	}
}

func budgetBurningSlowly() Alert {
	return Alert{
		Name:     "ErrorBudgetBurningSlowly",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr:     burning("3", "1d", "86400", "2h") + "\nor\n" + burning("1", "3d", "259200", "6h"),
		Summary:  "{{ $labels.slo }}: the error budget will not last",
		Description: "The month's error budget of {{ $labels.slo }} is spent {{ $value | humanize }} times too fast: " +
			"it will be gone before the month ends.",
		Dashboard: dashboards.Objectives,
		Runbook: Runbook{
			Meaning:     "A small fault has gone on for long: 10 % of the month's budget went within a day, or within three.",
			Impact:      "A few customers meet it. If it goes on, the objective will be missed.",
			Investigate: investigateBudget(),
			Fix: []Step{
				{Do: "Find the route that fails a little all the time, and fix it like any fault, in working hours."},
				{Do: "Put risky releases off until the budget recovers."},
				{Do: "Nobody would fix it: then the objective is too strict. Lower it in `Pulumi.<stack>.yaml`."},
			},
			Silence: "Until the next working day.",
		},
	}
}

func investigateBudget() []Step {
	return []Step{
		{Do: "How fast does it burn now, and which objective?", Query: `slo:burn:rate5m`},
		{Do: "Which requests are bad?", Query: `sum by (service, method, route, status) (rate($requests{$traffic, status=~"5.."}[1h])) > 0`},
		{Do: "For the catalogue: which are slow?",
			Query: `sum by (route) (rate($seconds_count{$browsing}[1h])) - sum by (route) (rate($seconds_bucket{$browsing, $fast}[1h]))`},
	}
}
