package preflight

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/stacks"
)

// Fact is one thing that a cluster says of itself, for a person to read.
type Fact struct{ Name, Value string }

// Profile asks a cluster what it is and has. What the user may not ask says so in its value. The error is ErrUnreachable
// with its cause, or nil.
func Profile(ctx context.Context, config *rest.Config) ([]Fact, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	client, err := api.Connect(config)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	p := profiler{client}
	var groups metav1.APIGroupList
	if err := client.Get(ctx, &groups, "/apis"); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUnreachable, config.Host, err)
	}
	has := func(group string) bool {
		return slices.ContainsFunc(groups.Groups, func(g metav1.APIGroup) bool { return g.Name == group })
	}
	return []Fact{
		{"Kubernetes", p.release(ctx)},
		{"nodes", p.nodes(ctx)},
		{"API server", p.server(ctx)},
		{"DNS", p.dns(ctx)},
		{"network policies", p.engine(ctx)},
		{"kubelet certificates", p.kubelets(ctx)},
		{"metrics API", installed(has("metrics.k8s.io"))},
		{"storage classes", p.storage(ctx)},
		{"ingress classes", p.ingresses(ctx)},
		{"gateway classes", p.custom(ctx, has("gateway.networking.k8s.io"), "/apis/gateway.networking.k8s.io/v1/gatewayclasses")},
		{"cert-manager issuers", p.custom(ctx, has("cert-manager.io"), "/apis/cert-manager.io/v1/clusterissuers")},
		{"Prometheus Operator", p.custom(ctx, has("monitoring.coreos.com"), "/apis/monitoring.coreos.com/v1/prometheuses")},
		{"External Secrets", p.custom(ctx, has("external-secrets.io"), "/apis/external-secrets.io/v1/clustersecretstores")},
	}, nil
}

// profiler words what a cluster answers.
type profiler struct{ api api.Client }

// unknown says why there is no answer.
func unknown(err error) string {
	if notFound(err) {
		return "none"
	}
	return "unknown: " + reason(err)
}

func installed(is bool) string {
	if is {
		return "installed"
	}
	return "not installed"
}

// listed joins names in order.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

func (p profiler) release(ctx context.Context) string {
	var info version.Info
	if err := p.api.Get(ctx, &info, "/version"); err != nil {
		return unknown(err)
	}
	return info.GitVersion
}

func (p profiler) nodes(ctx context.Context) string {
	var list corev1.NodeList
	if err := p.api.Get(ctx, &list, "/api/v1/nodes"); err != nil {
		return unknown(err)
	}
	runtimes := map[string]bool{}
	for _, node := range list.Items {
		runtimes[node.Status.NodeInfo.ContainerRuntimeVersion] = true
	}
	var names []string
	for name := range runtimes {
		names = append(names, name)
	}
	return fmt.Sprintf("%d (%s)", len(list.Items), listed(names))
}

// server is where connections to the API server end up: network policies are judged there by most engines.
func (p profiler) server(ctx context.Context) string {
	var list discoveryv1.EndpointSliceList
	path := "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
	if err := p.api.Get(ctx, &list, path, "labelSelector", "kubernetes.io/service-name=kubernetes"); err != nil {
		return unknown(err)
	}
	var ends []string
	for _, slice := range list.Items {
		for _, port := range slice.Ports {
			for _, endpoint := range slice.Endpoints {
				for _, address := range endpoint.Addresses {
					ends = append(ends, address+":"+strconv.Itoa(int(*port.Port)))
				}
			}
		}
	}
	return listed(ends)
}

func (p profiler) dns(ctx context.Context) string {
	var list corev1.ServiceList
	if err := p.api.Get(ctx, &list, "/api/v1/namespaces/kube-system/services", "labelSelector", "k8s-app=kube-dns"); err != nil {
		return unknown(err)
	}
	var addresses []string
	for _, service := range list.Items {
		addresses = append(addresses, service.Name+" at "+service.Spec.ClusterIP)
	}
	var cache appsv1.DaemonSet
	if p.api.Get(ctx, &cache, "/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns") == nil {
		addresses = append(addresses, "node-local-dns on each node (set cluster.dns)")
	}
	return listed(addresses)
}

func (p profiler) engine(ctx context.Context) string {
	switch engine, err := policyEngine(ctx, p.api); {
	case err != nil:
		return unknown(err)
	case engine == "":
		return "no engine found (set cluster.enforcesPolicies where there is one)"
	default:
		return "enforced by " + engine
	}
}

func (p profiler) kubelets(ctx context.Context) string {
	switch are, err := kubeletCertificates(ctx, p.api); {
	case err != nil:
		return "unknown (set cluster.kubeletCertificates)"
	case are == stacks.KubeletsSigned:
		return "signed by the cluster's authority"
	default:
		return "signed by each kubelet itself"
	}
}

func (p profiler) storage(ctx context.Context) string {
	var list storagev1.StorageClassList
	if err := p.api.Get(ctx, &list, "/apis/storage.k8s.io/v1/storageclasses"); err != nil {
		return unknown(err)
	}
	var names []string
	for _, class := range list.Items {
		name := class.Name
		if class.Annotations[defaultClass] == "true" {
			name += " (default)"
		}
		names = append(names, name)
	}
	return listed(names)
}

func (p profiler) ingresses(ctx context.Context) string {
	var list networkingv1.IngressClassList
	if err := p.api.Get(ctx, &list, "/apis/networking.k8s.io/v1/ingressclasses"); err != nil {
		return unknown(err)
	}
	var names []string
	for _, class := range list.Items {
		names = append(names, class.Name+" ("+class.Spec.Controller+")")
	}
	return listed(names)
}

// custom lists the objects of a kind that an extension of Kubernetes brings.
func (p profiler) custom(ctx context.Context, has bool, path string) string {
	if !has {
		return installed(false)
	}
	var list metav1.PartialObjectMetadataList
	if err := p.api.Get(ctx, &list, path); err != nil {
		return unknown(err)
	}
	var names []string
	for _, object := range list.Items {
		names = append(names, object.Name)
	}
	return listed(names)
}
