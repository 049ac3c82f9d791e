package datadog

import (
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// usage begins the metrics that Datadog itself has of the organisation: they are about no stack.
const usage = "datadog.estimated_usage."

// check holds the dashboard's queries against the same rules as those of monitors: a graph of a metric that nothing sends
// is empty, and nobody notices.
func (b board) check(a Args) []string {
	var found []string
	for _, w := range b.Widgets {
		found = append(found, w.check(a)...)
	}
	return found
}

func (w widget) check(a Args) []string {
	var found []string
	switch d := w.Definition.(type) {
	case group:
		for _, inner := range d.Widgets {
			for _, problem := range inner.check(a) {
				found = append(found, d.Title+": "+problem)
			}
		}
	case timeseries:
		for _, q := range d.Requests[0].Queries {
			found = append(found, a.checkGraph(q.Query)...)
		}
	case toplist:
		found = a.checkSearch(d.Requests[0].Queries[0].Search.Query)
	case listStream:
		found = a.checkSearch(d.Requests[0].Query.Query)
	}
	return found
}

// checkGraph leaves the viewer's choice out of the query.
func (a Args) checkGraph(text string) []string {
	if strings.Contains(text, ":"+usage) {
		return nil
	}
	text = strings.ReplaceAll(text, ",$service", "")
	return append(spec.CheckExpression(text, a.Scope), a.exists(spec.UsesOf(text), nil)...)
}

func (a Args) checkSearch(text string) []string {
	return append(spec.CheckSearch(text, a.Scope), a.exists([]spec.Use{spec.UseOfSearch(text)}, nil)...)
}
