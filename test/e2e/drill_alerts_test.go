package e2e_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
)

// TestAlerts is for make drill-alerts: on a stack of its own it leaves everything alone for a quarter of an hour, then
// breaks it in every way that can be made, and writes down how long it took until somebody was told. With E2E_FAULT it
// tries some faults alone, by their alerts, and writes no report; what it measured goes to the table of the runbooks either way.
func TestAlerts(t *testing.T) {
	if os.Getenv("E2E_DRILL") != "alerts" {
		t.Skip("a drill of an hour: make drill-alerts")
	}
	d := newDrill(t, attach(t, os.Getenv("E2E_CHECKOUT")))
	steps := []step{
		{"every target is up", d.seesEverything},
		{"a receiver is told that alerts work", func(t *testing.T) {
			d.receiver.await(t, "Watchdog", "firing", 2*time.Minute)
		}},
		{"customers order", d.keepsOrdering},
	}
	only := os.Getenv("E2E_FAULT")
	if only == "" {
		steps = append(steps, step{"a quarter of an hour in which nothing else is told", d.staysQuiet})
	}
	inOrder(t, steps...)
	t.Run("faults side by side", func(t *testing.T) {
		for _, f := range chosen(d.sideBySide(), only) {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				d.practise(t, f)
			})
		}
	})
	for _, f := range chosen(d.oneByOne(), only) {
		t.Run(f.name, func(t *testing.T) { d.practise(t, f) })
	}
	// What was measured holds even if another fault did not go as it should.
	d.report.record(t, d.checkout)
	t.Log(d.report.text(d.also(t)))
	if only == "" && !t.Failed() {
		d.report.write(t, d.checkout, d.also(t))
	}
}

// chosen are the faults that some alerts are about, whose names commas separate; all of them where none is named.
func chosen(faults []fault, names string) []fault {
	return slices.DeleteFunc(faults, func(f fault) bool {
		return names != "" && !slices.ContainsFunc(f.tells, func(w wanted) bool { return slices.Contains(strings.Split(names, ","), w.alert) })
	})
}

// staysQuiet only watches. Customers order all the while.
func (d *drill) staysQuiet(t *testing.T) {
	const quiet = 15 * time.Minute
	time.Sleep(quiet)
	for _, n := range d.receiver.told(t) {
		for _, a := range n.Alerts {
			if a.Labels["alertname"] != "Watchdog" {
				t.Errorf("told while nothing was wrong: %v", a.Labels)
			}
		}
	}
	d.report.quiet = quiet
}

// practise breaks something, waits until the receiver is told, mends it, and waits for the all-clear.
func (d *drill) practise(t *testing.T, f fault) {
	harmed := time.Now()
	f.harm(t)
	there := time.Now()
	told := map[string]time.Duration{}
	for _, want := range f.tells {
		want.status, want.since = "firing", harmed
		patience := d.patience[want.alert] + want.delay
		told[want.alert] = d.receiver.awaitOne(t, want, time.Until(there.Add(patience+time.Minute))).Sub(there)
		if late := told[want.alert] - patience; late > time.Minute {
			t.Errorf("told of %s after %s, %s later than it has to wait", want.alert, told[want.alert], late)
		}
	}
	f.mend(t)
	mended := time.Now()
	for _, want := range f.tells {
		want.status, want.since = "resolved", mended
		after := d.receiver.awaitOne(t, want, 20*time.Minute).Sub(mended)
		d.report.add(row{f, want, d.patience[want.alert] + want.delay, told[want.alert], after})
	}
}

// also lists the alerts that were told beside those that the faults are drilled for: what follows from a fault, and is
// no mistake.
func (d *drill) also(t *testing.T) []string {
	t.Helper()
	expected := []string{"Watchdog"}
	for _, f := range slices.Concat(d.sideBySide(), d.oneByOne()) {
		for _, want := range f.tells {
			expected = append(expected, want.alert)
		}
	}
	var names []string
	for _, n := range d.receiver.told(t) {
		for _, a := range n.Alerts {
			if name := a.Labels["alertname"]; !slices.Contains(expected, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// patience is how long each alert waits before it fires.
func patience() map[string]time.Duration {
	waits := map[string]time.Duration{}
	for _, alert := range alerts.All(alerts.Reference()) {
		waits[alert.Name] = alert.For
	}
	return waits
}
