package e2e_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/dashboards"
)

// watched is the platform with what watches it.
type watched struct {
	*platform
	prometheus prometheus
	receiver   receiver
	// group is the test that all steps belong to: what one of them leaves for the next ends with it.
	group *testing.T
	// environment, jobs and least are what there must be to see: the stack's label, what is scraped, and so many pods of
	// each service.
	environment string
	jobs        []string
	least       int
	// pod is Prometheus' before its configuration changed.
	pod string
	// balancer is what is outside the cluster between customers and the shop; unreachable is when it lost the shop, reachable
	// when it had it back.
	balancer               *loadBalancer
	unreachable, reachable time.Time
	// burns is when orders began to fail, works when they no longer did.
	burns, works time.Time
}

// watched is the local stack.
func (p *platform) watched(t *testing.T) *watched {
	return &watched{
		platform: p, group: t, prometheus: prometheus{url: strings.Replace(p.url, ":30000", ":30090", 1)},
		environment: "local", jobs: jobs(), least: 2,
	}
}

// watchedLimit is how soon after make up every target must be up.
const watchedLimit = 2 * time.Minute

// isWatched counts from the end of make up.
func (p *platform) isWatched(t *testing.T) {
	p.watched(t).seesEverything(t)
	p.measure("make up to every target being up", time.Since(p.cameUp), watchedLimit)
}

// monitoring proves that what watches the shop sees it, is quiet while it is well, and tells somebody when it is not.
// While the alert waits to fire, the first guests come, and the last while it waits to be resolved.
func (p *platform) monitoring(t *testing.T, first, last []step) {
	w := p.watched(t)
	inOrder(t, slices.Concat([]step{
		{"every target is up", w.seesEverything},
		{"every rule can be evaluated", w.judges},
		{"nothing but Watchdog fires", w.isQuiet},
		{"its own pages show it in a browser", w.showsPages},
		{"make load sends what customers send", w.isLoaded},
		{"customers order", w.keepsOrdering},
		{"a receiver is told that alerts work", w.tellsSomebody},
		{"orders fail", w.breaksOrders},
		// What follows needs no orders, and the alert waits for five minutes.
		{"Prometheus takes other limits without a restart", w.reloads},
		{"the shop is probed by its Service and from outside the cluster", w.isProbed},
		{"the load balancer outside the cluster loses the shop", w.cutsOffTheLoadBalancer},
		{"what rules and dashboards ask for is exported", w.hasTheMetrics},
		{"what Datadog's agent is told to collect is exported", w.exportsForDatadog},
		{"every panel of every dashboard shows something", w.showsSomething},
	}, first, []step{
		{"the receiver is notified that the shop cannot be reached", w.notifiesOfUnreachableShop},
		{"the receiver is told that orders fail", w.tellsOfFailingOrders},
		{"orders work again", w.mendsOrders},
	}, last, []step{
		{"the receiver is notified that the shop can be reached again", w.notifiesOfReachableShop},
		{"and that orders work", w.tellsOfWorkingOrders},
		{"nothing else fires meanwhile", w.stayedQuiet},
		{"the footprint is known", w.hasAFootprint},
	})...)
}

// jobs are what a local stack scrapes.
func jobs() []string {
	return []string{
		alerts.JobAlertmanager, alerts.JobAPIServer, alerts.JobCAdvisor, alerts.JobCoreDNS, alerts.JobKubeStateMetrics,
		alerts.JobKubelet, alerts.JobMetricsServer, alerts.JobNodeExporter, alerts.JobPrometheus, alerts.JobServices,
	}
}

func (w *watched) seesEverything(t *testing.T) {
	eventually(t, watchedLimit, func() error {
		var data struct {
			ActiveTargets []struct {
				Labels            map[string]string
				Health, LastError string
			}
		}
		if err := w.prometheus.get("targets", url.Values{"state": {"active"}}, &data); err != nil {
			return err
		}
		seen, pods := map[string]bool{}, map[string]int{}
		var problems []error
		for _, target := range data.ActiveTargets {
			seen[target.Labels["job"]] = true
			if target.Labels["job"] == alerts.JobServices {
				pods[target.Labels["service"]]++
			}
			if target.Health != "up" {
				problems = append(problems, fmt.Errorf("%v is %s: %s", target.Labels, target.Health, target.LastError))
			}
			if target.Labels["environment"] != w.environment || target.Labels["service"] == "" {
				problems = append(problems, fmt.Errorf("%v: want environment and service", target.Labels))
			}
		}
		if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, slices.Sorted(slices.Values(w.jobs))) {
			problems = append(problems, fmt.Errorf("jobs: got %q, want %q", got, w.jobs))
		}
		for _, service := range contract.Services() {
			if pods[service.Name] < w.least {
				problems = append(problems, fmt.Errorf("%s: %d pods are scraped, want at least %d",
					service.Name, pods[service.Name], w.least))
			}
		}
		return errors.Join(problems...)
	})
}

// judges waits for the slowest rules to have been evaluated once.
func (w *watched) judges(t *testing.T) {
	eventually(t, 3*time.Minute, func() error {
		var problems []error
		rules := w.prometheus.rules(t)
		if len(rules) == 0 {
			problems = append(problems, errors.New("no rules"))
		}
		for _, r := range rules {
			if r.Health != "ok" {
				problems = append(problems, fmt.Errorf("%s is %s: %s", r.Name, r.Health, r.LastError))
			}
		}
		return errors.Join(problems...)
	})
}

// isQuiet looks back over everything that has happened to the cluster so far.
func (w *watched) isQuiet(t *testing.T) {
	fired := w.prometheus.mustQuery(t, `count by (alertname, service, pod, namespace) (
		count_over_time(ALERTS{alertstate="firing", alertname!="Watchdog"}[2h]))`)
	for _, alert := range fired {
		t.Errorf("fired on a healthy platform: %v", alert.Metric)
	}
	if w.prometheus.number(t, `count(ALERTS{alertstate="firing", alertname="Watchdog"})`) != 1 {
		t.Error("Watchdog does not fire")
	}
}

// tellsSomebody gives the stack a receiver and a probe the way an operator does, for the rest of the group.
func (w *watched) tellsSomebody(t *testing.T) {
	w.receiver = w.startReceiver(w.group, "e2e-receiver")
	settings := w.keep(t, "Pulumi.local.yaml")
	w.group.Cleanup(func() { w.restore(w.group, settings) })
	w.balancer = balance(w.group, w.openOutwards(w.group), w.url, nil)
	w.shell(t, "pulumi config set --stack local --path techcommerce:monitoring.probe.image "+w.blackboxImage(t, nil))
	w.shell(t, "pulumi config set --stack local --path techcommerce:monitoring.probe.url "+w.balancer.url)
	const path = "techcommerce:monitoring.alertmanager.receivers"
	w.shell(t, "pulumi config set --stack local --path '"+path+".webhook.url' "+w.receiver.url)
	w.shell(t, "pulumi config set --stack local --path '"+path+".networks[0]' 10.0.0.0/8")
	w.shell(t, "pulumi config set --stack local --path techcommerce:alerts.limits.pending 6m")
	w.pod = w.prometheusPod(t)
	w.shell(t, "pulumi up --stack local --yes --skip-preview >/dev/null")
	w.receiver.await(t, "Watchdog", "firing", 2*time.Minute)
}

// prometheusPod tells one run of Prometheus from another.
func (w *watched) prometheusPod(t *testing.T) string {
	t.Helper()
	return w.kubectl(t, "", "-n", "monitoring", "get", "pod", "prometheus-0", "-o",
		"jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}")
}

// reloads waits for the limit that was set together with the receiver. The kubelet brings a changed file within a minute
// or so, and Prometheus looks every quarter of one.
func (w *watched) reloads(t *testing.T) {
	eventually(t, 3*time.Minute, func() error {
		for _, r := range w.prometheus.rules(t) {
			if r.Name == "OrdersPending" && strings.HasSuffix(r.Query, "> 360") {
				return nil
			}
		}
		return errors.New("OrdersPending does not wait for six minutes")
	})
	if pod := w.prometheusPod(t); pod != w.pod {
		t.Errorf("Prometheus is pod %s, want still %s", pod, w.pod)
	}
}

// breaksOrders takes from order-api the right to connect to product-api, as a slip in a policy would. Connections that
// are open are not judged again, so its pods are replaced.
func (w *watched) breaksOrders(t *testing.T) {
	w.kubectl(t, "", "-n", "techcommerce", "patch", "networkpolicy", "order-api", "--type=json",
		"--patch", `[{"op":"replace","path":"/spec/egress","value":[]}]`)
	w.kubectl(t, "", "-n", "techcommerce", "delete", "pod", "-l", "app=order-api", "--wait=false")
	eventually(t, time.Minute, func() error {
		if status := w.tryOrder(); status < 500 {
			return fmt.Errorf("an order is answered with %d", status)
		}
		return nil
	})
	w.burns = time.Now()
}

func (w *watched) mendsOrders(t *testing.T) {
	t.Helper()
	w.shell(t, "pulumi up --stack local --yes --skip-preview --refresh >/dev/null")
	eventually(t, time.Minute, func() error {
		if status := w.tryOrder(); status != http.StatusCreated {
			return fmt.Errorf("an order is answered with %d", status)
		}
		return nil
	})
	w.works = time.Now()
}

// tryOrder orders a mouse and returns the status, 0 for no answer at all.
func (w *watched) tryOrder() int {
	body := strings.NewReader(`{"customer":"Ada Lovelace","items":[{"product_id":2,"quantity":1}]}`)
	response, err := client.Post(w.url+"/api/orders", "application/json", body)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// keepsOrdering places orders all the time, as customers do, until the group ends.
func (w *watched) keepsOrdering(*testing.T) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Second):
				w.tryOrder()
			}
		}
	}()
	w.group.Cleanup(func() { close(stop); <-stopped })
}

// ofAbsentObjects are metrics of what a local stack has none of: Jobs, and webhooks, whose delivery tests prove the metrics.
var ofAbsentObjects = map[string]bool{
	"kube_job_failed": true, contract.MetricEventsDead: true, contract.MetricEventsPendingOldest: true,
}

// hasTheMetrics asks for every series by its name that a rule of this stack or a panel of any dashboard asks for.
func (w *watched) hasTheMetrics(t *testing.T) {
	recorded, asked := map[string]bool{}, map[string]string{}
	for _, r := range w.prometheus.rules(t) {
		if r.Type == "recording" {
			recorded[r.Name] = true
		}
		for _, name := range w.prometheus.metrics(t, r.Query) {
			asked[name] = "rule " + r.Name
		}
	}
	for _, panel := range w.panels(t) {
		if dashboards.Sometimes()[string(panel.Page)+"/"+panel.Title] != "" {
			continue
		}
		for _, query := range panel.Queries {
			for _, name := range w.prometheus.metrics(t, query) {
				asked[name] = "panel " + panel.Title
			}
		}
	}
	if len(asked) < 30 {
		t.Fatalf("only %d metrics are asked for: %v", len(asked), asked)
	}
	for name, who := range asked {
		if !recorded[name] && !ofAbsentObjects[name] && !w.exported(t, name) {
			t.Errorf("%s asks for %s, which nobody exports", who, name)
		}
	}
}

// exported reports whether there is a series of that name, or an exporter that describes one: some exist only while
// something is wrong.
func (w *watched) exported(t *testing.T, name string) bool {
	t.Helper()
	if len(w.prometheus.mustQuery(t, `count({__name__="`+name+`"})`)) > 0 {
		return true
	}
	described := map[string]any{}
	if err := w.prometheus.get("metadata", url.Values{"metric": {name}}, &described); err != nil {
		t.Fatal(err)
	}
	return len(described) > 0
}

func (w *watched) panels(t *testing.T) []dashboards.Panel {
	t.Helper()
	panels, err := dashboards.Panels(dashboards.Variables{Namespace: "techcommerce", Service: contract.ProductAPI.Name})
	if err != nil {
		t.Fatal(err)
	}
	return panels
}

// showsSomething evaluates every query of every panel but of those that may be empty, until there is enough to compute a
// rate from.
func (w *watched) showsSomething(t *testing.T) {
	eventually(t, 2*time.Minute, func() error {
		var problems []error
		for _, panel := range w.panels(t) {
			if dashboards.Sometimes()[string(panel.Page)+"/"+panel.Title] != "" {
				continue
			}
			for _, query := range panel.Queries {
				if result := w.prometheus.mustQuery(t, query); len(result) == 0 {
					problems = append(problems, fmt.Errorf("%s/%s shows nothing: %s", panel.Page, panel.Title, query))
				}
			}
		}
		return errors.Join(problems...)
	})
	for name, reason := range dashboards.Sometimes() {
		t.Logf("not looked at: %s (%s)", name, reason)
	}
}

// tellsOfFailingOrders wants the alert no later than a minute after the five that it waits.
func (w *watched) tellsOfFailingOrders(t *testing.T) {
	const limit = 6 * time.Minute
	told := w.receiver.awaitOne(t, wanted{alert: "OrdersFailing", status: "firing"}, time.Until(w.burns.Add(limit))).Sub(w.burns)
	t.Logf("told %s after orders began to fail", told.Round(time.Second))
	if told > limit {
		t.Errorf("that is later than %s", limit)
	}
}

func (w *watched) tellsOfWorkingOrders(t *testing.T) {
	const limit = 6 * time.Minute
	told := w.receiver.awaitOne(t, wanted{alert: "OrdersFailing", status: "resolved"}, time.Until(w.works.Add(limit))).Sub(w.works)
	t.Logf("told that they work again %s after they did", told.Round(time.Second))
	if told > limit {
		t.Errorf("that is later than %s", limit)
	}
	for _, n := range w.receiver.told(t) {
		for _, a := range n.Alerts {
			if a.Labels["alertname"] == "HighErrorRate" && a.Labels["service"] == contract.OrderAPI.Name {
				t.Errorf("told of HighErrorRate too, which OrdersFailing hides: %v", a.Labels)
			}
		}
	}
}

// stayedQuiet looks back over what the last guests did to the cluster: nothing but what failing orders explain, which are
// answered by order-api and, to customers, by frontend, may have fired since orders work again.
func (w *watched) stayedQuiet(t *testing.T) {
	fired := w.prometheus.mustQuery(t, fmt.Sprintf(`count by (alertname, service, pod, namespace) (count_over_time(
		ALERTS{alertstate="firing", alertname!~"Watchdog|OrdersFailing", service!~"order-api|frontend"}[%ds]))`,
		int(time.Since(w.works).Seconds())))
	for _, alert := range fired {
		t.Errorf("fired while orders worked: %v", alert.Metric)
	}
}

// sampleBytes is what one sample takes on disk, by Prometheus' own rule of thumb.
const sampleBytes = 2

// hasAFootprint prints what watching costs.
func (w *watched) hasAFootprint(t *testing.T) {
	series := w.prometheus.number(t, "prometheus_tsdb_head_series")
	samples := w.prometheus.number(t, `sum(rate(prometheus_tsdb_head_samples_appended_total[5m]))`)
	memory := w.prometheus.number(t, `sum(container_memory_working_set_bytes{namespace=~"monitoring|monitoring-nodes", container!=""})`)
	t.Logf("%.0f series, %.0f samples a second, at most %.0f MB of disk a day; %.0f MB of memory in all pods of the monitoring",
		series, samples, samples*sampleBytes*86400/1e6, memory/1e6)
	w.measureSize("memory of the monitoring", memory, 400<<20)
}

// restore takes the receiver away again, and whatever a fault has left.
func (w *watched) restore(t *testing.T, settings kept) {
	t.Helper()
	settings.restore(t)
	w.shell(t, "pulumi up --stack local --yes --skip-preview --refresh >/dev/null")
}
