package e2e_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
)

// drilled is the stack that the drill breaks: one with everything that can break on one machine. What it leaves out it
// does as the local stack does, and for the same reason: the node is somebody's own machine.
const drilled = `
config:
  techcommerce:images: {registries: [techcommerce.local]}
  techcommerce:demo: true
  techcommerce:rolloutDeadline: 120s
  techcommerce:services:
    frontend: {replicas: 1, cpu: {request: 50m}}
    product-api: {autoscale: {min: 1, max: 2, shrinkAfter: 15s}, cpu: {request: 50m}}
    order-api: {replicas: 1, cpu: {request: 50m}}
  techcommerce:database:
    postgres:
      image: %s
      size: 4Gi
      storageClass: drill
      cpu: {request: 50m}
      memory: {request: 64Mi, limit: 256Mi}
  techcommerce:edge: {nodePort: 30252}
  techcommerce:alerts: {severities: {without: [HighCPUUsage, HighMemoryUsage, HighDiskUsage, VolumeFilling]}}
  techcommerce:monitoring:
    namespace: monitoring-drill
    prometheus:
      nodePort: 30290
      size: 2Gi
      cpu: {request: 50m}
      memory: {request: 128Mi, limit: 512Mi}
    postgresExporter: {image: %s}
    probe: {image: %s, url: "%s"}
    alertmanager: {receivers: {webhook: {url: "%s"}, slack: {channel: "#drill"}, networks: [10.0.0.0/8]}}
`

const (
	drillStack     = "drill"
	drillNamespace = "techcommerce-drill"
)

// drill is a stack to break, what watches it, and who is told.
type drill struct {
	*watched
	disk smallDisk
	// expiring is a certificate that ends within half a day; slack is a second receiver, outside the cluster.
	expiring *tls.Certificate
	slack    *chatServer
	// checkout is where the report goes, busybox an image that has one.
	checkout, busybox string
	// node is the cluster's node.
	node string
	// patience is how long each alert waits before it fires.
	patience map[string]time.Duration
	report   *drillReport
}

// newDrill brings the stack up beside the one that make up has brought up.
func newDrill(t *testing.T, p *platform) *drill {
	t.Helper()
	d := &drill{checkout: p.dir, patience: patience(), report: &drillReport{}}
	d.node = p.kubectl(t, "", "get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
	address := p.kubectl(t, "", "get", "nodes", "-o", `jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}`)
	d.watched = &watched{
		platform:    &platform{dir: p.dir, environ: p.tools(t), url: "http://" + address + ":30252"},
		group:       t,
		prometheus:  prometheus{url: "http://" + address + ":30290"},
		environment: drillStack, least: 1,
		jobs: append(jobs(), alerts.JobPostgres, alerts.JobBlackbox, alerts.JobProbeService, alerts.JobProbePublic),
	}
	d.disk = p.smallDisk(t)
	d.receiver = p.startReceiver(t, "e2e-receiver-drill")
	o := newOperator(t, p)
	d.busybox = p.postgresImage(t)
	machine := p.openOutwards(t)
	certificate, trusted := certificateFor(t, machine, 90*24*time.Hour)
	var alsoTrusted []byte
	d.expiring, alsoTrusted = certificateFor(t, machine, 10*time.Hour)
	d.balancer = balance(t, machine, d.url, certificate)
	d.slack = serveChat(t, machine)
	probe := p.blackboxImage(t, append(trusted, alsoTrusted...))
	settings := fmt.Sprintf(drilled, d.busybox, p.postgresExporterImage(t), probe, d.balancer.url, d.receiver.url)
	o.create(t, drillStack, settings, map[string]string{"slackWebhookUrl": d.slack.url})
	o.up(t, drillStack)
	return d
}

// postgresExporterImage has the exporter of the version that other stacks pull. Only a stack with PostgreSQL needs it, so
// it is not part of make up.
func (p *platform) postgresExporterImage(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	output(t, filepath.Join(p.dir, "tools", "platform"), "env", "CGO_ENABLED=0", "go", "build", "-trimpath",
		"-ldflags=-s -w", "-o", folder+"/postgres-exporter", "github.com/prometheus-community/postgres_exporter/cmd/postgres_exporter")
	return p.image(t, "postgres-exporter", folder)
}

// chatServer stands in for a receiver outside the cluster, such as Slack, that may be out of order.
type chatServer struct {
	url        string
	outOfOrder atomic.Bool
}

// serveChat runs one on an address of the machine until the test ends.
func serveChat(t *testing.T, address string) *chatServer {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	c := &chatServer{url: "http://" + listener.Addr().String() + "/hook"}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if c.outOfOrder.Load() {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, "ok") // Alertmanager takes any other answer for an error of Slack's
	})}
	go server.Serve(listener) //nolint:errcheck // it says that it was closed, when the test ends
	t.Cleanup(func() { server.Close() })
	return c
}

// smallDisk is a file system of its own on the node, behind the storage class "drill": one that can be full without
// filling somebody's disk.
type smallDisk struct{ node string }

const diskPath = "/var/lib/local-path/drill"

const diskVolume = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: drill}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: drill}
spec:
  storageClassName: drill
  capacity: {storage: 4Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  local: {path: ` + diskPath + `}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: Exists}]}]}
`

// smallDisk mounts the disk until the test ends.
func (p *platform) smallDisk(t *testing.T) smallDisk {
	t.Helper()
	d := smallDisk{node: p.node(t)}
	file := filepath.Join(t.TempDir(), "disk")
	output(t, "", "truncate", "--size=4G", file)
	output(t, "", "mkfs.ext4", "-q", "-m", "0", file)
	t.Cleanup(func() { d.run(t, "umount --lazy "+diskPath+" && rmdir "+diskPath) })
	d.run(t, "mkdir -p "+diskPath+" && mount -o loop "+file+" "+diskPath+" && chmod 0777 "+diskPath)
	t.Cleanup(func() { p.kubectl(t, diskVolume, "delete", "--ignore-not-found", "-f", "-") })
	p.kubectl(t, diskVolume, "apply", "-f", "-")
	return d
}

// run runs a command line among the node's mounts.
func (d smallDisk) run(t *testing.T, line string) {
	t.Helper()
	output(t, "", "nsenter", "--target", d.node, "--mount", "--pid", "sh", "-c", line)
}

// fill leaves a fiftieth of the disk free.
func (d smallDisk) fill(t *testing.T) {
	t.Helper()
	d.run(t, "fallocate --length $(( $(stat -f -c '%a * %S - %b * %S / 50' "+diskPath+") )) "+diskPath+"/full")
}

func (d smallDisk) empty(t *testing.T) {
	t.Helper()
	d.run(t, "rm "+diskPath+"/full")
}
