package datadog

import "github.com/techcommerce/platform/infra/datadog/spec"

// Names of the objectives.
const (
	ordersObjective    = "OrdersAnswered"
	catalogueObjective = "CatalogueFast"
	shopObjective      = "ShopRunning"
)

// period is what the objectives are promised over.
const period = "30d"

// plannedObjective is an objective under its name, and the monitors that it is taken from.
type plannedObjective struct {
	name      string
	service   string
	objective spec.Objective
	of        []string
}

// objectives are those of the stack.
func (a Args) objectives() []plannedObjective {
	o := a.Objectives
	return []plannedObjective{
		{name: ordersObjective, service: a.Orders, objective: spec.Objective{
			Description: "Of the requests to " + a.Orders + ", so many are answered without an error of its own.",
			Targets:     targets(o.Orders, "7d", period),
			Count:       &spec.Count{Good: a.hits(a.Orders) + " - " + a.failures(a.Orders), Total: a.hits(a.Orders)},
		}},
		{name: catalogueObjective, service: a.Catalogue, objective: spec.Objective{
			Description: "In so many slices of five minutes, 95 of 100 answers of " + a.Catalogue + " come within " +
				spec.Number(o.CatalogueSeconds) + " s.",
			Targets: targets(o.Catalogue, period),
			Slice: &spec.Slice{
				Query: a.slowest(a.Catalogue, "p95"), Limit: o.CatalogueSeconds, Seconds: 300,
			},
		}},
		{name: shopObjective, service: everything, of: []string{incomplete}, objective: spec.Objective{
			Description: "For so much of the time, every pod runs that shall.",
			Targets:     targets(o.Shop, period),
			Monitored:   &spec.Monitored{Types: []string{spec.Metric}},
		}},
	}
}

// targets warn when half of the budget is gone. Periods go from the shortest on, as Datadog's API returns them: in another
// order every refresh and every update would find a difference.
func targets(percent float64, periods ...string) []spec.Target {
	var list []spec.Target
	for _, p := range periods {
		list = append(list, spec.Target{Period: p, Percent: percent, Warning: percent + (100-percent)/2})
	}
	return list
}
