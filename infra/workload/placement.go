package workload

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	topologyNode = "kubernetes.io/hostname"
	topologyZone = "topology.kubernetes.io/zone"
)

// revision is the label by which the pods of a Deployment's newest ReplicaSet count alone.
const revision = "pod-template-hash"

// affinity keeps pods off nodes that have one already: always where Apart, where possible otherwise. Pods of the version
// before do not count: with as many nodes as pods a rollout would find no place for its first one.
func affinity(a Args) *corev1.AffinityArgs {
	term := &corev1.PodAffinityTermArgs{
		LabelSelector:  &metav1.LabelSelectorArgs{MatchLabels: a.App.Selector()},
		TopologyKey:    pulumi.String(topologyNode),
		MatchLabelKeys: pulumi.StringArray{pulumi.String(revision)},
	}
	rule := &corev1.PodAntiAffinityArgs{}
	if a.Apart {
		rule.RequiredDuringSchedulingIgnoredDuringExecution = corev1.PodAffinityTermArray{term}
		return &corev1.AffinityArgs{PodAntiAffinity: rule}
	}
	rule.PreferredDuringSchedulingIgnoredDuringExecution = corev1.WeightedPodAffinityTermArray{
		&corev1.WeightedPodAffinityTermArgs{Weight: pulumi.Int(100), PodAffinityTerm: term},
	}
	return &corev1.AffinityArgs{PodAntiAffinity: rule}
}

// spread evens pods out over zones and nodes, as far as there are some.
func spread(a Args) corev1.TopologySpreadConstraintArray {
	var constraints corev1.TopologySpreadConstraintArray
	for _, topology := range []string{topologyZone, topologyNode} {
		constraints = append(constraints, &corev1.TopologySpreadConstraintArgs{
			MaxSkew:           pulumi.Int(1),
			TopologyKey:       pulumi.String(topology),
			WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
			LabelSelector:     &metav1.LabelSelectorArgs{MatchLabels: a.App.Selector()},
			MatchLabelKeys:    pulumi.StringArray{pulumi.String(revision)},
		})
	}
	return constraints
}
