package stacks

// Monitoring watches the stack: Prometheus, Alertmanager and what they need to know of the cluster.
type Monitoring struct {
	// Namespace holds it. Where two stacks share a cluster each has its own, such as monitoring-staging. The agents on
	// the nodes are in <namespace>-nodes.
	Namespace string `json:"namespace,omitempty" pattern:"label"`
	// Prometheus scrapes, keeps and judges.
	Prometheus Prometheus `json:"prometheus"`
	// Alertmanager tells people.
	Alertmanager Alertmanager `json:"alertmanager"`
	// KubeStateMetrics says what Kubernetes knows of its objects.
	KubeStateMetrics Exporter `json:"kubeStateMetrics"`
	// NodeExporter says how the nodes are.
	NodeExporter Exporter `json:"nodeExporter"`
	// PostgresExporter says how the server of database.postgres is; it does not run without one.
	PostgresExporter Exporter `json:"postgresExporter"`
	// Probe asks for the shop's page every few seconds as a customer does, by its public address and by its Service, and
	// sees how long its certificate is good for. Absent: only the shop itself says whether it can be reached.
	Probe *Probe `json:"probe,omitempty"`
	// Grafana shows it. Absent: there are no dashboards.
	Grafana *Grafana `json:"grafana,omitempty"`
	// Runbooks is the address of docs/runbooks that alerts link to. Empty: they link to none.
	Runbooks string `json:"runbooks,omitempty" pattern:"address"`
}

func (m *Monitoring) setDefaults() {
	exporter := func(image string) Exporter {
		return Exporter{
			Image: image, CPU: CPURange{Request: 10}, Memory: MemoryRange{Request: 32 * MiB, Limit: 128 * MiB},
		}
	}
	*m = Monitoring{
		Namespace: "monitoring",
		Prometheus: Prometheus{
			Image: "quay.io/prometheus/prometheus:v3.16.0", RetentionDays: 30, Size: 20 * GiB, Interval: 15 * Second,
			CPU:    CPURange{Request: 500, Limit: 1000},
			Memory: MemoryRange{Request: 512 * MiB, Limit: GiB},
		},
		Alertmanager: Alertmanager{
			Image: "quay.io/prometheus/alertmanager:v0.31.1", Size: GiB,
			CPU:    CPURange{Request: 10},
			Memory: MemoryRange{Request: 32 * MiB, Limit: 128 * MiB},
		},
		KubeStateMetrics: exporter("registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.18.0"),
		NodeExporter:     exporter("quay.io/prometheus/node-exporter:v1.12.1"),
		PostgresExporter: exporter("quay.io/prometheuscommunity/postgres-exporter:v0.19.1"),
	}
}

// Prometheus scrapes, keeps and judges.
type Prometheus struct {
	// Image runs it. The local stack's own cluster has an image of the same version from its own toolchain.
	Image string `json:"image,omitempty" pattern:"image"`
	// RetentionDays is how long samples are kept.
	RetentionDays int `json:"retentionDays,omitempty" min:"1" max:"3650"`
	// Size is how much its volume holds. The oldest samples go when they fill four fifths of it.
	Size Bytes `json:"size"`
	// StorageClass provides the volume. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty" pattern:"host"`
	// Interval is the time between two scrapes, and between two evaluations of the rules.
	Interval Duration `json:"interval"`
	// CPU is what it asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what it asks for, and the most that it gets.
	Memory MemoryRange `json:"memory"`
	// NodePort opens its pages and its API, which know no password, on this port of every node. Absent: closed, and
	// kubectl port-forward leads there.
	NodePort int `json:"nodePort,omitempty" min:"30000" max:"32767"`
	// Namespaces lists further namespaces whose pods' and volumes' metrics from the kubelets are kept. The stack's own always
	// are; those of everybody else are dropped, because memory and disk are sized for one stack.
	Namespaces []string `json:"namespaces,omitempty"`
	// RemoteWrite sends every sample elsewhere too. Absent: nowhere.
	RemoteWrite *RemoteWrite `json:"remoteWrite,omitempty"`
}

// RemoteWrite sends every sample to another Prometheus or to a service that speaks its protocol. Where the other end
// wants a password, that is the secret remoteWritePassword.
type RemoteWrite struct {
	// URL is where to.
	URL string `json:"url" pattern:"address"`
	// User is who sends. Empty: nobody in particular, without a password.
	User string `json:"user,omitempty"`
	// Networks lists the address ranges of the other end: samples may be sent there and nowhere else.
	Networks []CIDR `json:"networks"`
}

// Alertmanager tells people.
type Alertmanager struct {
	// Image runs it.
	Image string `json:"image,omitempty" pattern:"image"`
	// Size is how much its volume holds: silences, and what was told when.
	Size Bytes `json:"size"`
	// StorageClass provides the volume. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty" pattern:"host"`
	// CPU is what it asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what it asks for, and the most that it gets.
	Memory MemoryRange `json:"memory"`
	// Receivers are whom it notifies. Nothing set: nobody, which the stack's output "off" says. In production, critical
	// alerts must page somebody, here or by datadog.notify.page.
	Receivers Receivers `json:"receivers"`
}

// Receivers is who is told of alerts.
type Receivers struct {
	// Webhook posts every alert to an address.
	Webhook *Webhook `json:"webhook,omitempty"`
	// Slack writes to a channel, through the incoming webhook in the secret slackWebhookUrl.
	Slack *Slack `json:"slack,omitempty"`
	// PagerDuty wakes somebody, of critical alerts alone, by the integration key in the secret pagerDutyRoutingKey.
	PagerDuty *PagerDuty `json:"pagerDuty,omitempty"`
	// Email writes letters. Where the server wants a password, that is the secret smtpPassword.
	Email *Email `json:"email,omitempty"`
	// Heartbeat is a service outside the cluster that alerts when it hears nothing, through the address in the secret
	// heartbeatUrl: it notices that the alerting itself has stopped.
	Heartbeat *Heartbeat `json:"heartbeat,omitempty"`
	// Networks lists the address ranges of all of these: Alertmanager may connect there and nowhere else.
	Networks []CIDR `json:"networks,omitempty"`
}

// Heartbeat gets a POST every five minutes for as long as alerts work.
type Heartbeat struct{}

// Webhook posts every alert to an address: the one here, or, where it is nobody's business, the one in the secret
// alertWebhookUrl.
type Webhook struct {
	// URL is where to. Empty: the secret's.
	URL string `json:"url,omitempty" pattern:"address"`
}

// Slack writes to a channel.
type Slack struct {
	// Channel is its name, such as "#alerts".
	Channel string `json:"channel" pattern:"channel"`
}

// PagerDuty wakes somebody.
type PagerDuty struct{}

// Email writes letters.
type Email struct {
	// To is who gets them.
	To string `json:"to" pattern:"mailbox"`
	// From is who they are from.
	From string `json:"from" pattern:"mailbox"`
	// Server is the one that sends them, such as smtp.example.com:587. It must speak TLS.
	Server string `json:"server" pattern:"server"`
	// User is who logs in there. Empty: nobody, without a password.
	User string `json:"user,omitempty"`
}

// Exporter is a program that turns what something else knows into metrics.
type Exporter struct {
	// Image runs it.
	Image string `json:"image,omitempty" pattern:"image"`
	// CPU is what each pod asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what each pod asks for, and the most that it gets.
	Memory MemoryRange `json:"memory"`
}

// Probe asks for the shop's page as a customer does.
type Probe struct {
	// Image runs it.
	Image string `json:"image,omitempty" pattern:"image"`
	// URL is the address that customers open, without a path. Default: that of edge.ingress; without one, only the Service
	// is probed.
	URL string `json:"url,omitempty" pattern:"address"`
	// Networks lists the address ranges where that address leads, a load balancer's for example: the probe may connect
	// there and nowhere else outside the cluster.
	Networks []CIDR `json:"networks,omitempty"`
	// CPU is what it asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what it asks for, and the most that it gets.
	Memory MemoryRange `json:"memory"`
}

func (p *Probe) setDefaults() {
	*p = Probe{
		Image:    "quay.io/prometheus/blackbox-exporter:v0.28.0",
		Networks: anyAddress(),
		CPU:      CPURange{Request: 10}, Memory: MemoryRange{Request: 32 * MiB, Limit: 128 * MiB},
	}
}

// Grafana shows dashboards. Its administrator is admin, with the secret grafanaAdminPassword or a generated one.
type Grafana struct {
	// Image runs it.
	Image string `json:"image,omitempty" pattern:"image"`
	// URL is where people find it: alerts link there. Empty: they link to no dashboard.
	URL string `json:"url,omitempty" pattern:"address"`
	// NodePort opens it on this port of every node. Absent: closed, and kubectl port-forward leads there.
	NodePort int `json:"nodePort,omitempty" min:"30000" max:"32767"`
	// Size is how much its volume holds: people's own settings. Dashboards come with the stack.
	Size Bytes `json:"size"`
	// StorageClass provides the volume. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty" pattern:"host"`
	// CPU is what it asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what it asks for, and the most that it gets.
	Memory MemoryRange `json:"memory"`
}

func (g *Grafana) setDefaults() {
	*g = Grafana{
		Image: "docker.io/grafana/grafana:12.1.1", Size: GiB,
		CPU: CPURange{Request: 250, Limit: 500}, Memory: MemoryRange{Request: 256 * MiB, Limit: 512 * MiB},
	}
}
