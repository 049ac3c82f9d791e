package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

func objective() spec.Objective {
	return spec.Objective{
		Name: "orders", Description: "Orders are answered.", Tags: []string{"env:production"},
		Targets: []spec.Target{{Period: "30d", Percent: 99.9, Warning: 99.95}},
		Count: &spec.Count{
			Good:  "sum:a.hits{env:production}.as_count() - default_zero(sum:a.errors{env:production}.as_count())",
			Total: "sum:a.hits{env:production}.as_count()",
		},
	}
}

func TestObjectives(t *testing.T) {
	t.Parallel()
	slice := spec.Slice{Query: "p95:trace.http.server.request{env:production}", Limit: 0.5, Seconds: 300}
	for _, c := range []struct {
		name string
		put  func(o *spec.Objective)
		want string
	}{
		{"as it is", func(*spec.Objective) {}, ""},
		{"slices of time", func(o *spec.Objective) { o.Count, o.Slice = nil, &slice }, ""},
		{"quiet monitors", func(o *spec.Objective) {
			o.Count, o.Monitored = nil, &spec.Monitored{Types: []string{spec.Metric}}
		}, ""},
		{"of logs", func(o *spec.Objective) { o.Count, o.Monitored = nil, &spec.Monitored{Types: []string{spec.Log}} },
			"monitors: a log alert can be no part of an objective"},
		{"nothing to measure", func(o *spec.Objective) { o.Count = nil }, "want exactly one of a count, a slice and monitors"},
		{"two things to measure", func(o *spec.Objective) { o.Slice = &slice },
			"want exactly one of a count, a slice and monitors"},
		{"no target", func(o *spec.Objective) { o.Targets = nil }, "targets: none"},
		{"perfection", func(o *spec.Objective) { o.Targets[0].Percent = 100 }, "targets: 100, want more than 0 and less than 100"},
		{"a warning that comes too late", func(o *spec.Objective) { o.Targets[0].Warning = 99 },
			"targets: warning 99, want it above the target (99.9)"},
		{"a period that there is not", func(o *spec.Objective) { o.Targets[0].Period = "1d" },
			`targets: period "1d", want 7d, 30d or 90d`},
		{"slices of another size", func(o *spec.Objective) {
			o.Count, o.Slice = nil, &spec.Slice{Query: slice.Query, Limit: 1, Seconds: 120}
		}, "slice: 120 seconds, want 60 or 300"},
		{"another stack's events", func(o *spec.Objective) { o.Count.Total = "sum:a.hits{env:staging}.as_count()" },
			"query: sum:a.hits{env:staging}.as_count() is about env:staging, want env:production"},
		{"an average of events", func(o *spec.Objective) { o.Count.Total = "avg:a.hits{env:production}.as_count()" },
			"total: avg:a.hits{env:production}.as_count(), want sum: an objective counts events"},
		{"no expression", func(o *spec.Objective) { o.Count.Total = "hits" },
			`total: query: "hits" is no expression of aggregate:metric{filter} terms`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := objective()
			c.put(&o)
			found := o.Check(scope())
			if c.want == "" && len(found) > 0 || c.want != "" && !slices.Contains(found, c.want) {
				t.Errorf("got %s\nwant %s", strings.Join(found, "\n    "), c.want)
			}
		})
	}
}

func TestBurnMonitorsFitTheirObjective(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		target spec.Target
		want   string
	}{
		{"a rate that can come about", spec.Target{Period: "30d", Percent: 99.9}, ""},
		{"a rate that cannot", spec.Target{Period: "30d", Percent: 90},
			"query: burn rate 14.4, but a target of 90 can burn at 10 at most"},
		{"another period", spec.Target{Period: "7d", Percent: 99.9}, "query: over 30d, but orders has no target for it"},
	} {
		o := objective()
		o.Targets = []spec.Target{c.target}
		s := scope()
		s.Objective = &o
		found := burn().Check(s)
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.Contains(found, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, found, c.want)
		}
	}
}
