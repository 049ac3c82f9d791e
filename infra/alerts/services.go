package alerts

import (
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/dashboards"
)

// services watches what the shop's services do for those who call them.
func services(t Target) []Alert {
	return []Alert{serviceDown(), highErrorRate(t)}
}

// serviceDown also fires when a service has no target at all: absent says so for each of them.
func serviceDown() Alert {
	down := []string{`max by (namespace, service) (up{job="services", namespace="$namespace"}) == 0`}
	for _, service := range contract.Services() {
		down = append(down, `max by (namespace, service) (absent(up{job="services", namespace="$namespace", service="`+
			service.Name+`"}))`)
	}
	return Alert{
		Name:        "ServiceDown",
		Severity:    Critical,
		For:         2 * time.Minute,
		Expr:        strings.Join(down, "\nor\n"),
		Summary:     "{{ $labels.service }} is down",
		Description: "No pod of {{ $labels.service }} in {{ $labels.namespace }} serves.",
		Page:        dashboards.Service,
	}
}

func highErrorRate(t Target) Alert {
	return Alert{
		Name:     "HighErrorRate",
		Severity: Critical,
		For:      5 * time.Minute,
		Expr: `
sum by (namespace, service) (rate($requests{$traffic, status=~"5.."}[2m]))
/
sum by (namespace, service) (rate($requests{$traffic}[2m]))
> $maxErrors`,
		Summary:     "{{ $labels.service }} fails",
		Description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} in {{ $labels.namespace }} are answered with 5xx.",
		Page:        dashboards.Service,
		Datadog: &Query{
			Reduce: "sum", Window: 5 * time.Minute,
			Metric:  Metric{Space: "sum", Name: contract.MetricRequests, Filter: []string{"status:5*"}, Count: true, Zero: true},
			Of:      &Metric{Space: "sum", Name: contract.MetricRequests, Count: true},
			By:      []string{"service"},
			Compare: ">", Critical: 100 * t.Limits.Errors, Silent: true,
		},
	}
}
