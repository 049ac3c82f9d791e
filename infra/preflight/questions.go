package preflight

import (
	"context"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"

	"github.com/techcommerce/platform/infra/internal/api"
)

// leastMinor is the first Kubernetes 1.x whose admission policies (CEL) are stable.
const leastMinor = 30

// defaultClass marks the StorageClass of volumes that name none.
const defaultClass = "storageclass.kubernetes.io/is-default-class"

func (c *check) version(ctx context.Context) error {
	var info version.Info
	if err := c.api.Get(ctx, &info, "/version"); err != nil {
		return err
	}
	minor, err := strconv.Atoi(strings.TrimRight(info.Minor, "+"))
	if err != nil || info.Major != "1" || minor < leastMinor {
		c.missing("Kubernetes is %s.%s, want 1.%d or later", info.Major, info.Minor, leastMinor)
	}
	return nil
}

func (c *check) metrics(ctx context.Context) {
	if !c.needs.Autoscaling {
		return
	}
	var list metav1.APIResourceList
	switch err := c.api.Get(ctx, &list, "/apis/metrics.k8s.io/v1beta1"); {
	case err == nil:
	case notFound(err):
		c.warn("no metrics API, so autoscalers stay at their least; install metrics-server")
	default:
		c.unanswered("whether there is a metrics API", err)
	}
}

func (c *check) storage(ctx context.Context) {
	if len(c.needs.Volumes) == 0 {
		return
	}
	var list storagev1.StorageClassList
	if err := c.api.Get(ctx, &list, "/apis/storage.k8s.io/v1/storageclasses"); err != nil {
		c.unanswered("which storage classes there are", err)
		return
	}
	var known []string
	for _, class := range list.Items {
		known = append(known, class.Name)
		if class.Annotations[defaultClass] == "true" {
			known = append(known, "")
		}
	}
	shown := slices.DeleteFunc(slices.Clone(known), func(name string) bool { return name == "" })
	for _, class := range slices.Compact(slices.Sorted(slices.Values(c.needs.Volumes))) {
		switch {
		case slices.Contains(known, class):
		case class == "":
			c.missing("no default StorageClass (%s); mark one or set storageClass", names(shown))
		default:
			c.missing("no StorageClass %s (%s)", class, names(shown))
		}
	}
}

func (c *check) nodes(ctx context.Context) {
	if !c.needs.OneNode {
		return
	}
	var list corev1.NodeList
	if err := c.api.Get(ctx, &list, "/api/v1/nodes"); err != nil {
		c.unanswered("how many nodes there are", err)
		return
	}
	open := 0
	for _, node := range list.Items {
		if !node.Spec.Unschedulable && !slices.ContainsFunc(node.Spec.Taints, forbids) {
			open++
		}
	}
	if open > 1 {
		c.missing("%d nodes, but database.embedded keeps each service's data on one; set database.postgres", open)
	}
}

func forbids(taint corev1.Taint) bool { return taint.Effect != corev1.TaintEffectPreferNoSchedule }

func (c *check) ingress(ctx context.Context) {
	if c.needs.IngressClass == "" {
		return
	}
	var list metav1.PartialObjectMetadataList
	if err := c.api.Get(ctx, &list, "/apis/networking.k8s.io/v1/ingressclasses"); err != nil {
		c.unanswered("which ingress classes there are", err)
		return
	}
	var known []string
	for _, class := range list.Items {
		known = append(known, class.Name)
	}
	if !slices.Contains(known, c.needs.IngressClass) {
		c.missing("no IngressClass %s (%s)", c.needs.IngressClass, names(known))
	}
}

// engines are parts of the names of DaemonSets that hold network policies.
func engines() []string {
	return []string{"anetd", "antrea", "azure-npm", "calico", "cilium", "kindnet", "kube-network-policies", "kube-router", "weave"}
}

// engineAnnotation is on the namespace kube-system of a cluster whose engine is a process of the node, as the local
// cluster's is: no object shows it.
const engineAnnotation = "techcommerce/network-policies"

// policies can only look for somebody who is known to hold them: a policy that nobody holds looks like any other.
func (c *check) policies(ctx context.Context) {
	if !c.needs.Policies {
		return
	}
	switch engine, err := policyEngine(ctx, c.api); {
	case err != nil:
		c.unanswered("whether network policies are held", err)
	case engine == "":
		c.warn("no network policy engine was found, so network policies may not be enforced; if one is there, set cluster.enforcesPolicies: true")
	}
}

// policyEngine is who holds network policies; empty where nobody is known to.
func policyEngine(ctx context.Context, client api.Client) (string, error) {
	var system corev1.Namespace
	if client.Get(ctx, &system, "/api/v1/namespaces/kube-system") == nil && system.Annotations[engineAnnotation] != "" {
		return system.Annotations[engineAnnotation], nil
	}
	var list appsv1.DaemonSetList
	if err := client.Get(ctx, &list, "/apis/apps/v1/daemonsets"); err != nil {
		return "", err
	}
	for _, set := range list.Items {
		if slices.ContainsFunc(engines(), func(engine string) bool { return strings.Contains(set.Name, engine) }) {
			return set.Name, nil
		}
	}
	return "", nil
}
