//go:build !lean

package main

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/spec"
	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/infra/runbooks/measured"
	"github.com/techcommerce/platform/infra/runbooks/measured/measuredtest"
	"github.com/techcommerce/platform/stacks/stackstest"
	"github.com/techcommerce/platform/test/datadog/api"
	"github.com/techcommerce/platform/test/datadog/provider"
)

// TestDatadogPages breaks what each critical alert is about, in what Datadog receives of the shipped production stack, and
// records whom the stack's own monitors notify, and when. The stand-in of Datadog evaluates their queries.
func TestDatadogPages(t *testing.T) {
	t.Parallel()
	production := mustAccount(t, func(settings string) string { return settings })
	// Production's database is not in the cluster. This is production with one that is.
	withDatabase := mustAccount(t, func(settings string) string {
		return strings.Replace(settings, "    external:\n      networks: [10.0.0.0/8]\n", "    postgres: {}\n", 1)
	})
	got := map[string]measured.Alert{}
	for _, f := range datadogFaults() {
		account := production
		if f.alert == "DatabaseDown" {
			account = withDatabase
		}
		notice, ok := account.Notified(f.monitor, f.fault)
		if !ok || notice.To[0] != "@pagerduty-shop" {
			t.Errorf("%s: %s notifies %v", f.alert, f.name, notice.To)
			continue
		}
		if again, ok := account.Notified(f.monitor, f.before()); ok {
			t.Errorf("%s: notifies %v while nothing is wrong", f.alert, again.To)
		}
		row := measured.Alert{Fault: f.name, Notified: alerts.Duration(notice.After).String(), To: notice.To}
		if f.monitor != f.alert {
			row.By = f.monitor
		}
		if _, known := got[f.alert]; !known {
			got[f.alert] = row
		}
	}
	for _, alert := range alerts.All(alerts.Reference()) {
		if _, ok := got[alert.Name]; !ok && alert.Severity == alerts.Critical && !alert.NotificationPath {
			t.Errorf("%s is critical, and nothing at Datadog pages", alert.Name)
		}
	}
	measuredtest.Verify(t, measured.Datadog, got, *update)
}

// mustAccount is a Datadog with everything that the shipped production stack declares there, after a change of its
// settings.
func mustAccount(t *testing.T, change func(settings string) string) *api.API {
	t.Helper()
	text := change(stackstest.Fixture(t, "production"))
	declaration := mustDeclare(t, mustDecode(t, stackstest.Text(t, "production", text, stackstest.Secrets())))
	account := api.New("api-key", "app-key")
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	resources := slices.DeleteFunc(declaration.Resources, func(r declare.Resource) bool {
		return !r.Custom || !strings.HasPrefix(r.Type, "datadog:")
	})
	slices.SortStableFunc(resources, func(a, b declare.Resource) int { return turn(a) - turn(b) })
	ids := map[string]string{}
	for _, r := range resources {
		id, err := provider.Send(t.Context(), server.URL, account.APIKey, account.AppKey, tokens.Type(r.Type), renamed(t, r, ids))
		if err != nil {
			t.Fatalf("%s: %v", r.Name, err)
		}
		if turn(r) < last {
			ids[r.ID] = id
		}
	}
	return account
}

// last is the turn of what nothing else is made of.
const last = 2

// turn puts what is made of others after them, as the engine has it.
func turn(r declare.Resource) int {
	kind := r.Inputs["type"]
	switch {
	case r.Type == "datadog:index/monitor:Monitor" && kind.StringValue() != spec.Composite && kind.StringValue() != spec.Burn:
		return 0
	case r.Type == "datadog:index/serviceLevelObjective:ServiceLevelObjective":
		return 1
	}
	return last
}

// renamed is what a resource is declared with, with the ids that Datadog gave to those that it refers to.
func renamed(t *testing.T, r declare.Resource, ids map[string]string) map[string]any {
	t.Helper()
	text, err := json.Marshal(r.Plain())
	if err != nil {
		t.Fatal(err)
	}
	for was, is := range ids {
		text = []byte(strings.ReplaceAll(string(text), was, is))
	}
	var inputs map[string]any
	if err := json.Unmarshal(text, &inputs); err != nil {
		t.Fatal(err)
	}
	return inputs
}

// datadogFault is something that is broken, and the monitor that must say so.
type datadogFault struct {
	alert, monitor, name string
	fault                api.Fault
}

// before is the same shop without the fault.
func (f datadogFault) before() api.Fault {
	healthy := api.Fault{Answer: api.Answer{Status: 200, Milliseconds: 300, Body: "TechCommerce", CertificateDays: 60}}
	for _, s := range f.fault.Series {
		healthy.Series = append(healthy.Series, api.Series{Metric: s.Metric, Tags: s.Tags, At: func(int) float64 { return s.At(0) }})
	}
	return healthy
}

// since is a value that changes at the fault.
func since(before, after float64) func(int) float64 {
	return func(minute int) float64 {
		if minute > 0 {
			return after
		}
		return before
	}
}

func datadogFaults() []datadogFault {
	const namespace, cluster = "kube_namespace:techcommerce-production", "kube_cluster_name:techcommerce-production"
	one := func(metric string, at func(int) float64, tags ...string) api.Series {
		return api.Series{Metric: metric, At: at, Tags: append([]string{"env:production", namespace, cluster}, tags...)}
	}
	broken := func(alert, monitor, name string, series ...api.Series) datadogFault {
		return datadogFault{alert, monitor, name, api.Fault{Series: series}}
	}
	outside := func(alert, name string, answer api.Answer) datadogFault {
		return datadogFault{alert, alert, name, api.Fault{Answer: answer}}
	}
	const requests, available = "techcommerce.http_requests.count", "kubernetes_state.deployment.replicas_available"
	order := []string{"service:order-api", "method:post", "route:/api/orders"}
	return []datadogFault{
		broken("ServiceDown", "ServiceDown-frontend", "frontend is scaled to no pods", one(available, since(3, 0), "kube_deployment:frontend")),
		broken("ServiceDown", "ServiceDown-order-api", "the Deployment of order-api is gone",
			one(available, since(3, math.NaN()), "kube_deployment:order-api")),
		broken("OrdersFailing", "OrdersFailing", "one order in five fails",
			one(requests, since(100, 80), append(order, "status:201")...), one(requests, since(math.NaN(), 20), append(order, "status:503")...)),
		broken("OrdersPending", "OrdersPending", "an order is older than it may be",
			one("techcommerce.orders_pending_oldest_seconds", func(minute int) float64 { return max(0, float64(300*min(minute, 1)+60*minute)) },
				"service:order-api")),
		broken("PodCrashLooping", "PodCrashLooping", "a container crashes again and again",
			one("kubernetes_state.container.status_report.count.waiting", since(0, 1), "pod_name:order-api-a",
				"kube_container_name:order-api", "reason:crashloopbackoff")),
		broken("HighErrorRate", "HighErrorRate", "one request in five fails",
			one(requests, since(100, 80), "service:product-api", "route:/api/products", "status:200"),
			one(requests, since(math.NaN(), 20), "service:product-api", "route:/api/products", "status:500")),
		broken("VolumeAlmostFull", "VolumeAlmostFull-monitoring", "a volume of Prometheus is filled to 98 %",
			api.Series{Metric: "kubernetes.kubelet.volume.stats.used_bytes", At: since(40, 98),
				Tags: []string{"kube_namespace:monitoring-production", cluster, "persistentvolumeclaim:data-prometheus-0"}},
			api.Series{Metric: "kubernetes.kubelet.volume.stats.capacity_bytes", At: since(100, 100),
				Tags: []string{"kube_namespace:monitoring-production", cluster, "persistentvolumeclaim:data-prometheus-0"}}),
		broken("NodeNotReady", "NodeNotReady", "the kubelet of a node is silent",
			one("kubernetes_state.node.by_condition", since(1, 0), "node:a", "condition:ready", "status:true"),
			one("kubernetes_state.node.by_condition", since(0, 1), "node:a", "condition:ready", "status:unknown")),
		broken("DatabaseDown", "DatabaseDown", "PostgreSQL is scaled to no pods",
			one("kubernetes_state.statefulset.replicas_ready", since(1, 0), "kube_stateful_set:"+databaseName)),
		broken("ErrorBudgetBurningFast", "OrdersBurnFast", "one order in five fails",
			one("trace.http.server.request.hits", since(100, 100), "service:order-api"),
			one("trace.http.server.request.errors", since(0, 20), "service:order-api")),
		outside("ShopUnreachable", "the public address answers 503", api.Answer{Status: 503, Milliseconds: 20}),
		outside("CertificateAboutToExpire", "the certificate ends within a day", api.Answer{CertificateDays: 0.9}),
	}
}

// TestDatadogPagesWhenTheShopIsGone scales the frontend of the shipped production stack to nothing, and counts who is paged
// by Datadog: the service's own monitor, and the test from outside, without any traffic.
func TestDatadogPagesWhenTheShopIsGone(t *testing.T) {
	t.Parallel()
	account := mustAccount(t, func(settings string) string { return settings })
	gone := api.Fault{Series: []api.Series{{
		Metric: "kubernetes_state.deployment.replicas_available", At: since(3, 0),
		Tags: []string{"kube_namespace:techcommerce-production", "kube_cluster_name:techcommerce-production", "kube_deployment:frontend"},
	}}}
	for _, monitor := range []string{"ServiceDown-frontend", "ShopUnreachable"} {
		notice, ok := account.Notified(monitor, gone)
		if !ok || notice.To[0] != "@pagerduty-shop" {
			t.Errorf("%s pages nobody: %+v", monitor, notice)
		}
		t.Logf("%s pages %v after %s", monitor, notice.To, notice.After)
	}
	for _, traffic := range []string{"HighErrorRate", "OrdersFailing"} {
		if notice, ok := account.Notified(traffic, gone); ok {
			t.Errorf("%s, of which there is no data, notifies %+v", traffic, notice)
		}
	}
}

// TestDatadogNotifiesOfOverload: where customers are refused because a service is full the team is notified, and nobody is
// paged; a client that exceeds its own limit is nobody's business.
func TestDatadogNotifiesOfOverload(t *testing.T) {
	t.Parallel()
	account := mustAccount(t, func(settings string) string { return settings })
	overload := func(reason, status string) api.Fault {
		tags := []string{"env:production", "kube_namespace:techcommerce-production", "service:frontend", "route:/api/orders"}
		return api.Fault{Series: []api.Series{
			{Metric: "techcommerce.http_requests.count", Tags: append(slices.Clone(tags), "status:201"), At: since(100, 90)},
			{Metric: "techcommerce.http_requests.count", Tags: append(slices.Clone(tags), "status:"+status), At: since(math.NaN(), 10)},
			{Metric: "techcommerce.http_requests_shed.count", Tags: append(slices.Clone(tags), "reason:"+reason), At: since(0, 10)},
		}}
	}
	for _, reason := range []string{contract.ShedPlaces, contract.ShedBodies, contract.ShedBackend} {
		notice, ok := account.Notified("RequestsShed", overload(reason, "503"))
		if !ok || !slices.Equal(notice.To, []string{"@slack-shop"}) {
			t.Errorf("%s: notifies %v", reason, notice.To)
		}
	}
	if notice, ok := account.Notified("RequestsShed", overload(contract.ShedClient, "429")); ok {
		t.Errorf("a client that exceeds its own limit notifies %v", notice.To)
	}
}
