package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns everything that is wrong with a monitor, each as one line; none is the proof.
func (m Monitor) Check(scope Scope) []string {
	c := &check{Monitor: m, scope: scope}
	kinds := map[string]func(){
		Metric: c.metric, Log: c.logs, Event: c.events, ServiceCheck: c.serviceCheck, Composite: c.composite, Burn: c.burn,
	}
	kind, ok := kinds[m.Type]
	if !ok {
		c.addf("type: %q is none that is used here", m.Type)
		return c.found
	}
	kind()
	c.described()
	c.notifies()
	c.missing()
	return c.found
}

// check collects while it goes.
type check struct {
	Monitor
	scope Scope
	// grouped are the groups of the query.
	grouped []string
	found   []string
}

func (c *check) add(problems ...string) { c.found = append(c.found, problems...) }

func (c *check) addf(format string, args ...any) { c.add(fmt.Sprintf(format, args...)) }

// scoped demands that a filter is about the stack: one environment, namespace or cluster each, and the stack's own.
func (c *check) scoped(tags map[string][]string, what string) {
	pinned := false
	for _, want := range []struct{ key, value string }{
		{"env", c.scope.Environment}, {"kube_namespace", c.scope.Namespace}, {"kube_cluster_name", c.scope.Cluster},
	} {
		if want.value == "" {
			return
		}
		values := tags[want.key]
		pinned = pinned || len(values) > 0
		if len(values) > 1 {
			c.addf("query: %s has %d filters %s, want one", what, len(values), want.key)
		}
		for _, value := range values {
			if value != want.value {
				c.addf("query: %s is about %s:%s, want %s:%s", what, want.key, value, want.key, want.value)
			}
		}
	}
	if !pinned {
		c.addf("query: %s is about every stack, want a filter env, kube_namespace or kube_cluster_name", what)
	}
}

// period demands that a running day is evaluated exactly where the monitor says so.
func (c *check) period(current bool) {
	if current != c.CurrentPeriod {
		c.addf("query: a current_… window and an evaluation window go together or not at all")
	}
}

// missing demands that silence means one thing.
func (c *check) missing() {
	n := c.NoData
	if n.On != "" && (n.Notify || n.Minutes != 0) {
		c.addf("noData: onMissingData excludes notifyNoData and noDataTimeframe")
	}
	if n.On != "" && c.Type == ServiceCheck {
		c.addf("noData: a service check has no onMissingData")
	}
	known := []string{"", "show_no_data", "show_and_notify_no_data", "resolve", "default"}
	if !slices.Contains(known, n.On) {
		c.addf("noData: %q, want one of %s", n.On, strings.Join(known[1:], ", "))
	}
	if n.Minutes != 0 && !n.Notify {
		c.addf("noData: a time without a notification")
	}
}
