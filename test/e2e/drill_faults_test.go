package e2e_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/techcommerce/platform/apps/contract"
)

// fault is one way to break the platform, and what must be told of it.
type fault struct {
	name string
	// how says what is done, for the report.
	how string
	// tells are the alerts that somebody must hear of.
	tells []wanted
	// harm breaks it, and returns once the fault is there to see; mend puts it right.
	harm, mend func(*testing.T)
}

// sideBySide are faults that do not disturb each other.
func (d *drill) sideBySide() []fault {
	slow := &dawdlers{url: d.url}
	return []fault{
		{
			"an autoscaler is at its maximum", "product-api's autoscaler wants 1 % of its pods' processor time",
			[]wanted{{alert: "HPAAtMax", labels: map[string]string{"horizontalpodautoscaler": "product-api-hpa"}}},
			func(t *testing.T) { d.wantUtilisation(t, 1); d.awaitMaximum(t) },
			func(t *testing.T) { d.wantUtilisation(t, 70) },
		},
		{
			"a pod crashes again and again", "a pod of product-api that has none of its settings",
			[]wanted{{alert: "PodCrashLooping", labels: map[string]string{"container": "only"}}},
			d.crashes, d.in("delete", "deployment", "crashing", "--wait=false"),
		},
		{
			"a rollout is stuck", "frontend gets an image that nobody has",
			[]wanted{{alert: "RolloutStuck", labels: map[string]string{"deployment": contract.Frontend.Name}}},
			d.sticks, d.in("rollout", "undo", "deployment/frontend"),
		},
		{
			"memory is near its limit", "a container keeps 60 of the 64 MB that it may have",
			[]wanted{{alert: "ContainerMemoryUsageHigh", labels: map[string]string{"pod": "hungry"}}},
			d.hungers, d.in("delete", "pod", "hungry", "--wait=false"),
		},
		{
			"a volume is nearly full", "a file fills the database's disk to 98 %",
			[]wanted{{alert: "VolumeAlmostFull", labels: map[string]string{"persistentvolumeclaim": "database-data"}}},
			d.fills, d.disk.empty,
		},
		{
			"the public address does not answer", "the load balancer outside the cluster answers 503",
			[]wanted{{alert: "ShopUnreachable", labels: map[string]string{"target": d.balancer.url + "/ready"}}},
			func(*testing.T) { d.balancer.cutOff.Store(true) }, func(*testing.T) { d.balancer.cutOff.Store(false) },
		},
		{
			"the certificate is about to end", "the load balancer shows a certificate for ten hours more",
			// The rule reads a month of samples, so it is evaluated every five minutes.
			[]wanted{{alert: "CertificateAboutToExpire", delay: 5 * time.Minute}},
			d.showsExpiring(), d.showsRenewed(),
		},
		{
			"a receiver is out of order", "Slack answers 500 to every notification of the other faults",
			[]wanted{{alert: "NotificationsFailing", labels: map[string]string{"integration": "slack"}}},
			d.failsToNotify, func(*testing.T) { d.slack.outOfOrder.Store(false) },
		},
		{
			"requests are answered with 5xx", "order-api gets a key that product-api does not know",
			[]wanted{
				{alert: "OrdersFailing", labels: map[string]string{"service": contract.OrderAPI.Name}},
				{alert: "HighErrorRate", labels: map[string]string{"service": contract.Frontend.Name}},
				// An order with a key is accepted, and stays pending.
				{alert: "OrdersPending", labels: map[string]string{"service": contract.OrderAPI.Name}, delay: 5 * time.Minute},
			},
			d.locksOut, d.in("rollout", "undo", "deployment/order-api"),
		},
		{
			"responses are slow", "eight customers whose orders take three seconds to arrive",
			[]wanted{{alert: "HighAPIResponseTime"}},
			slow.start, func(*testing.T) { slow.stop() },
		},
	}
}

// oneByOne are faults that take the shop away.
func (d *drill) oneByOne() []fault {
	return []fault{
		{
			"a service is down", "frontend is scaled to no pods",
			[]wanted{{alert: "ServiceDown", labels: map[string]string{"service": contract.Frontend.Name}}},
			d.in("scale", "deployment/frontend", "--replicas=0"), d.in("scale", "deployment/frontend", "--replicas=1"),
		},
		{
			"the database is down", "PostgreSQL is scaled to no pods",
			[]wanted{{alert: "DatabaseDown", labels: map[string]string{"namespace": drillNamespace}}},
			func(t *testing.T) {
				d.in("scale", "statefulset/database", "--replicas=0")(t)
				d.in("wait", "--for=delete", "--timeout=90s", "pod/database-0")(t)
			},
			d.in("scale", "statefulset/database", "--replicas=1"),
		},
	}
}

// in is kubectl in the stack's namespace.
func (d *drill) in(args ...string) func(*testing.T) {
	return func(t *testing.T) { d.kubectl(t, "", append([]string{"-n", drillNamespace}, args...)...) }
}

// says reads a field of an object.
func (d *drill) says(t *testing.T, object, path string) string {
	t.Helper()
	return d.kubectl(t, "", "-n", drillNamespace, "get", object, "-o", "jsonpath="+path)
}

// awaits waits until Kubernetes shows what a fault looks like.
func (d *drill) awaits(t *testing.T, object, path, want string, limit time.Duration) {
	t.Helper()
	eventually(t, limit, func() error {
		got := d.says(t, object, path)
		if strings.Contains(got, want) {
			return nil
		}
		time.Sleep(time.Second) // each look is a kubectl
		return fmt.Errorf("%s: %s is %q, want %q", object, path, got, want)
	})
}

func (d *drill) wantUtilisation(t *testing.T, percent int) {
	t.Helper()
	d.in("patch", "hpa", "product-api-hpa", "--type=json", "--patch", fmt.Sprintf(
		`[{"op":"replace","path":"/spec/metrics/0/resource/target/averageUtilization","value":%d}]`, percent))(t)
}

func (d *drill) awaitMaximum(t *testing.T) {
	t.Helper()
	most := d.says(t, "hpa/product-api-hpa", "{.spec.maxReplicas}")
	d.awaits(t, "hpa/product-api-hpa", "{.status.desiredReplicas}", most, 2*time.Minute)
}

// crashes runs product-api without any of the settings that it needs, by the namespace's rules.
func (d *drill) crashes(t *testing.T) {
	deployment := tidyDeployment(drillNamespace)
	deployment.Name = "crashing"
	deployment.Spec.Template.Spec.Containers[0].Image = d.says(t, "deployment/product-api", "{.spec.template.spec.containers[0].image}")
	d.kubectl(t, mustYAML(t, deployment), "create", "-f", "-")
	d.awaits(t, "pods", `{.items[?(@.metadata.labels.app=="tidy")].status.containerStatuses[0].state.waiting.reason}`,
		"CrashLoopBackOff", 2*time.Minute)
}

func (d *drill) sticks(t *testing.T) {
	image := d.says(t, "deployment/frontend", "{.spec.template.spec.containers[0].image}")
	name, _, _ := strings.Cut(image, "@")
	d.in("set", "image", "deployment/frontend", "*="+name+"@sha256:"+someDigest)(t)
	d.awaits(t, "deployment/frontend", `{.status.conditions[?(@.type=="Progressing")].status}`, "False", 4*time.Minute)
}

// hungers keeps a file in a container's shared memory, which counts as the container's.
func (d *drill) hungers(t *testing.T) {
	const limit = 64 << 20
	pod := tidyPod(drillNamespace)
	pod.Name = "hungry"
	only := &pod.Spec.Containers[0]
	only.Image = d.busybox
	only.Resources.Limits = corev1.ResourceList{"memory": *resource.NewQuantity(limit, resource.BinarySI)}
	only.Command = []string{"/bin/busybox", "sh", "-c", fmt.Sprintf(
		"/bin/busybox head -c %d /dev/zero >/dev/shm/kept; exec /bin/busybox sleep 86400", 60<<20)}
	d.kubectl(t, mustYAML(t, pod), "create", "-f", "-")
	d.awaitStats(t, "the container's memory is in use", func(pod podStats) bool {
		return pod.PodRef.Name == "hungry" && len(pod.Containers) > 0 && pod.Containers[0].Memory.WorkingSetBytes > limit*0.9
	})
}

func (d *drill) fills(t *testing.T) {
	d.disk.fill(t)
	d.awaitStats(t, "the database's volume is full", func(pod podStats) bool {
		for _, v := range pod.Volume {
			if pod.PodRef.Namespace == drillNamespace && v.PVCRef.Name == "database-data" {
				return v.UsedBytes/(v.UsedBytes+v.AvailableBytes) > 0.95
			}
		}
		return false
	})
}

// podStats is what the kubelet says of a pod.
type podStats struct {
	PodRef     struct{ Name, Namespace string }
	Containers []struct {
		Memory struct{ WorkingSetBytes float64 }
	}
	Volume []struct {
		PVCRef                    struct{ Name string }
		UsedBytes, AvailableBytes float64
	}
}

// awaitStats waits until the kubelet says something of a pod: it looks at memory every few seconds and at volumes once a
// minute.
func (d *drill) awaitStats(t *testing.T, what string, of func(podStats) bool) {
	t.Helper()
	eventually(t, 3*time.Minute, func() error {
		var summary struct{ Pods []podStats }
		text := d.kubectl(t, "", "get", "--raw", "/api/v1/nodes/"+d.node+"/proxy/stats/summary")
		if err := json.Unmarshal([]byte(text), &summary); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		for _, pod := range summary.Pods {
			if of(pod) {
				return nil
			}
		}
		time.Sleep(2 * time.Second)
		return fmt.Errorf("the kubelet does not say that %s", what)
	})
}

// locksOut makes product-api refuse what order-api asks of it: orders are answered with 503, and at once.
func (d *drill) locksOut(t *testing.T) {
	d.in("set", "env", "deployment/order-api", contract.EnvReservationKey+"="+strings.Repeat("0123456789abcdef", 4))(t)
	eventually(t, 2*time.Minute, func() error {
		if status := d.tryOrder(); status < http.StatusInternalServerError {
			return fmt.Errorf("an order is answered with %d", status)
		}
		return nil
	})
	// A pod of before would resume the order, with the right key.
	d.in("rollout", "status", "deployment/order-api", "--timeout=120s")(t)
	request, err := http.NewRequest(http.MethodPost, d.url+"/api/orders", strings.NewReader(`{"customer":"Ada Lovelace","items":[{"product_id":2,"quantity":1}]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", "pending-during-the-drill-"+strconv.FormatInt(time.Now().Unix(), 10))
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Errorf("an order with a key is answered with %s, want that it is accepted", response.Status)
	}
}

// showsExpiring and showsRenewed change the certificate that customers and the probe see.
func (d *drill) showsExpiring() func(*testing.T) {
	return func(*testing.T) { d.balancer.certificate.Store(d.expiring) }
}

func (d *drill) showsRenewed() func(*testing.T) {
	valid := d.balancer.certificate.Load()
	return func(*testing.T) { d.balancer.certificate.Store(valid) }
}

// failsToNotify returns once three notifications have failed: Alertmanager tries each again every minute.
func (d *drill) failsToNotify(t *testing.T) {
	d.slack.outOfOrder.Store(true)
	eventually(t, 12*time.Minute, func() error {
		time.Sleep(5 * time.Second)
		failed, err := d.prometheus.query(`round(sum(increase(alertmanager_notifications_failed_total{integration="slack"}[15m]))) >= 3`)
		if err != nil || len(failed) == 0 {
			return fmt.Errorf("three notifications have not failed yet (%v)", err)
		}
		return nil
	})
}

// dawdlers send orders whose bodies arrive slowly, more than one in twenty of all that order-api gets.
type dawdlers struct {
	url  string
	quit chan struct{}
}

// start returns once the first of them has its answer.
func (d *dawdlers) start(*testing.T) {
	d.quit = make(chan struct{})
	answered := make(chan struct{}, 1)
	for range 8 {
		go func() {
			for {
				select {
				case <-d.quit:
					return
				default:
				}
				if !d.dawdle() {
					continue
				}
				select {
				case answered <- struct{}{}:
				default:
				}
			}
		}()
	}
	<-answered
}

func (d *dawdlers) stop() { close(d.quit) }

// dawdle takes three seconds to say what it wants, and reports whether it was answered.
func (d *dawdlers) dawdle() bool {
	connection, err := net.DialTimeout("tcp", strings.TrimPrefix(d.url, "http://"), 5*time.Second)
	if err != nil {
		return false
	}
	defer connection.Close()
	body := `{"customer":"Ada Lovelace","items":[{"product_id":4,"quantity":99999}]}`
	fmt.Fprintf(connection, "POST /api/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"+
		"Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:10])
	time.Sleep(3 * time.Second)
	fmt.Fprint(connection, body[10:])
	_ = connection.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, err = connection.Read(make([]byte, 1))
	return err == nil
}
