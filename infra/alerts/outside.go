package alerts

import (
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/dashboards"
)

// outside probes the shop as a customer reaches it. The services' own metrics show nothing when nobody reaches them: no
// request fails, because there is none.
func outside(t Target) []Alert {
	if !t.Probe {
		return nil
	}
	return []Alert{shopUnreachable()}
}

func shopUnreachable() Alert {
	return Alert{
		Name:           "ShopUnreachable",
		DatadogSetting: "datadog.synthetic",
		Severity:       Critical,
		For:            2 * time.Minute,
		Expr:           `max by (namespace, service, target) (probe_success{job=~"` + JobProbePublic + `|` + JobProbeService + `", namespace="$namespace"}) == 0`,
		Summary:        "The shop cannot be reached",
		Description:    "{{ $labels.target }} has not answered with success for two minutes.",
		Dashboard:      dashboards.Overview,
		Runbook: Runbook{
			Meaning: "A probe in the cluster asked for the shop's page the way a customer does, and got no good answer: from its public " +
				"address, or from its Service.",
			Impact: "If only the public address fails, customers see an error of the browser or of the Ingress. If the Service fails, " +
				"nobody gets anything.",
			Investigate: []Step{
				{Do: "Which of the two fails? If it is the public address alone, the fault lies between the internet and the Service: " +
					"DNS, load balancer, Ingress, certificate.",
					Query: `probe_success{namespace="$namespace"}`},
				{Do: "How far does a request get? No series for a phase means that it was not reached.",
					Query: `sum by (target, phase) (probe_http_duration_seconds{namespace="$namespace"})`},
				{Do: "What does a customer see?", Run: "curl -sv -o /dev/null https://$HOST" + contract.ReadyPath},
				{Do: "Does the Service have pods behind it?",
					Run: "kubectl -n $NS get endpointslices -l kubernetes.io/service-name=" + contract.Frontend.Host() +
						"\nkubectl -n $NS get ingress,pods"},
			},
			Fix: []Step{
				rollBack(),
				{Do: "The Service has no pods: see [ServiceDown](ServiceDown.md)."},
				{Do: "The certificate is refused: see [CertificateAboutToExpire](CertificateAboutToExpire.md)."},
				{Do: "The Ingress controller is down or its address has changed: fix it there; DNS must point to its load balancer."},
				revert("The Ingress or a network policy was changed by hand"),
			},
			Silence: "Only while you take the shop down on purpose.",
		},
	}
}
