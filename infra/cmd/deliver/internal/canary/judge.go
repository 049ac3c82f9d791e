package canary

import "fmt"

// Limits are what a canary is taken back for.
type Limits struct {
	// Requests is how many requests latency, and how many orders those that are not confirmed, are judged by at least.
	Requests float64
	// Errors and Orders are percentage points above the old pods' share.
	Errors, Orders float64
	// Latency is how many times the old pods' 95th percentile it may be.
	Latency float64
}

const (
	// fewest is how many requests errors are judged by at least, and failures how many must have failed: one answer says
	// nothing of a share.
	fewest, failures = 5, 3
	// fewestProbes is how many probes latency is judged by at least.
	fewestProbes = 20
	// quick is a latency in seconds that is never too slow: below it, a multiple is noise.
	quick = 0.1
)

// Judge says what speaks against a canary; nothing if it does as well as the old pods.
func (l Limits) Judge(canary, old Sample, restarts int) []string {
	var found []string
	if restarts > 0 {
		found = append(found, "restarted "+times(restarts))
	}
	return append(found, l.judge(canary, old, "requests")...)
}

// JudgeProbes says what the deployment's own requests speak against a canary.
func (l Limits) JudgeProbes(canary, old Sample) []string {
	l.Requests = fewestProbes
	return l.judge(canary, old, "requests of the deployment itself")
}

func (l Limits) judge(canary, old Sample, what string) []string {
	var found []string
	if mine, theirs := percent(canary.Errors, canary.Requests), percent(old.Errors, old.Requests); canary.Requests >= fewest &&
		canary.Errors >= failures && mine > theirs+l.Errors {
		found = append(found, fmt.Sprintf("answered %.0f of %.0f %s 5xx (%.1f%%; the old pods %.1f%%)",
			canary.Errors, canary.Requests, what, mine, theirs))
	}
	if mine, theirs := percent(canary.Refused, canary.Orders), percent(old.Refused, old.Orders); canary.Orders >= l.Requests &&
		canary.Refused >= failures && mine > theirs+l.Orders {
		found = append(found, fmt.Sprintf("did not confirm %.0f of %.0f orders (%.1f%%; the old pods %.1f%%)",
			canary.Refused, canary.Orders, mine, theirs))
	}
	if mine, theirs := canary.P95(), old.P95(); canary.Requests >= l.Requests && old.Requests >= l.Requests &&
		mine > max(theirs, quick)*l.Latency {
		found = append(found, fmt.Sprintf("took up to %gs for 95 of 100 %s (the old pods %gs)", mine, what, theirs))
	}
	return found
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func percent(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * part / whole
}
