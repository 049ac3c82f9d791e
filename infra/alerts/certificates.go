package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// certificates watches what ends on a day that everybody has forgotten.
func certificates(t Target) []Alert {
	list := []Alert{clientCertificateExpiring()}
	if t.Host != "" {
		list = append(list, certificateExpiring(), certificateAboutToExpire())
	}
	return list
}

// certificateExpiring fires when a renewal is overdue: cert-manager renews with a third of the time left, a month for
// the usual ninety days.
func certificateExpiring() Alert {
	return Alert{
		Name:     "CertificateExpiring",
		Severity: Warning,
		For:      time.Hour,
		Expr:     `min by (host) (nginx_ingress_controller_ssl_expire_time_seconds{host="$host"}) - time() < 21 * 86400`,
		Summary:  "The certificate of {{ $labels.host }} was not renewed",
		Description: "The certificate that visitors of {{ $labels.host }} see ends in {{ $value | humanizeDuration }}. " +
			"It should have been renewed by now.",
		Page: dashboards.Overview,
		Runbook: Runbook{
			Meaning: "The certificate of the shop's host ends within three weeks.",
			Impact:  "None yet. On that day every browser refuses the shop.",
			Look:    lookAtCertificate(),
			Mend:    mendCertificate(),
			Silence: "When the date of the renewal is known.",
		},
	}
}

func certificateAboutToExpire() Alert {
	return Alert{
		Name:        "CertificateAboutToExpire",
		Severity:    Critical,
		For:         5 * time.Minute,
		Expr:        `min by (host) (nginx_ingress_controller_ssl_expire_time_seconds{host="$host"}) - time() < 3 * 86400`,
		Summary:     "The certificate of {{ $labels.host }} ends within days",
		Description: "The certificate that visitors of {{ $labels.host }} see ends in {{ $value | humanizeDuration }}.",
		Page:        dashboards.Overview,
		Hides:       []Hidden{{Alerts: []string{"CertificateExpiring"}, Equal: []string{"host"}}},
		Runbook: Runbook{
			Meaning: "The certificate of the shop's host ends within three days.",
			Impact:  "None yet. Then every browser refuses the shop.",
			Look:    lookAtCertificate(),
			Mend:    mendCertificate(),
			Silence: "Never: mend it.",
		},
	}
}

func lookAtCertificate() []Step {
	return []Step{
		{Do: "Which certificate do visitors see?",
			Run: "openssl s_client -connect $HOST:443 -servername $HOST </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate"},
		{Do: "With an issuer: what does cert-manager say?",
			Run: "kubectl -n $NS get certificates,certificaterequests,orders,challenges\nkubectl -n $NS describe certificates | tail -n 20"},
	}
}

func mendCertificate() []Step {
	return []Step{
		{Do: "A challenge is pending: its host must answer on port 80 from the internet. Check the DNS name and the Ingress."},
		{Do: "cert-manager gave up: make it try again.", Run: "cmctl -n $NS renew --all"},
		{Do: "The Secret is made by hand (`edge.ingress.tls.secret`): put the new certificate there.",
			Run: "kubectl -n $NS create secret tls $SECRET --cert=tls.crt --key=tls.key --dry-run=client -o yaml | kubectl apply -f -"},
	}
}

// clientCertificateExpiring goes by what clients show to the API server. The quantile is small, because one client of
// many is enough.
func clientCertificateExpiring() Alert {
	return Alert{
		Name:     "ClientCertificateExpiring",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr: `
histogram_quantile(0.01, sum by (le) (rate(apiserver_client_certificate_expiration_seconds_bucket{job="apiserver"}[5m])))
< 7 * 86400`,
		Summary:     "A client certificate of the cluster ends within a week",
		Description: "Somebody uses the API server with a certificate that ends in {{ $value | humanizeDuration }} or less.",
		Page:        dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A kubelet, a controller or a person shows the API server a certificate that ends within a week.",
			Impact:  "None yet. Then that client is locked out: a node turns NotReady, or nobody can deploy.",
			Look: []Step{
				{Do: "With kubeadm: which ones are about to end?", Run: "kubeadm certs check-expiration"},
				{Do: "Your own kubeconfig?",
					Run: "kubectl config view --minify --raw -o jsonpath='{.users[0].user.client-certificate-data}' | base64 -d | openssl x509 -noout -subject -enddate"},
				{Do: "A kubelet, on its machine?", Run: "openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem"},
			},
			Mend: []Step{
				{Do: "With kubeadm: renew them all, then start the control plane's pods anew.", Run: "kubeadm certs renew all"},
				{Do: "A kubelet that does not renew by itself: start it anew.", Run: "systemctl restart kubelet"},
			},
			Silence: "Where clients get certificates for a day at a time, as with some providers, turn it off for the stack.",
		},
	}
}
