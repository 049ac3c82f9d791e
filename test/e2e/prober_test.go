package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
)

// blackboxImage has Debian's blackbox exporter, the libraries that it is linked with, and the certificates that it shall
// trust. Its module is not to be had everywhere, and the local stack has no probe, so it is not part of make up.
func (p *platform) blackboxImage(t *testing.T, trusted []byte) string {
	t.Helper()
	const name = "prometheus-blackbox-exporter"
	program := filepath.Join(output(t, "", "git", "rev-parse", "--show-toplevel"), ".local", "bin", name)
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath(name); err != nil {
			t.Fatalf("the blackbox exporter is missing: test/install-packages brings it (%v)", err)
		}
	}
	folder := t.TempDir()
	copyLibraries(t, folder, program)
	output(t, "", "cp", "-L", program, filepath.Join(folder, alerts.JobBlackbox))
	if trusted != nil {
		certificates := filepath.Join(folder, "etc", "ssl", "certs")
		output(t, "", "mkdir", "-p", certificates)
		if err := os.WriteFile(filepath.Join(certificates, "ca-certificates.crt"), trusted, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return p.image(t, alerts.JobBlackbox, folder)
}

// isProbed waits until the probe, from a pod, reaches the shop in both ways: by its Service, and by the load balancer outside
// the cluster.
func (w *watched) isProbed(t *testing.T) {
	eventually(t, 2*time.Minute, func() error {
		for job, address := range map[string]string{
			alerts.JobProbePublic: w.balancer.url, alerts.JobProbeService: "http://frontend-service.techcommerce.svc:3000",
		} {
			result, err := w.prometheus.query(fmt.Sprintf(`probe_success{job=%q, namespace="techcommerce", target="%s/ready"}`, job, address))
			if err != nil {
				return err
			}
			if len(result) != 1 || result[0].float() != 1 {
				return fmt.Errorf("%s of %s: %v, want one that succeeds", job, address, result)
			}
		}
		return nil
	})
}

// cutsOffTheLoadBalancer breaks the way to the shop outside the cluster: every pod goes on serving, and customers get 503.
func (w *watched) cutsOffTheLoadBalancer(t *testing.T) {
	w.balancer.cutOff.Store(true)
	w.unreachable = time.Now()
	eventually(t, time.Minute, func() error {
		result, err := w.prometheus.query(fmt.Sprintf(`ALERTS{alertname="ShopUnreachable", target="%s/ready"}`, w.balancer.url))
		if err != nil || len(result) != 1 {
			return fmt.Errorf("%d alerts are pending (%v), want one", len(result), err)
		}
		return nil
	})
}

// notifiesOfUnreachableShop demands the notification within a minute and a half of the two minutes that the alert waits, of
// the public address and of nothing else: the Service has answered all the time.
func (w *watched) notifiesOfUnreachableShop(t *testing.T) {
	const wait, limit = 2 * time.Minute, 3*time.Minute + 30*time.Second
	want := wanted{
		alert: "ShopUnreachable", status: "firing", since: w.unreachable,
		labels: map[string]string{"severity": "critical", "service": "frontend", "target": w.balancer.url + "/ready"},
	}
	after := w.receiver.awaitOne(t, want, time.Until(w.unreachable.Add(limit))).Sub(w.unreachable)
	t.Logf("the receiver was notified %s after the load balancer had lost the shop", after.Round(time.Second))
	if after < wait || after > limit {
		t.Errorf("want %s to %s", wait, limit)
	}
	if up := w.prometheus.number(t, `min_over_time(probe_success{job="`+alerts.JobProbeService+`"}[2m])`); up != 1 {
		t.Error("the Service does not answer either: the fault is not outside the cluster alone")
	}
	for _, n := range w.receiver.told(t) {
		for _, a := range n.Alerts {
			if a.Labels["alertname"] == "ShopUnreachable" && a.Labels["target"] != w.balancer.url+"/ready" {
				t.Errorf("notified of %v, which answers", a.Labels)
			}
		}
	}
	w.balancer.cutOff.Store(false)
	w.reachable = time.Now()
}

// notifiesOfReachableShop demands that the receiver is notified of the recovery.
func (w *watched) notifiesOfReachableShop(t *testing.T) {
	const limit = 3 * time.Minute
	want := wanted{alert: "ShopUnreachable", status: "resolved", since: w.reachable}
	after := w.receiver.awaitOne(t, want, time.Until(w.reachable.Add(limit))).Sub(w.reachable)
	t.Logf("the receiver was notified of the recovery %s after it", after.Round(time.Second))
}
