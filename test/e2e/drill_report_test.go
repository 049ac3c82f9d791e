package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	runbooks "github.com/techcommerce/platform/infra/runbooks/measured"
)

// row is one alert of one fault: how long it has to wait, when it was told, and when the all-clear.
type row struct {
	fault
	wanted
	patience, told, clear time.Duration
}

// drillReport is what the drill found, as a page for docs.
type drillReport struct {
	mu    sync.Mutex
	quiet time.Duration
	rows  []row
}

func (r *drillReport) add(one row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, one)
}

const drillText = `# Drill of the alerts

Written by ` + "`make drill-alerts`" + ` on %s, on a machine with %s. It is made of one run; nobody edits it.

A stack of its own, with PostgreSQL in the cluster on a small disk, was left alone for %s, with customers ordering all
the while: the receiver, a webhook in the cluster, was told of nothing but Watchdog. Then it was broken in %d ways. A
fault counts from the moment at which it is there to see: an order that fails, a container in CrashLoopBackOff, a volume
that the kubelet calls full. From then on the alert may take as long as it has to wait, and a minute more. The all-clear
counts from the mending.

| fault | what was done | alert | has to wait | told after | all-clear after |
|---|---|---|---|---|---|
%s
%s
`

func (r *drillReport) text(also []string) string {
	slices.SortStableFunc(r.rows, func(a, b row) int { return strings.Compare(a.fault.name, b.fault.name) })
	var lines []string
	faults := map[string]bool{}
	for _, one := range r.rows {
		faults[one.fault.name] = true
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", one.fault.name, one.how, one.alert,
			one.patience, one.told.Round(time.Second), one.clear.Round(time.Second)))
	}
	beside := "No other alert was told."
	if len(also) > 0 {
		beside = "What follows from these faults was told, too: " + strings.Join(also, ", ") + "."
	}
	return fmt.Sprintf(drillText, time.Now().UTC().Format(time.DateOnly), machine(), r.quiet, len(faults),
		strings.Join(lines, "\n"), "\n"+beside)
}

func (r *drillReport) write(t *testing.T, checkout string, also []string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(checkout, "docs", "drill-alerts.md"), []byte(r.text(also)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// record puts what was measured of each alert into the file that the table of the runbooks is made from, beside what earlier
// drills have measured of others.
func (r *drillReport) record(t *testing.T, checkout string) {
	t.Helper()
	file, err := runbooks.Read(runbooks.Cluster)
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for _, one := range r.rows {
		file.Alerts[one.alert] = runbooks.Alert{
			Fault: one.how, Notified: one.told.Round(time.Second).String(), To: []string{"webhook"}, Date: today,
		}
	}
	if err := file.Write(filepath.Join(checkout, "infra", "runbooks", "measured", runbooks.Cluster+".yaml"), "make drill-alerts"); err != nil {
		t.Fatal(err)
	}
}
