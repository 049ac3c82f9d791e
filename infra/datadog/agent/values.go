package agent

import "github.com/techcommerce/platform/infra/internal/kube"

// values are those of the chart that we set. What a value is for says the chart; a comment here says why it is set.
type values struct {
	Registry     string             `json:"registry,omitempty"`
	Datadog      datadogValues      `json:"datadog"`
	ClusterAgent clusterAgentValues `json:"clusterAgent"`
	Agents       agentsValues       `json:"agents"`
}

type datadogValues struct {
	APIKeyExistingSecret string   `json:"apiKeyExistingSecret"`
	Site                 string   `json:"site"`
	ClusterName          string   `json:"clusterName"`
	Tags                 []string `json:"tags"`
	Kubelet              *kubelet `json:"kubelet,omitempty"`
	Logs                 logs     `json:"logs"`
	ContainerExcludeLogs string   `json:"containerExcludeLogs"`
	APM                  apm      `json:"apm"`
	OTLP                 otlp     `json:"otlp"`
	ProcessAgent         process  `json:"processAgent"`
	// Discovery would add a container with rights over the whole node.
	Discovery enabled `json:"discovery"`
	// Operator is on in the chart, and brings definitions that go, with all their objects, when it is turned off.
	Operator enabled `json:"operator"`
	CSI      enabled `json:"csi"`
	// RemoteConfiguration would let the site change what is declared here.
	RemoteConfiguration enabled `json:"remoteConfiguration"`
	// KubeStateMetricsEnabled is the old way, KubeStateMetricsCore the one that monitors need.
	KubeStateMetricsEnabled  bool              `json:"kubeStateMetricsEnabled"`
	KubeStateMetricsCore     stateMetrics      `json:"kubeStateMetricsCore"`
	OrchestratorExplorer     enabled           `json:"orchestratorExplorer"`
	ContainerImageCollection enabled           `json:"containerImageCollection"`
	AppSec                   appsec            `json:"appsec"`
	LeaderElectionResource   string            `json:"leaderElectionResource"`
	NetworkPolicy            networkPolicy     `json:"networkPolicy"`
	EnvDict                  map[string]string `json:"envDict"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type kubelet struct {
	TLSVerify bool `json:"tlsVerify"`
}

type logs struct {
	Enabled                    bool `json:"enabled"`
	ContainerCollectAll        bool `json:"containerCollectAll"`
	ContainerCollectUsingFiles bool `json:"containerCollectUsingFiles"`
}

// apm is reached through the Service alone: a socket would be a folder of the node in every pod, which Pod Security
// refuses, and a host port would be open on the node.
type apm struct {
	SocketEnabled   bool            `json:"socketEnabled"`
	PortEnabled     bool            `json:"portEnabled"`
	UseLocalService bool            `json:"useLocalService"`
	Instrumentation instrumentation `json:"instrumentation"`
}

type instrumentation struct {
	SkipKPITelemetry bool `json:"skipKPITelemetry"`
}

type otlp struct {
	Receiver receiver `json:"receiver"`
}

type receiver struct {
	Protocols protocols `json:"protocols"`
}

type protocols struct {
	HTTP protocol `json:"http"`
}

type protocol struct {
	Enabled     bool   `json:"enabled"`
	Endpoint    string `json:"endpoint"`
	UseHostPort bool   `json:"useHostPort"`
}

// process collects processes; arguments may hold secrets.
type process struct {
	ProcessCollection     bool `json:"processCollection"`
	StripProcessArguments bool `json:"stripProcessArguments"`
	ContainerCollection   bool `json:"containerCollection"`
	ProcessDiscovery      bool `json:"processDiscovery"`
}

// stateMetrics looks at no Secret and no ConfigMap: the chart would ask for the right to list them all.
type stateMetrics struct {
	Enabled              bool `json:"enabled"`
	CollectSecretMetrics bool `json:"collectSecretMetrics"`
	CollectConfigMaps    bool `json:"collectConfigMaps"`
}

type appsec struct {
	Injector injector `json:"injector"`
}

type injector struct {
	RBAC create `json:"rbac"`
}

type create struct {
	Create bool `json:"create"`
}

type networkPolicy struct {
	Create bool   `json:"create"`
	Flavor string `json:"flavor"`
}

type clusterAgentValues struct {
	Enabled             bool              `json:"enabled"`
	Replicas            int               `json:"replicas"`
	PDB                 create            `json:"pdb"`
	TokenExistingSecret string            `json:"tokenExistingSecret"`
	RBAC                rbac              `json:"rbac"`
	Resources           resources         `json:"resources"`
	PodAnnotations      map[string]string `json:"podAnnotations"`
	// AdmissionController would change other people's pods; ours say themselves where the agent is.
	AdmissionController enabled `json:"admissionController"`
	Image               *pulled `json:"image,omitempty"`
}

// pulled says how an image is pulled.
type pulled struct {
	PullSecrets []named `json:"pullSecrets"`
}

type named struct {
	Name string `json:"name"`
}

type rbac struct {
	FlareAdditionalPermissions bool `json:"flareAdditionalPermissions"`
}

type agentsValues struct {
	Containers          containers        `json:"containers"`
	Tolerations         []toleration      `json:"tolerations"`
	PriorityClassCreate bool              `json:"priorityClassCreate"`
	PodAnnotations      map[string]string `json:"podAnnotations"`
	Image               *pulled           `json:"image,omitempty"`
}

type containers struct {
	Agent          sized `json:"agent"`
	TraceAgent     sized `json:"traceAgent"`
	InitContainers sized `json:"initContainers"`
}

type sized struct {
	Resources resources `json:"resources"`
}

type resources struct {
	Requests amounts `json:"requests"`
	Limits   amounts `json:"limits"`
}

type amounts struct {
	CPU    string `json:"cpu,omitempty"`
	Memory string `json:"memory"`
}

type toleration struct {
	Operator string `json:"operator"`
}

func size(cpu, memory kube.Range) resources {
	return resources{
		Requests: amounts{CPU: cpu.Request, Memory: memory.Request}, Limits: amounts{CPU: cpu.Limit, Memory: memory.Limit},
	}
}
