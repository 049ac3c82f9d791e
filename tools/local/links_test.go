package main

import (
	"strings"
	"testing"
)

func TestMonitoringTextSaysWhereToLook(t *testing.T) {
	outputs := map[string]any{
		"monitoring": map[string]any{"prometheus": "http://localhost:30090"},
		"dashboards": map[string]any{
			"orders": "http://localhost:30090/user/orders.html", "overview": "http://localhost:30090/user/overview.html",
		},
	}
	for _, test := range []struct {
		name, shop string
		want       []string
	}{
		{"on this machine", "http://localhost:30000", []string{
			"alerts                 http://localhost:30090/alerts", "http://localhost:30090/user/overview.html",
		}},
		{"on the node, where nothing is published", "http://10.213.0.2:30000", []string{
			"targets                http://10.213.0.2:30090/targets", "orders                 http://10.213.0.2:30090/user/orders.html",
		}},
	} {
		got := monitoringText(outputs, address{url: test.shop})
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got\n%s\nwant %q in it", test.name, got, want)
			}
		}
	}
	if got := monitoringText(outputs, address{url: "http://localhost:8080", forward: "kubectl port-forward …"}); got != "" {
		t.Errorf("through a port-forward of the shop alone: got %q", got)
	}
	if got := monitoringText(map[string]any{}, address{url: "http://localhost:30000"}); got != "" {
		t.Errorf("without monitoring: got %q", got)
	}
}
