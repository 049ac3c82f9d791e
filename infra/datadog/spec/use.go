package spec

import "strings"

// Use is something that a query looks at: a metric, or log lines where the metric is empty.
type Use struct {
	Metric string
	// Filters are tag:value, without the "!" of those that are excluded; By are tags.
	Filters, By []string
}

// Uses lists what a monitor's query looks at, to be checked against what exists.
func (m Monitor) Uses() []Use {
	text := strings.TrimSpace(m.Query)
	if m.Type == Metric {
		q, _ := parseMetric(text)
		return usesOf(q.series)
	}
	found := logForm.FindStringSubmatch(text)
	if m.Type != Log || found == nil {
		return nil
	}
	use := UseOfSearch(strings.ReplaceAll(found[1], `\"`, `"`))
	use.By = split(found[5])
	return []Use{use}
}

// UseOfSearch is what a search for log lines looks at.
func UseOfSearch(text string) Use {
	var use Use
	for _, term := range termForm.FindAllString(text, -1) {
		use.Filters = append(use.Filters, strings.TrimPrefix(term, "-"))
	}
	return use
}

// Uses lists what an objective's queries look at.
func (o Objective) Uses() []Use {
	var texts []string
	if o.Count != nil {
		texts = append(texts, o.Count.Good, o.Count.Total)
	}
	if o.Slice != nil {
		texts = append(texts, o.Slice.Query)
	}
	var uses []Use
	for _, text := range texts {
		uses = append(uses, UsesOf(text)...)
	}
	return uses
}

// UsesOf lists what an expression looks at, such as one of a dashboard.
func UsesOf(expression string) []Use {
	found, _ := parseExpression(expression)
	return usesOf(found)
}

func usesOf(list []series) []Use {
	var uses []Use
	for _, s := range list {
		use := Use{Metric: s.metric, By: split(s.by)}
		for _, filter := range split(s.filter) {
			if filter != "*" {
				use.Filters = append(use.Filters, strings.TrimPrefix(filter, "!"))
			}
		}
		uses = append(uses, use)
	}
	return uses
}
