package e2e_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a webhook in a pod of the cluster: what Alertmanager tells it is in the pod's log.
type receiver struct {
	p *platform
	// url is its address in the cluster, namespace where it runs.
	url, namespace string
	seen           *seen
}

// receiverPod answers with busybox: the image with which the cluster makes volumes. Whatever is posted goes to the log, a
// line each.
const receiverPod = `
apiVersion: v1
kind: Namespace
metadata: {name: NAMESPACE}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: receiver, namespace: NAMESPACE}
data:
  alerts: |
    #!/bin/sh
    told=$(/bin/busybox head -c "$CONTENT_LENGTH" | /bin/busybox tr -d '\n')
    # One after the other: two at once would be one broken line.
    until /bin/busybox mkdir /telling 2>/dev/null; do /bin/busybox sleep 0.1; done
    printf '%s\n' "$told" > /proc/1/fd/1
    /bin/busybox rmdir /telling
    echo 'Content-Type: text/plain'
    echo
    echo ok
---
apiVersion: v1
kind: Pod
metadata: {name: receiver, namespace: NAMESPACE, labels: {app: receiver}}
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
metadata: {name: receiver, namespace: NAMESPACE}
spec: {selector: {app: receiver}, ports: [{port: 8080}]}
`

// startReceiver runs the webhook in a namespace of its own until the test ends.
func (p *platform) startReceiver(t *testing.T, namespace string) receiver {
	t.Helper()
	helper := p.kubectl(t, "", "-n", "kube-system", "get", "configmap", "local-path-config", "-o", "jsonpath={.data.helperPod\\.yaml}")
	_, image, _ := strings.Cut(helper, `image: "`)
	image, _, _ = strings.Cut(image, `"`)
	p.kubectl(t, strings.NewReplacer("IMAGE", image, "NAMESPACE", namespace).Replace(receiverPod), "apply", "-f", "-")
	t.Cleanup(func() {
		if _, err := p.tryKubectl(t, "", "delete", "namespace", namespace); err != nil {
			t.Error(err)
		}
	})
	p.kubectl(t, "", "-n", namespace, "wait", "--for=condition=Ready", "--timeout=60s", "pod/receiver")
	return receiver{p: p, url: "http://receiver." + namespace + ".svc:8080/cgi-bin/alerts", namespace: namespace, seen: &seen{}}
}

// notification is what Alertmanager posts, and when it arrived.
type notification struct {
	Status string
	Alerts []struct {
		Status              string
		Labels, Annotations map[string]string
		StartsAt, EndsAt    time.Time
	}
	at time.Time
}

// seen is what the receiver was told so far: many wait for it at once, and each look is a kubectl.
type seen struct {
	mu   sync.Mutex
	when time.Time
	list []notification
}

// told lists what has arrived.
func (r receiver) told(t *testing.T) []notification {
	t.Helper()
	r.seen.mu.Lock()
	defer r.seen.mu.Unlock()
	if time.Since(r.seen.when) < 2*time.Second {
		return r.seen.list
	}
	var list []notification
	for line := range strings.Lines(r.p.kubectl(t, "", "-n", r.namespace, "logs", "--timestamps", "receiver")) {
		at, text, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(text, "{") {
			continue
		}
		var n notification
		err := json.Unmarshal([]byte(text), &n)
		if err == nil {
			n.at, err = time.Parse(time.RFC3339Nano, at)
		}
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		list = append(list, n)
	}
	r.seen.list, r.seen.when = list, time.Now()
	return list
}

// wanted is what the receiver shall be told: that an alert with some labels is firing or resolved. Only what began to
// fire, or was resolved, after a moment counts.
type wanted struct {
	alert, status string
	labels        map[string]string
	since         time.Time
	// delay is how long it may take, once the fault is there, until the alert's condition holds.
	delay time.Duration
}

// await waits until the receiver is told that an alert fires, or is resolved.
func (r receiver) await(t *testing.T, alert, status string, limit time.Duration) {
	t.Helper()
	r.awaitOne(t, wanted{alert: alert, status: status}, limit)
}

// awaitOne returns when the receiver was told.
func (r receiver) awaitOne(t *testing.T, want wanted, limit time.Duration) (at time.Time) {
	t.Helper()
	eventually(t, limit, func() error {
		for _, n := range r.told(t) {
			if n.tells(want) {
				at = n.at
				return nil
			}
		}
		time.Sleep(time.Second) // alerts take minutes
		return fmt.Errorf("nobody was told that %s %v is %s", want.alert, want.labels, want.status)
	})
	return at
}

func (n notification) tells(want wanted) bool {
	for _, a := range n.Alerts {
		when := a.StartsAt
		if want.status == "resolved" {
			when = a.EndsAt
		}
		if a.Labels["alertname"] == want.alert && a.Status == want.status && when.After(want.since) && has(a.Labels, want.labels) {
			return true
		}
	}
	return false
}

func has(labels, some map[string]string) bool {
	for name, value := range some {
		if labels[name] != value {
			return false
		}
	}
	return true
}
