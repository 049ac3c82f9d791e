package main

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestTraces: what the setting says is where every service sends its traces, and where it may connect.
func TestTraces(t *testing.T) {
	t.Parallel()
	const base = "config:\n  techcommerce:database: {embedded: {}}\n  techcommerce:edge: {nodePort: 30000}\n"
	off := mustDecode(t, stackstest.Text(t, "off", base, nil))
	if off.Off()["traces"] == "" {
		t.Error("the outputs do not say that traces go nowhere")
	}
	quiet := mustRead(t, mustDeclare(t, off))
	for _, test := range []struct {
		name, setting, url string
		want               []string
	}{
		{"a collector in the cluster", `{url: "http://collector.observability.svc:4318"}`,
			"http://collector.observability.svc:4318", []string{"namespace observability []"}},
		{"a collector elsewhere", `{url: "https://collector.example.com"}`,
			"https://collector.example.com", []string{"0.0.0.0/0 but 5 [443]", "::/0 but 2 [443]"}},
		{"a collector in networks of ours", `{url: "https://10.1.2.3:4318", networks: [10.1.2.0/24]}`,
			"https://10.1.2.3:4318", []string{"10.1.2.0/24 but 0 [4318]"}},
		{"a range that has a cloud's metadata in it", `{url: "https://collector.example.com", networks: [0.0.0.0/0, "::/0"]}`,
			"https://collector.example.com", []string{"0.0.0.0/0 but 1 [443]", "::/0 but 2 [443]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			on := mustDecode(t, stackstest.Text(t, "on", base+"  techcommerce:traces: "+test.setting+"\n", nil))
			if said := on.Off()["traces"]; said != "" {
				t.Errorf("the outputs say %q", said)
			}
			objects := mustRead(t, mustDeclare(t, on))
			for _, service := range contract.Services() {
				if _, container := deployment(quiet, service.Name); variable(container, contract.EnvOTLPEndpoint) != "" {
					t.Errorf("%s sends traces that nobody asked for", service.Name)
				}
				if _, container := deployment(objects, service.Name); variable(container, contract.EnvOTLPEndpoint) != test.url {
					t.Errorf("%s sends traces to %q, want %q", service.Name, variable(container, contract.EnvOTLPEndpoint), test.url)
				}
				before, after := egress(quiet, service.Name), egress(objects, service.Name)
				added := slices.DeleteFunc(after, func(rule string) bool { return slices.Contains(before, rule) })
				if !slices.Equal(added, test.want) {
					t.Errorf("%s may also connect to %q, want %q", service.Name, added, test.want)
				}
			}
		})
	}
}

// variable is the plain value of a container's variable, empty where it has none.
func variable(container *corev1.Container, name string) string {
	for _, v := range container.Env {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}
