package datadog

import (
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

// shop is a stack that wakes somebody.
func shop() Args {
	target := alerts.Reference()
	target.Environment, target.Namespace = "production", "shop"
	return Args{
		Stack: "production", Scope: spec.Scope{Environment: "production", Namespace: "shop", Cluster: "c1"},
		APIKey: "a", AppKey: "b", API: "https://api.datadoghq.com", App: "https://app.datadoghq.com",
		Alerts: alerts.All(target), Team: "shop",
		Services: []Service{{Name: "product-api"}, {Name: "order-api", Calls: true}, {Name: "frontend", Calls: true}},
		Orders:   "order-api", Catalogue: "product-api", Entry: "frontend",
		Pager: []string{"@pagerduty-shop"}, Repeat: true,
		Limits:       Limits{ErrorLogs: 10, ServerErrors: 20, LogLines: 1000, CallErrors: 5},
		Objectives:   Objectives{Orders: 99.9, Catalogue: 99, Shop: 99.9, CatalogueSeconds: 0.5, Burn: true},
		Synthetic:    &Synthetic{URL: "https://shop.example.com", Locations: []string{"aws:eu-central-1"}, Every: 60, Slow: 5000},
		WatchesAgent: true, MeasuresDatabase: true,
	}
}

func mustPlan(t *testing.T, a Args) Plan {
	t.Helper()
	plan, err := a.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func mustFind(t *testing.T, p Plan, name string) planned {
	t.Helper()
	i := slices.IndexFunc(p.monitors, func(m planned) bool { return m.name == name })
	if i < 0 {
		t.Fatalf("there is no monitor %s", name)
	}
	return p.monitors[i]
}

// TestWhoIsWokenIsToldOfTheEnd: PagerDuty resolves an incident only if it is named where the monitor recovers.
func TestWhoIsWokenIsToldOfTheEnd(t *testing.T) {
	t.Parallel()
	woken := 0
	for _, m := range mustPlan(t, shop()).monitors {
		pages := strings.Contains(m.monitor.Message, "@pagerduty-shop")
		if pages != (m.monitor.Priority == 1) {
			t.Errorf("%s, of priority %d, wakes somebody: %t", m.name, m.monitor.Priority, pages)
		}
		_, recovery, _ := strings.Cut(m.monitor.Message, "{{#is_recovery}}")
		recovery, _, _ = strings.Cut(recovery, "{{/is_recovery}}")
		_, warning, _ := strings.Cut(m.monitor.Message, "{{#is_warning}}")
		warning, _, _ = strings.Cut(warning, "{{/is_warning}}")
		if pages != strings.Contains(recovery, "@pagerduty-shop") || strings.Contains(warning, "@pagerduty-shop") {
			t.Errorf("%s: %s", m.name, m.monitor.Message)
		}
		if pages {
			woken++
		}
	}
	if woken < 5 {
		t.Errorf("%d monitors wake somebody", woken)
	}
}

// TestTheShopIsGone: no monitor of traffic says so, because there is none. Each service is missed by itself, where there
// is nothing left of it too, and the shop as a whole from outside.
func TestTheShopIsGone(t *testing.T) {
	t.Parallel()
	plan := mustPlan(t, shop())
	for _, service := range []string{"frontend", "product-api", "order-api"} {
		m := mustFind(t, plan, "ServiceDown-"+service)
		want := "max(last_5m):max:kubernetes_state.deployment.replicas_available{kube_namespace:shop,kube_cluster_name:c1,kube_deployment:" +
			service + "} < 1"
		if m.monitor.Query != want || m.service != service || m.monitor.Priority != 1 {
			t.Errorf("got %s (%s, priority %d), want %s", m.monitor.Query, m.service, m.monitor.Priority, want)
		}
		_, absent, _ := strings.Cut(m.monitor.Message, "{{#is_no_data}}")
		absent, _, _ = strings.Cut(absent, "{{/is_no_data}}")
		if !m.monitor.NoData.Notifies() || !strings.Contains(absent, service+" is down?") || !strings.Contains(absent, "@pagerduty-shop") {
			t.Errorf("nobody is woken when nothing is left of %s: %s", service, absent)
		}
	}
	if message, priority := shop().outside(); priority != 1 || !strings.Contains(message, "https://shop.example.com @pagerduty-shop") &&
		!strings.Contains(message, "(asked from outside) @pagerduty-shop") {
		t.Errorf("priority %d: %s", priority, message)
	}
}

// TestTheCertificateEnds: browsers refuse the shop from that moment, so it pages, after as many days as the stack says.
func TestTheCertificateEnds(t *testing.T) {
	t.Parallel()
	a := shop()
	message, priority := a.certificate()
	if priority != 1 || !strings.Contains(message, "certificate of shop.example.com is about to end (it is valid for 1 days or less") ||
		!strings.Contains(message, "@pagerduty-shop") {
		t.Errorf("priority %d: %s", priority, message)
	}
	a.Thresholds = map[string]Threshold{expiring: {Critical: 9}}
	mustPlan(t, a)
	if days := a.certificateDays(); days != 9 {
		t.Errorf("%v days, want the stack's 9", days)
	}
	for _, wrong := range []Threshold{{Critical: 0}, {Critical: 1.5}, {Critical: 9, Warning: spec.At(20)}} {
		a.Thresholds[expiring] = wrong
		if _, err := a.Plan(); err == nil || !strings.Contains(err.Error(), "monitor "+expiring+": thresholds: ") {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	a.Thresholds[expiring], a.Synthetic = Threshold{Critical: 9}, nil
	if _, err := a.Plan(); err == nil || !strings.Contains(err.Error(), "the stack has no monitor "+expiring) {
		t.Errorf("a threshold of a test that is not declared: %v", err)
	}
	with := Synthetic{URL: "https://shop.example.com:8443/home"}
	if with.host() != "shop.example.com" || with.port() != "8443" {
		t.Errorf("%s %s", with.host(), with.port())
	}
}

// TestSilenceIsRepeatedToo: no data is the usual state of a monitor of agents that are gone.
func TestSilenceIsRepeatedToo(t *testing.T) {
	t.Parallel()
	plan := mustPlan(t, shop())
	for name, want := range map[string][]string{
		"AgentDown": {"alert", "no data"}, "ServiceDown-frontend": {"alert", "no data"}, "HighErrorRate": {"alert"},
	} {
		if got := mustFind(t, plan, name).monitor.RenotifyStatuses(); !slices.Equal(got, want) {
			t.Errorf("%s is repeated in %q, want %q", name, got, want)
		}
	}
}

// TestANodeWhoseKubeletIsSilent has the status unknown, and the message says which one it is.
func TestANodeWhoseKubeletIsSilent(t *testing.T) {
	t.Parallel()
	m := mustFind(t, mustPlan(t, shop()), "NodeNotReady").monitor
	if !strings.Contains(m.Query, "condition:ready,!status:true} by {node}") || !strings.Contains(m.Message, "Node {{node.name}} is not ready") {
		t.Errorf("%s\n%s", m.Query, m.Message)
	}
}

// TestMemoryIsWhatTheKernelCannotTakeBack: files in the page cache are dropped when somebody needs the room.
func TestMemoryIsWhatTheKernelCannotTakeBack(t *testing.T) {
	t.Parallel()
	m := mustFind(t, mustPlan(t, shop()), "ContainerMemoryUsageHigh").monitor
	if !strings.Contains(m.Query, "kubernetes.memory.working_set") || !strings.Contains(m.Message, "{{pod_name.name}} is almost out of memory") {
		t.Errorf("%s\n%s", m.Query, m.Message)
	}
}

// TestWhatThereIsNotIsNotWatched: a stack with an external database has neither StatefulSets nor volumes of its own, and
// its monitoring has both.
func TestWhatThereIsNotIsNotWatched(t *testing.T) {
	t.Parallel()
	a := shop()
	a.StatefulSets, a.Volumes = []string{"monitoring"}, []string{"monitoring", "shop"}
	names := map[string]string{}
	for _, m := range mustPlan(t, a).monitors {
		names[m.name] = m.monitor.Query
	}
	for _, name := range []string{"StatefulSetShortOfReplicas-monitoring", "VolumeAlmostFull-monitoring"} {
		if !strings.Contains(names[name], "kube_namespace:monitoring") {
			t.Errorf("%s: %q", name, names[name])
		}
	}
	if names["StatefulSetShortOfReplicas"] != "" || !strings.Contains(names["VolumeAlmostFull"], "kube_namespace:shop") {
		t.Errorf("%q", names)
	}
}

// TestAStacksThreshold moves one monitor, in its query too, and no other.
func TestAStacksThreshold(t *testing.T) {
	t.Parallel()
	a := shop()
	before := mustPlan(t, a)
	a.Thresholds = map[string]Threshold{
		"ErrorLogs-frontend": {Critical: 40}, "HighErrorRate": {Critical: 7, Warning: spec.At(3)}, "OrdersBurnSlow": {Critical: 2.5},
	}
	after := mustPlan(t, a)
	for i, m := range after.monitors {
		own, changed := a.Thresholds[m.name]
		was := before.monitors[i].monitor
		if !changed && m.monitor.Query != was.Query {
			t.Errorf("%s has changed: %s", m.name, m.monitor.Query)
		}
		if changed && (*m.monitor.Thresholds.Critical != own.Critical || m.monitor.Thresholds.Warning != own.Warning) {
			t.Errorf("%s: %+v, want %+v", m.name, m.monitor.Thresholds, own)
		}
		if changed && m.query == nil && !strings.HasSuffix(m.monitor.Query, "> "+spec.Number(own.Critical)) {
			t.Errorf("%s: %s", m.name, m.monitor.Query)
		}
	}
}

// TestAMonitorBringsItsOwnMetric: nothing else needs to be told of it.
func TestAMonitorBringsItsOwnMetric(t *testing.T) {
	t.Parallel()
	a := shop()
	critical, warning := a.limits("CertificateOld", 14, nil)
	m := planned{
		name: "CertificateOld", service: everything, sends: map[string][]string{"certificate.days_left": {"name"}},
		monitor: spec.Monitor{
			Name: "x", Type: spec.Metric, Message: "{{name.name}}", Thresholds: spec.Thresholds{Critical: &critical, Warning: warning},
			Query: "min(last_1h):min:certificate.days_left{kube_namespace:shop} by {name} < " + spec.Number(critical),
		},
	}
	if err := a.check(Plan{monitors: []planned{m}}); err != nil {
		t.Error(err)
	}
	m.sends = nil
	if err := a.check(Plan{monitors: []planned{m}}); err == nil || !strings.Contains(err.Error(), "nothing sends certificate.days_left") {
		t.Errorf("got %v", err)
	}
}

// TestPeriodsGoFromTheShortestOn: Datadog's API returns them so, and any other order would be a difference for ever.
func TestPeriodsGoFromTheShortestOn(t *testing.T) {
	t.Parallel()
	for _, o := range mustPlan(t, shop()).objectives {
		if o.name == ordersObjective && (len(o.objective.Targets) != 2 || o.objective.Targets[0].Period != "7d") {
			t.Errorf("%s: %+v", o.name, o.objective.Targets)
		}
	}
	o := spec.Objective{
		Name: "x", Description: "x", Targets: []spec.Target{{Period: "30d", Percent: 99}, {Period: "7d", Percent: 99}},
		Monitored: &spec.Monitored{Types: []string{spec.Metric}},
	}
	if found := o.Check(spec.Scope{}); !slices.Equal(found, []string{"targets: period 7d after 30d, want the shortest first"}) {
		t.Errorf("got %q", found)
	}
}
