package alerts_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/tooltest"
	"github.com/techcommerce/platform/infra/notify"
	"github.com/techcommerce/platform/infra/runbooks/measured"
	"github.com/techcommerce/platform/infra/runbooks/measured/measuredtest"
)

var update = flag.Bool("update", false, "write what is measured: make paged")

// outage is something that breaks while all was well, at a moment that the series show.
type outage struct {
	alert, name string
	// step is the time between two values, and between two evaluations; zero is 15 seconds.
	step   time.Duration
	series series
	// begins is when the first value shows the fault.
	begins time.Duration
}

// outages are one of each critical alert.
func outages() []outage {
	const fiveMinutes = 5 * time.Minute
	requestsFail := func(service, method, route string) series {
		return series{
			requests(service, method, route, "201"): "0+100x19 2000+80x80",
			requests(service, method, route, "503"): "_x20 20+20x80",
		}
	}
	return []outage{
		{alert: "ServiceDown", name: "no pod of order-api serves any more", begins: 2 * time.Minute,
			series: with(serving(60), series{up("order-api"): "1x7 0x60"})},
		{alert: "ShopUnreachable", name: "the public address does not answer any more", begins: 2 * time.Minute,
			series: probed("1x7 0x60", repeated(1, 70))},
		{alert: "OrdersFailing", name: "one order in five fails", begins: fiveMinutes,
			series: requestsFail("order-api", "POST", "/api/orders")},
		{alert: "HighErrorRate", name: "one request in five fails", begins: fiveMinutes,
			series: requestsFail("product-api", "GET", "/api/products")},
		{alert: "OrdersPending", name: "an order is older than it may be", begins: 2 * time.Minute, series: series{
			`orders_pending_oldest_seconds{job="services", namespace="shop", service="order-api", pod="a"}`: "0x7 301+15x60",
		}},
		{alert: "PodCrashLooping", name: "a container crashes again and again", series: series{
			`kube_pod_container_status_waiting_reason{namespace="shop", pod="order-api-a", container="order-api", reason="CrashLoopBackOff"}`: "1 _x3 1x2 _x3 1x5 _x3 1x10 _x3 1x20",
		}},
		{alert: "VolumeAlmostFull", name: "the database's volume is filled to 97 %", begins: 2 * time.Minute,
			series: volume("1e9x7 9.7e9x60", "9e9x7 3e8x60")},
		{alert: "NodeNotReady", name: "the kubelet of a node is silent", begins: 2 * time.Minute, series: series{
			`kube_node_status_condition{node="node-1", condition="Ready", status="true"}`: "1x7 0x60",
		}},
		{alert: "DatabaseDown", name: "PostgreSQL does not answer any more", begins: 2 * time.Minute, series: series{
			`pg_up{job="postgres-exporter", namespace="shop", pod="exporter-a"}`: "1x7 0x60",
		}},
		{alert: "ErrorBudgetBurningFast", name: "one order in five fails, after two hours in which none did", step: time.Minute, begins: 2 * time.Hour,
			series: series{
				requests("order-api", "POST", "/api/orders", "201"): "0+100x119 12000+80x90",
				requests("order-api", "POST", "/api/orders", "503"): "0x119 20+20x90",
			}},
		{alert: "CertificateAboutToExpire", name: "a certificate of unknown age has half a day left", step: 5 * time.Minute,
			// It is first seen with 13 hours left.
			begins: 65 * time.Minute, series: series{
				`probe_ssl_earliest_cert_expiry{job="probe-public", namespace="shop", service="frontend", target="https://shop.example.com/ready"}`: repeated(13*3600, 60),
			}},
		{alert: "AlertsUndelivered", name: "Prometheus finds no Alertmanager any more", begins: 2 * time.Minute, series: series{
			`prometheus_notifications_alertmanagers_discovered{job="prometheus", namespace="monitoring", pod="prometheus-0"}`: "1x7 0x60",
		}},
		{alert: "NotificationsFailing", name: "half of the notifications fail", begins: fiveMinutes, series: series{
			`alertmanager_notifications_failed_total{job="alertmanager", integration="slack"}`: "0x19 1+1x80",
			`alertmanager_notifications_total{job="alertmanager", integration="slack"}`:        "0+2x100",
		}},
	}
}

// TestWhoIsPaged breaks what each critical alert is about: Prometheus' own engine evaluates the rules, Alertmanager itself
// notifies a receiver of what fires, and both are timed.
func TestWhoIsPaged(t *testing.T) {
	t.Parallel()
	severity := map[string]alerts.Severity{}
	for _, alert := range alerts.All(shop()) {
		severity[alert.Name] = alert.Severity
	}
	promtool := tooltest.Promtool(t)
	got, firing := map[string]measured.Alert{}, map[string]time.Duration{}
	for _, o := range outages() {
		firing[o.alert] = o.fires(t, promtool)
		delete(severity, o.alert)
	}
	for name, of := range severity {
		if of == alerts.Critical {
			t.Errorf("%s is critical, and nothing here breaks what it is about", name)
		}
	}
	delivered := mustDeliver(t, outages())
	for _, o := range outages() {
		notice := delivered[o.alert]
		got[o.alert] = measured.Alert{
			Fault: o.name, Fires: firing[o.alert].String(),
			Notified: (firing[o.alert] + notice.after).String(), To: []string{notice.receiver},
		}
	}
	measuredtest.Verify(t, measured.Prometheus, got, *update)
}

var firstFiring = regexp.MustCompile(`got: \{\} (\S+)`)

// fires is how long after its beginning promtool sees the alert fire. Promtool prints the value of an expression when it is
// not the one that a test expects, and this one expects none.
func (o outage) fires(t *testing.T, promtool string) time.Duration {
	t.Helper()
	step, end := interval(o.step), o.begins+20*time.Minute
	expr := `min(min_over_time(timestamp(ALERTS{alertname="` + o.alert + `", alertstate="firing"})[` + alerts.Duration(end).String() +
		`:` + alerts.Duration(step).String() + `]))`
	rules := suite{groupOf(o.alert), step}
	path := mustWrite(t, "test.yml", testFile{
		RuleFiles: []string{mustWrite(t, "rules.yml", rules.rules())}, EvaluationInterval: step.String(),
		Tests: []testCase{{Name: o.name, Interval: step.String(), Input: o.series.sorted(), Exprs: []testExpr{{Expr: expr, At: end.String()}}}},
	})
	output, err := tooltest.Try("", promtool, "test", "rules", path)
	found := firstFiring.FindStringSubmatch(output)
	if err == nil || found == nil {
		t.Fatalf("%s does not fire within twenty minutes: %s", o.alert, output)
	}
	seconds, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(seconds*float64(time.Second)) - o.begins
}

// notice is what a receiver got, and when.
type notice struct {
	receiver string
	after    time.Duration
}

// mustDeliver has a real Alertmanager notify of alerts that begin together. Each is of an environment of its own, so that
// none inhibits another.
func mustDeliver(t *testing.T, list []outage) map[string]notice {
	t.Helper()
	const evaluation = 15 * time.Second
	heard := make(chan map[string]string, len(list))
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var message struct {
			Receiver string
			Alerts   []struct{ Labels map[string]string }
		}
		if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
			t.Error(err)
		}
		for _, a := range message.Alerts {
			heard <- map[string]string{"receiver": message.Receiver, "alert": a.Labels["alertname"]}
		}
	}))
	t.Cleanup(hook.Close)
	text, err := notify.Config(notify.Args{Alerts: alerts.All(shop()), Evaluation: evaluation, Webhook: &notify.Webhook{URL: hook.URL}})
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "alertmanager.yml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var labels []map[string]string
	for _, o := range list {
		labels = append(labels, map[string]string{"alertname": o.alert, "severity": string(alerts.Critical), "environment": o.alert})
	}
	address := tooltest.StartAlertmanager(t, config)
	tooltest.PostAlerts(t, address, labels...)
	posted := time.Now()
	delivered := map[string]notice{}
	for limit := time.After(2 * time.Minute); len(delivered) < len(list); {
		select {
		case m := <-heard:
			// In whole units of ten seconds: the machine may be busy. A second is for the way to Alertmanager, where
			// the clock began.
			after := (time.Since(posted) + time.Second).Truncate(10 * time.Second)
			delivered[m["alert"]] = notice{m["receiver"], cmp.Or(delivered[m["alert"]].after, after)}
		case <-limit:
			t.Fatalf("heard of %v within two minutes", delivered)
		}
	}
	return delivered
}
