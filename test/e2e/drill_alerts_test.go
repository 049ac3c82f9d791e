package e2e_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// drill is one way to break the platform, and the alert that must tell of it.
type drill struct {
	name, alert string
	// after is the alert's own patience, and what the fault needs to be seen as one.
	after time.Duration
	// harm breaks it, mend puts it right.
	harm, mend func(*testing.T)
}

// TestAlerts is for make drill-alerts: it leaves the platform alone for a quarter of an hour, breaks it in one way after
// the other, and writes down how long it took until somebody was told.
func TestAlerts(t *testing.T) {
	if os.Getenv("E2E_DRILL") != "alerts" {
		t.Skip("a drill of an hour: make drill-alerts")
	}
	p := attach(t, os.Getenv("E2E_CHECKOUT"))
	w := &watched{platform: p, group: t, prometheus: prometheus{url: strings.Replace(p.url, ":30000", ":30090", 1)}}
	report := &drillReport{machine: machine()}
	inOrder(t,
		step{"every target is up", w.seesEverything},
		step{"a receiver is told that alerts work", w.tellsSomebody},
		step{"a quarter of an hour in which nothing else is told", func(t *testing.T) { w.staysQuiet(t, report) }},
	)
	for _, d := range w.drills() {
		t.Run(d.name, func(t *testing.T) { w.practise(t, d, report) })
	}
	w.write(t, report)
}

// staysQuiet orders all the while, as customers do.
func (w *watched) staysQuiet(t *testing.T, report *drillReport) {
	w.keepsOrdering(t)
	const quiet = 15 * time.Minute
	time.Sleep(quiet)
	for _, n := range w.receiver.told(t) {
		for _, a := range n.Alerts {
			if a.Labels["alertname"] != "Watchdog" {
				t.Errorf("told while nothing was wrong: %v", a.Labels)
			}
		}
	}
	report.add("nothing, for 15 minutes", "Watchdog alone", quiet, 0)
}

// practise breaks, waits until the receiver is told, mends, and waits for the all-clear.
func (w *watched) practise(t *testing.T, d drill, report *drillReport) {
	began := time.Now()
	d.harm(t)
	w.receiver.awaitSince(t, d.alert, "firing", began, d.after+time.Minute)
	told := time.Since(began)
	d.mend(t)
	mended := time.Now()
	w.receiver.awaitSince(t, d.alert, "resolved", mended, 15*time.Minute)
	report.add(d.name, d.alert, told, time.Since(mended))
}

// drills are the faults that can be made on a local stack without harm to its data.
func (w *watched) drills() []drill {
	const shop = "techcommerce"
	kubectl := func(args ...string) func(*testing.T) {
		return func(t *testing.T) { w.kubectl(t, "", append([]string{"-n", shop}, args...)...) }
	}
	withdraw := kubectl("delete", "deployment", "drill", "--wait=false")
	return []drill{
		{"a service has no pods", "ServiceDown", 2 * time.Minute,
			kubectl("scale", "deployment/frontend", "--replicas=0"), kubectl("scale", "deployment/frontend", "--replicas=2")},
		{"orders are answered with 503", "OrdersFailing", 5 * time.Minute, w.breaksOrders, w.mendsOrders},
		{"requests take three seconds", "HighAPIResponseTime", 5 * time.Minute, w.slowsDown, func(*testing.T) { w.hurry() }},
		{"a pod crashes again and again", "PodCrashLooping", 6 * time.Minute,
			func(t *testing.T) { w.deploy(t, w.image(t, "product-api"), 600) }, withdraw},
		{"a rollout is stuck", "RolloutStuck", 2 * time.Minute,
			func(t *testing.T) {
				name, _, _ := strings.Cut(w.image(t, "product-api"), "@")
				w.deploy(t, name+"@sha256:"+someDigest, 30)
			}, withdraw},
		{"an autoscaler cannot add more", "HPAAtMax", 16 * time.Minute,
			kubectl("autoscale", "deployment", "order-api", "--name=drill", "--min=1", "--max=2", "--cpu-percent=1"),
			kubectl("delete", "hpa", "drill")},
	}
}

func (w *watched) image(t *testing.T, service string) string {
	t.Helper()
	return w.kubectl(t, "", "-n", "techcommerce", "get", "deployment", service,
		"-o", "jsonpath={.spec.template.spec.containers[0].image}")
}

// deploy runs an image without any of the settings that it needs, in the shop's namespace and by its rules.
func (w *watched) deploy(t *testing.T, image string, deadline int32) {
	t.Helper()
	deployment := tidyDeployment("techcommerce")
	deployment.Name = "drill"
	deployment.Spec.ProgressDeadlineSeconds = &deadline
	deployment.Spec.Template.Spec.Containers[0].Image = image
	w.kubectl(t, mustYAML(t, deployment), "create", "-f", "-")
}

// slowsDown sends orders whose bodies arrive slowly, more than one in twenty of all that order-api gets.
func (w *watched) slowsDown(*testing.T) {
	stop := make(chan struct{})
	w.hurry = func() { close(stop) }
	for range 8 {
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.dawdle()
				}
			}
		}()
	}
}

// dawdle takes three seconds to say what it wants.
func (w *watched) dawdle() {
	connection, err := net.DialTimeout("tcp", strings.TrimPrefix(w.url, "http://"), 5*time.Second)
	if err != nil {
		return
	}
	defer connection.Close()
	body := `{"customer":"Ada Lovelace","items":[{"product_id":4,"quantity":99999}]}`
	fmt.Fprintf(connection, "POST /api/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"+
		"Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:10])
	time.Sleep(3 * time.Second)
	fmt.Fprint(connection, body[10:])
	_ = connection.SetReadDeadline(time.Now().Add(5 * time.Second))
	buffer := make([]byte, 1)
	_, _ = connection.Read(buffer) // the answer does not matter, that there is one does
}

// drillReport is what the drill found, as a table for docs.
type drillReport struct {
	machine string
	rows    []string
}

func (r *drillReport) add(fault, alert string, told, clear time.Duration) {
	r.rows = append(r.rows, fmt.Sprintf("| %s | %s | %s | %s |", fault, alert, told.Round(time.Second), clear.Round(time.Second)))
}

func (w *watched) write(t *testing.T, r *drillReport) {
	t.Helper()
	text := "# Drill of the alerts\n\nRun by `make drill-alerts` on " + time.Now().UTC().Format(time.DateOnly) + ", on " +
		r.machine + ". A fault is told once its alert has waited as long as it must; the second time is from its mending to " +
		"the all-clear.\n\n| fault | alert | told after | all-clear after |\n|---|---|---|---|\n" +
		strings.Join(r.rows, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(w.dir, "docs", "drill-alerts.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
