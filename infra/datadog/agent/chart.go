package agent

import (
	"strconv"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Sizes of what runs beside the agent's own container.
func small() resources {
	return size(kube.Range{Request: "50m"}, kube.Range{Request: "64Mi", Limit: "128Mi"})
}
func tracing() resources {
	return size(kube.Range{Request: "50m"}, kube.Range{Request: "128Mi", Limit: "256Mi"})
}
func clustering() resources {
	return size(kube.Range{Request: "100m"}, kube.Range{Request: "256Mi", Limit: "512Mi"})
}

// chartValues is what the chart is given. No key is among it: the chart reads them from Secrets.
func chartValues(a Args) values {
	// A new key rolls the pods: they read it when they start.
	key := map[string]string{"techcommerce/key": fingerprint(a.APIKey)}
	v := values{
		Registry: a.Registry,
		Datadog:  agentValues(a),
		ClusterAgent: clusterAgentValues{
			Enabled: true, Replicas: a.ClusterAgents, PDB: create{a.ClusterAgents > 1}, TokenExistingSecret: tokenSecret,
			Resources: clustering(), PodAnnotations: key,
		},
		Agents: agentsValues{
			Containers: containers{
				Agent: sized{size(a.CPU, a.Memory)}, TraceAgent: sized{tracing()}, InitContainers: sized{small()},
			},
			Tolerations: []toleration{}, PriorityClassCreate: a.EveryNode, PodAnnotations: key,
		},
	}
	if a.EveryNode {
		v.Agents.Tolerations = append(v.Agents.Tolerations, toleration{Operator: "Exists"})
	}
	if a.PullSecret != "" {
		pull := &pulled{PullSecrets: []named{{Name: a.PullSecret}}}
		v.Agents.Image, v.ClusterAgent.Image = pull, pull
	}
	return v
}

func agentValues(a Args) datadogValues {
	v := datadogValues{
		APIKeyExistingSecret: keySecret,
		Site:                 a.Site,
		ClusterName:          a.Cluster,
		Tags:                 []string{},
		Logs:                 logs{Enabled: true, ContainerCollectAll: true, ContainerCollectUsingFiles: true},
		ContainerExcludeLogs: a.exclusions(a.Namespace),
		APM:                  apm{UseLocalService: true, Instrumentation: instrumentation{SkipKPITelemetry: true}},
		OTLP: otlp{receiver{protocols{HTTP: protocol{
			Enabled: true, Endpoint: "0.0.0.0:" + strconv.Itoa(OTLPPort),
		}}}},
		ProcessAgent: process{
			ProcessCollection: true, StripProcessArguments: true, ContainerCollection: true, ProcessDiscovery: true,
		},
		KubeStateMetricsCore:     stateMetrics{Enabled: true},
		OrchestratorExplorer:     enabled{a.Explore},
		ContainerImageCollection: enabled{a.Explore},
		LeaderElectionResource:   "leases",
		NetworkPolicy:            networkPolicy{Create: true, Flavor: "kubernetes"},
		EnvDict:                  a.environment(),
	}
	if a.Environment != "" {
		v.Tags = append(v.Tags, "env:"+a.Environment)
	}
	if a.UnverifiedKubelets {
		v.Kubelet = &kubelet{TLSVerify: false}
	}
	return v
}
