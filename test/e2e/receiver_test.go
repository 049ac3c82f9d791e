package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// receiver is a webhook in a pod of the cluster: what Alertmanager tells it is in the pod's log.
type receiver struct {
	p *platform
	// url is its address in the cluster.
	url string
}

const receiverNamespace = "e2e-receiver"

// receiverPod answers with busybox: the image with which the cluster makes volumes. Whatever is posted goes to the log, a
// line each.
const receiverPod = `
apiVersion: v1
kind: Namespace
metadata: {name: e2e-receiver}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: receiver, namespace: e2e-receiver}
data:
  alerts: |
    #!/bin/sh
    /bin/busybox head -c "$CONTENT_LENGTH" | /bin/busybox tr -d '\n' > /proc/1/fd/1
    echo > /proc/1/fd/1
    echo 'Content-Type: text/plain'
    echo
    echo ok
---
apiVersion: v1
kind: Pod
metadata: {name: receiver, namespace: e2e-receiver, labels: {app: receiver}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: receiver
      image: IMAGE
      imagePullPolicy: Never
      command: [/bin/busybox, httpd, -f, -p, "8080", -h, /www]
      volumeMounts: [{name: scripts, mountPath: /www/cgi-bin}]
      readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
  volumes: [{name: scripts, configMap: {name: receiver, defaultMode: 0555}}]
---
apiVersion: v1
kind: Service
metadata: {name: receiver, namespace: e2e-receiver}
spec: {selector: {app: receiver}, ports: [{port: 8080}]}
`

// startReceiver runs the webhook until the test ends.
func (p *platform) startReceiver(t *testing.T) receiver {
	t.Helper()
	helper := p.kubectl(t, "", "-n", "kube-system", "get", "configmap", "local-path-config", "-o", "jsonpath={.data.helperPod\\.yaml}")
	_, image, _ := strings.Cut(helper, `image: "`)
	image, _, _ = strings.Cut(image, `"`)
	p.kubectl(t, strings.Replace(receiverPod, "IMAGE", image, 1), "apply", "-f", "-")
	t.Cleanup(func() {
		if _, err := p.tryKubectl(t, "", "delete", "namespace", receiverNamespace); err != nil {
			t.Error(err)
		}
	})
	p.kubectl(t, "", "-n", receiverNamespace, "wait", "--for=condition=Ready", "--timeout=60s", "pod/receiver")
	return receiver{p: p, url: "http://receiver." + receiverNamespace + ".svc:8080/cgi-bin/alerts"}
}

// notification is what Alertmanager posts.
type notification struct {
	Status string
	Alerts []struct {
		Status              string
		Labels, Annotations map[string]string
		StartsAt, EndsAt    time.Time
	}
}

// told lists what has arrived.
func (r receiver) told(t *testing.T) []notification {
	t.Helper()
	var list []notification
	for line := range strings.Lines(r.p.kubectl(t, "", "-n", receiverNamespace, "logs", "receiver")) {
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var n notification
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		list = append(list, n)
	}
	return list
}

// await waits until the receiver is told that an alert fires, or is resolved.
func (r receiver) await(t *testing.T, alert, status string, limit time.Duration) {
	t.Helper()
	r.awaitSince(t, alert, status, time.Time{}, limit)
}

// awaitSince counts only what began to fire, or was resolved, after a moment.
func (r receiver) awaitSince(t *testing.T, alert, status string, since time.Time, limit time.Duration) {
	t.Helper()
	eventually(t, limit, func() error {
		for _, n := range r.told(t) {
			for _, a := range n.Alerts {
				at := a.StartsAt
				if status == "resolved" {
					at = a.EndsAt
				}
				if a.Labels["alertname"] == alert && a.Status == status && at.After(since) {
					return nil
				}
			}
		}
		time.Sleep(2 * time.Second) // alerts take minutes, and each look is a kubectl
		return fmt.Errorf("nobody was told that %s is %s", alert, status)
	})
}
