package alerts

import (
	"math"
	"strings"
	"time"
)

// Limit is a threshold that a stack may set, as alerts.limits.<Key>. The alert that compares with it owns it: the types
// of the settings, their checks, their JSON Schema and their documentation all derive from this value.
type Limit struct {
	// Key is the setting's name. It never changes: operators have it in their files.
	Key string
	// Unit is what the setting is written in.
	Unit Unit
	// Default, Min and Max are in that unit. A Percent has neither Min nor Max: it is between 0 and 100, both excluded.
	Default, Min, Max float64
	// Meaning is the sentence of the settings reference.
	Meaning string
}

// Unit is what a limit is written in. Expressions compare with its base unit.
type Unit int

// The units.
const (
	// Percent is a share in expressions: 5 is 0.05.
	Percent Unit = iota
	// Milliseconds are whole, and seconds in expressions.
	Milliseconds
	// Seconds are written as a duration such as 5m.
	Seconds
	// Count is a whole number.
	Count
)

// Base converts a value as it is written into what expressions compare with. It rounds off what division adds in the
// last digits: people read these numbers in rules.
func (l Limit) Base(written float64) float64 {
	switch l.Unit {
	case Percent:
		return math.Round(written*1e6) / 1e8
	case Milliseconds:
		return written / 1000
	default:
		return written
	}
}

// Text is a value as an operator writes it.
func (l Limit) Text(written float64) string {
	switch l.Unit {
	case Percent:
		return number(written) + " %"
	case Milliseconds:
		return number(written) + " ms"
	case Seconds:
		return Duration(time.Duration(written) * time.Second).String()
	default:
		return number(written)
	}
}

// Limits lists those of all alerts, each once, in the order of the alerts.
func Limits() []Limit {
	var list []Limit
	seen := map[string]bool{"": true}
	for _, group := range ruleGroups() {
		if group.alerts == nil {
			continue
		}
		for _, alert := range group.alerts(Reference()) {
			if !seen[alert.Limit.Key] {
				seen[alert.Limit.Key] = true
				list = append(list, alert.Limit)
			}
		}
	}
	return list
}

// limit is what the stack has set, in the limit's base unit.
func (t Target) limit(l Limit) float64 {
	if written, ok := t.Limits[l.Key]; ok {
		return l.Base(written)
	}
	return l.Base(l.Default)
}

// BaseLimits are all limits by their keys, in base units: dashboards turn red there.
func (t Target) BaseLimits() map[string]float64 {
	values := map[string]float64{}
	for _, l := range Limits() {
		values[l.Key] = t.limit(l)
	}
	return values
}

// compare puts an alert's own limit into its expression.
func (t Target) compare(a Alert) string {
	return strings.ReplaceAll(a.Expr, "$limit", number(t.limit(a.Limit)))
}
