package datadog

import "github.com/techcommerce/platform/infra/datadog/spec"

// unreachable is the monitor that Datadog makes of the synthetic test.
const unreachable = "ShopUnreachable"

// outside is the message of the synthetic test. It is critical whatever else is: when nobody reaches the shop there is no
// traffic, and monitors of traffic are silent.
func (a Args) outside() (message string, priority int) {
	priority = 1
	if len(a.Page) == 0 {
		priority++
	}
	m := spec.Monitor{Type: spec.Synthetic, Priority: priority}
	return a.message(text{
		summary: "The shop does not answer at " + a.Synthetic.URL, about: "asked from outside",
		meaning: "From several places of the world the page does not come, comes too late, or is not the shop's.",
		impact:  "Customers most likely see the same.", runbook: "ShopUnreachable.md",
	}, m), priority
}

// mostFailing is how many locations must fail before it is the shop's fault and not the way to it.
func (s Synthetic) mostFailing() int { return min(2, len(s.Locations)) }

// allLines is the search for all lines of the stack.
func (a Args) allLines() string { return "kube_namespace:" + a.Scope.Namespace }

// checkLogs holds what an index excludes against the rules for searches: one that finds nothing costs money.
func (a Args) checkLogs() []string {
	if a.Index == nil {
		return nil
	}
	var found []string
	for _, e := range a.Index.Exclude {
		for _, problem := range a.checkSearch(a.allLines() + " " + e.Query) {
			found = append(found, "exclusion "+e.Name+": "+problem)
		}
	}
	return found
}
