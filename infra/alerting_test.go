package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/dashboards"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestLimitsOfAStackThatSetsNone proves that the rules are tested, and the runbooks written, with the numbers that a stack
// has by default.
func TestLimitsOfAStackThatSetsNone(t *testing.T) {
	t.Parallel()
	target := alertTarget(stacks.Defaults("any"))
	if diff := cmp.Diff(alerts.Reference().BaseLimits(), target.BaseLimits()); diff != "" {
		t.Errorf("limits: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(alerts.DefaultObjectiveTargets(), target.Objectives); diff != "" {
		t.Errorf("objectives: -want +got:\n%s", diff)
	}
}

// TestLimitsReachEveryWatcher proves that one setting moves Prometheus' rules and Datadog's monitors alike.
func TestLimitsReachEveryWatcher(t *testing.T) {
	t.Parallel()
	stack := mustDecode(t, stackstest.Text(t, "test", `
config:
  techcommerce:database: {embedded: {}}
  techcommerce:edge: {nodePort: 30000}
  techcommerce:alerts:
    limits:
      errors: 2.5
      latency: 1500
      checkout: 700
      pending: 10m
      restarts: 7
      disk: 71
      memory: 72
      cpu: 73
      containerMemory: 74
      volume: 75
    objectives: {orders: 98, catalogue: 97, catalogueTime: 1000, shop: 96}
`, nil))
	target := alertTarget(stack)
	rules, err := alerts.Rules(target).YAML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"> 0.025", "> 1.5", "> 0.7", "> 600", "> 7", "> 0.71", "> 0.72", "> 0.73", "> 0.74", "> 0.75",
		"vector(0.98)", "vector(0.97)", "vector(0.96)", `le=~"1([.]0)?"`,
	} {
		if !strings.Contains(rules, want) {
			t.Errorf("no rule has %s", want)
		}
	}
	for name, want := range map[string]float64{
		"HighErrorRate": 2.5, "OrdersFailing": 2.5, "HighAPIResponseTime": 1.5, "CheckoutSlow": 0.7, "OrdersPending": 600,
		"PodRestartingTooOften": 7, "HighDiskUsage": 71, "HighMemoryUsage": 28, "HighCPUUsage": 27,
		"ContainerMemoryUsageHigh": 74, "VolumeAlmostFull": 75,
	} {
		if got := datadogThreshold(t, target, name); got < want-1e-6 || got > want+1e-6 {
			t.Errorf("%s: Datadog alerts at %v, want %v", name, got, want)
		}
	}
	if got, want := target.BaseLimits()["pending"], (10 * time.Minute).Seconds(); got != want {
		t.Errorf("dashboards turn red at %v pending seconds, want %v", got, want)
	}
}

func datadogThreshold(t *testing.T, target alerts.Target, name string) float64 {
	t.Helper()
	for _, alert := range alerts.All(target) {
		if alert.Name == name && alert.Datadog != nil {
			return alert.Datadog.Critical
		}
	}
	t.Fatalf("%s has no query for Datadog", name)
	return 0
}

// TestLimitedPanels proves that each panel that turns red at a limit names one that there is.
func TestLimitedPanels(t *testing.T) {
	t.Parallel()
	known := alerts.Reference().BaseLimits()
	for panel, key := range dashboards.Limited() {
		if _, ok := known[key]; !ok {
			t.Errorf("panel %s: there is no limit %s", panel, key)
		}
	}
}

// TestTheCertificateOfAProbedAddressIsWatched: something in front of the cluster may end TLS, where no Ingress knows of it.
func TestTheCertificateOfAProbedAddressIsWatched(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://shop.example.com:8443": "shop.example.com", "http://shop.example.com": "",
	} {
		stack := mustDecode(t, stackstest.Text(t, "test", `
config:
  techcommerce:database: {embedded: {}}
  techcommerce:edge: {nodePort: 30000}
  techcommerce:monitoring: {probe: {url: "`+url+`"}}
`, nil))
		if host := alertTarget(stack).Host; host != want {
			t.Errorf("%s: the certificate of %q is watched, want %q", url, host, want)
		}
	}
}
