package spec

import (
	"fmt"
	"slices"
)

// The kinds of objectives.
const (
	ByCount   = "metric"
	ByMonitor = "monitor"
	BySlice   = "time_slice"
)

// Objective is one service level objective: exactly one of Count, Slice and Monitors says what is measured.
type Objective struct {
	Name, Description string
	Tags              []string
	Targets           []Target
	// Count is good events of all events.
	Count *Count
	// Slice is slices of time in which a query holds.
	Slice *Slice
	// Monitored says that the objective measures how long monitors are quiet, and for which of their groups.
	Monitored *Monitored
}

// Target is what shall hold over a period.
type Target struct {
	// Period is 7d, 30d or 90d.
	Period string
	// Percent is the target, Warning where it becomes tight; 0 is none.
	Percent, Warning float64
}

// Count is good events of all events.
type Count struct{ Good, Total string }

// Slice is slices of time in which a query is below a limit.
type Slice struct {
	Query   string
	Limit   float64
	Seconds int
}

// Monitored is the groups of the monitors to look at; empty means all. Which monitors those are is known once they
// exist.
type Monitored struct {
	Types  []string
	Groups []string
}

func (o Objective) target(period string) *Target {
	i := slices.IndexFunc(o.Targets, func(t Target) bool { return t.Period == period })
	if i < 0 {
		return nil
	}
	return &o.Targets[i]
}

// Type is what Datadog calls the objective's kind; empty if it has none or several.
func (o Objective) Type() string {
	var kinds []string
	if o.Count != nil {
		kinds = append(kinds, ByCount)
	}
	if o.Slice != nil {
		kinds = append(kinds, BySlice)
	}
	if o.Monitored != nil {
		kinds = append(kinds, ByMonitor)
	}
	if len(kinds) != 1 {
		return ""
	}
	return kinds[0]
}

// Check returns everything that is wrong with an objective.
func (o Objective) Check(scope Scope) []string {
	c := &check{Monitor: Monitor{Name: o.Name, Message: o.Description, Tags: o.Tags}, scope: scope}
	c.described()
	if o.Type() == "" {
		c.addf("want exactly one of a count, a slice and monitors")
	}
	if len(o.Targets) == 0 {
		c.addf("targets: none")
	}
	for i, t := range o.Targets {
		c.target(t)
		if i > 0 && days(t.Period) <= days(o.Targets[i-1].Period) {
			c.addf("targets: period %s after %s, want the shortest first", t.Period, o.Targets[i-1].Period)
		}
	}
	if o.Count != nil {
		c.counted("good", o.Count.Good)
		c.counted("total", o.Count.Total)
	}
	if o.Slice != nil {
		c.expression("query", o.Slice.Query)
		if o.Slice.Seconds != 60 && o.Slice.Seconds != 300 {
			c.addf("slice: %d seconds, want 60 or 300", o.Slice.Seconds)
		}
	}
	if o.Monitored != nil {
		c.monitored(*o.Monitored)
	}
	return c.found
}

// days in one of the periods.
func days(period string) int { return map[string]int{"7d": 7, "30d": 30, "90d": 90}[period] }

func (c *check) target(t Target) {
	if !slices.Contains([]string{"7d", "30d", "90d"}, t.Period) {
		c.addf("targets: period %q, want 7d, 30d or 90d", t.Period)
	}
	if t.Percent <= 0 || t.Percent >= 100 {
		c.addf("targets: %s, want more than 0 and less than 100", Number(t.Percent))
	}
	if t.Warning != 0 && (t.Warning <= t.Percent || t.Warning >= 100) {
		c.addf("targets: warning %s, want it above the target (%s)", Number(t.Warning), Number(t.Percent))
	}
}

// counted checks a number of events: Datadog joins series of an objective by their sum alone.
func (c *check) counted(field, text string) {
	for _, s := range c.expression(field, text) {
		if s.aggregate != "sum" {
			c.addf("%s: %s, want sum: an objective counts events", field, s)
		}
	}
}

// CheckExpression returns everything that is wrong with an expression that is no part of a monitor.
func CheckExpression(text string, scope Scope) []string {
	c := &check{scope: scope}
	found, problems := parseExpression(text)
	c.add(problems...)
	for _, s := range found {
		c.scoped(s.scope(), s.String())
	}
	return c.found
}

// expression checks a query without a window: the objective's periods are its windows.
func (c *check) expression(field, text string) []series {
	found, problems := parseExpression(text)
	for _, problem := range problems {
		c.add(field + ": " + problem)
	}
	for _, s := range found {
		c.scoped(s.scope(), s.String())
	}
	return found
}

// monitored demands monitors that Datadog can take an objective from.
func (c *check) monitored(m Monitored) {
	for _, kind := range m.Types {
		if kind != Metric && kind != ServiceCheck {
			c.add(fmt.Sprintf("monitors: a %s can be no part of an objective", kind))
		}
	}
}
