package datadog

import (
	"fmt"
	"math"
	"net/url"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// unreachable and expiring are the monitors that Datadog makes of the synthetic tests, under the names of the alerts that
// they stand in for.
const (
	unreachable = "ShopUnreachable"
	expiring    = "CertificateAboutToExpire"
)

// outside is the message of the synthetic test of the page. It is critical whatever else is: when nobody reaches the shop
// there is no traffic, and monitors of traffic are silent.
func (a Args) outside() (message string, priority int) {
	return a.tested(text{
		summary: "The shop does not answer at " + a.Synthetic.URL, about: "asked from outside",
		meaning: "From several places of the world the page does not come, comes too late, or is not the shop's.",
		impact:  "Customers most likely see the same.", runbook: unreachable + ".md",
	})
}

// certificate is the message of the synthetic test of the certificate.
func (a Args) certificate() (message string, priority int) {
	return a.tested(text{
		summary: "The certificate of " + a.Synthetic.host() + " is about to end",
		about:   fmt.Sprintf("it is valid for %s days or less, or not at all", spec.Number(a.certificateDays())),
		meaning: "Renewal is long overdue, or the certificate is not one that browsers accept.",
		impact:  "When it ends every browser refuses the shop.", runbook: expiring + ".md",
	})
}

// tested is the message of a synthetic test, and its priority.
func (a Args) tested(t text) (message string, priority int) {
	priority = 1
	if len(a.Pager) == 0 {
		priority++
	}
	return a.message(t, spec.Monitor{Type: spec.Synthetic, Priority: priority}), priority
}

// certificateDays is how many days a certificate must be valid for at least. The shortest-lived public certificates are
// renewed with two days left, so one day is the most that suits all; a stack with longer ones sets its own threshold.
func (a Args) certificateDays() float64 {
	days, _ := a.limits(expiring, 1, nil)
	return days
}

// checkSynthetic holds the tests' threshold against what Datadog compares with: whole days, and no warning before.
func (a Args) checkSynthetic() []string {
	own, ok := a.Thresholds[expiring]
	if a.Synthetic == nil || !ok {
		return nil
	}
	var found []string
	if own.Critical < 1 || own.Critical != math.Trunc(own.Critical) {
		found = append(found, fmt.Sprintf("thresholds: critical is %s, want whole days, 1 at least", spec.Number(own.Critical)))
	}
	if own.Warning != nil {
		found = append(found, "thresholds: a synthetic test has no warning: leave it out")
	}
	return found
}

// host is the name that the certificate is for.
func (s Synthetic) host() string { return s.address().Hostname() }

// port is where the shop answers over TLS.
func (s Synthetic) port() string {
	if port := s.address().Port(); port != "" {
		return port
	}
	return "443"
}

// address is the URL, which the settings have checked, in its parts.
func (s Synthetic) address() *url.URL {
	address, err := url.Parse(s.URL)
	if err != nil {
		return &url.URL{}
	}
	return address
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
