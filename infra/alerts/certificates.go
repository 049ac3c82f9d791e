package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// certificates is about what expires on a known day.
func certificates(t Target) []Alert {
	list := []Alert{clientCertificateExpiring()}
	if t.Host != "" {
		list = append(list, certificateExpiring(), certificateAboutToExpire())
	}
	return list
}

// remains is how long the certificate that visitors see is good for: as the Ingress controller says, and as the probe of the
// public address sees.
const remains = `(
  min by (host) (
    nginx_ingress_controller_ssl_expire_time_seconds{host="$host"}
    or
    label_replace(probe_ssl_earliest_cert_expiry{job="` + JobProbePublic + `", namespace="$namespace"}, "host", "$host", "", "")
  ) - time()
)`

// lifetime is what the certificate had left at most within a month: right after a renewal, all of its life. A certificate
// for 90 days is renewed less often than that, so of it this is less than all.
const lifetime = `max_over_time(` + remains + `[30d:1h])`

// certificateExpiring fires when a renewal is overdue, whatever a certificate's lifetime is: cert-manager renews with a
// third of it left. Where no renewal was seen yet, a day is left at most.
func certificateExpiring() Alert {
	return Alert{
		Name:     "CertificateExpiring",
		Severity: Warning,
		For:      time.Hour,
		Expr:     remains + ` < ` + lifetime + ` / 4` + "\nor\n" + remains + ` < 86400`,
		Summary:  "The certificate of {{ $labels.host }} was not renewed",
		Description: "The certificate that visitors of {{ $labels.host }} see ends in {{ $value | humanizeDuration }}. " +
			"It should have been renewed by now.",
		Dashboard: dashboards.Overview,
		Runbook: Runbook{
			Meaning:     "Less than a quarter of the lifetime of the certificate of the shop's host is left: it should have been renewed.",
			Impact:      "None yet. When it ends every browser refuses the shop.",
			Investigate: investigateCertificate(),
			Fix:         fixCertificate(),
			Silence:     "When the date of the renewal is known.",
		},
	}
}

func certificateAboutToExpire() Alert {
	return Alert{
		Name:           "CertificateAboutToExpire",
		DatadogSetting: "datadog.synthetic",
		Severity:       Critical,
		For:            5 * time.Minute,
		Expr:           remains + ` < ` + lifetime + ` / 10` + "\nor\n" + remains + ` < 43200`,
		Summary:        "The certificate of {{ $labels.host }} is about to end",
		Description:    "The certificate that visitors of {{ $labels.host }} see ends in {{ $value | humanizeDuration }}.",
		Dashboard:      dashboards.Overview,
		Inhibits:       []Inhibition{{Alerts: []string{"CertificateExpiring"}, Equal: []string{"host"}}},
		Runbook: Runbook{
			Meaning:     "Less than a tenth of the lifetime of the certificate of the shop's host is left, or less than half a day.",
			Impact:      "None yet. Then every browser refuses the shop.",
			Investigate: investigateCertificate(),
			Fix:         fixCertificate(),
			Silence:     "Never: fix it.",
		},
	}
}

func investigateCertificate() []Step {
	return []Step{
		{Do: "Which certificate do visitors see?",
			Run: "openssl s_client -connect $HOST:443 -servername $HOST </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate"},
		{Do: "With an issuer: what does cert-manager say?",
			Run: "kubectl -n $NS get certificates,certificaterequests,orders,challenges\nkubectl -n $NS describe certificates | tail -n 20"},
	}
}

func fixCertificate() []Step {
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
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A kubelet, a controller or a person shows the API server a certificate that ends within a week.",
			Impact:  "None yet. Then that client is locked out: a node turns NotReady, or nobody can deploy.",
			Investigate: []Step{
				{Do: "With kubeadm: which ones are about to end?", Run: "kubeadm certs check-expiration"},
				{Do: "Your own kubeconfig?",
					Run: "kubectl config view --minify --raw -o jsonpath='{.users[0].user.client-certificate-data}' | base64 -d | openssl x509 -noout -subject -enddate"},
				{Do: "A kubelet, on its machine?", Run: "openssl x509 -noout -enddate -in /var/lib/kubelet/pki/kubelet-client-current.pem"},
			},
			Fix: []Step{
				{Do: "With kubeadm: renew them all, then restart the control plane pods.", Run: "kubeadm certs renew all"},
				{Do: "A kubelet that does not renew by itself: restart it.", Run: "systemctl restart kubelet"},
			},
			Silence: "Where clients get certificates for a day at a time, as with some providers, turn it off for the stack.",
		},
	}
}
