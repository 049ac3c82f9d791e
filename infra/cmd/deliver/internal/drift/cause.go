package drift

import (
	"slices"
	"strings"
	"time"
)

// Group is what has one cause.
type Group struct {
	Cause   string
	Changes []Change
}

// ByCause groups changes by who made them, the newest first.
func ByCause(changes []Change) []Group {
	var groups []Group
	for _, c := range changes {
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Cause == c.cause() })
		if i < 0 {
			groups = append(groups, Group{Cause: c.cause()})
			i = len(groups) - 1
		}
		groups[i].Changes = append(groups[i].Changes, c)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return newest(b.Changes).Compare(newest(a.Changes)) })
	for i := range groups {
		if since := newest(groups[i].Changes); !since.IsZero() {
			groups[i].Cause += ", last at " + since.UTC().Format(time.DateTime) + " UTC"
		}
	}
	return groups
}

func newest(changes []Change) time.Time {
	var last time.Time
	for _, c := range changes {
		if c.Since.After(last) {
			last = c.Since
		}
	}
	return last
}

func (c Change) cause() string {
	switch {
	case c.Ours:
		return "by an update of this stack that was cut off"
	case c.By != "":
		return "by hand, with " + c.By
	case c.What == gone:
		return "deleted"
	case c.Outside:
		return "outside the cluster's API"
	}
	return "by somebody who left no trace"
}

// Difference is the change without its cause.
func (c Change) Difference() string { return strings.TrimSpace(c.Object+" "+c.Field) + " " + c.What }
