package preflight_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/preflight"
)

type object = map[string]any

func items(list ...object) object { return object{"items": list} }

func called(name string) object { return object{"metadata": object{"name": name}} }

func groups(names ...string) object {
	var list []object
	for _, name := range names {
		list = append(list, object{"name": name})
	}
	return object{"groups": list}
}

// managed is like a GKE cluster with Dataplane V2, by its documentation: Cilium under the name anetd, node-local DNS, a
// Gateway controller of its own, no IngressClass.
func managed() cluster {
	return cluster{
		"/apis":    groups("metrics.k8s.io", "gateway.networking.k8s.io", "cert-manager.io"),
		"/version": object{"major": "1", "minor": "33", "gitVersion": "v1.33.5-gke.1"},
		"/api/v1/nodes": items(object{"status": object{"nodeInfo": object{"containerRuntimeVersion": "containerd://2.0.6"}}},
			object{"status": object{"nodeInfo": object{"containerRuntimeVersion": "containerd://2.0.6"}}}),
		"/apis/discovery.k8s.io/v1/namespaces/default/endpointslices": items(object{
			"ports": []object{{"port": 443}}, "endpoints": []object{{"addresses": []string{"10.0.0.2"}}},
		}),
		"/api/v1/namespaces/kube-system/services": items(object{
			"metadata": object{"name": "kube-dns"}, "spec": object{"clusterIP": "34.118.224.10"},
		}),
		"/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns": called("node-local-dns"),
		"/api/v1/namespaces/kube-system":                                 called("kube-system"),
		"/apis/apps/v1/daemonsets":                                       items(called("anetd")),
		"/apis/storage.k8s.io/v1/storageclasses": items(called("premium-rwo"), object{"metadata": object{
			"name": "standard-rwo", "annotations": object{"storageclass.kubernetes.io/is-default-class": "true"},
		}}),
		"/apis/networking.k8s.io/v1/ingressclasses":         items(),
		"/apis/gateway.networking.k8s.io/v1/gatewayclasses": items(called("gke-l7-global-external-managed")),
		"/apis/cert-manager.io/v1/clusterissuers":           items(called("letsencrypt")),
	}
}

// local is like a cluster of kind, by its documentation, seen by a user who may not list nodes.
func local() cluster {
	c := managed().with("/apis", groups("apps")).with("/api/v1/nodes", forbidden{}).
		with("/version", object{"gitVersion": "v1.34.0"}).
		with("/apis/apps/v1/daemonsets", items(called("kindnet"), called("kube-proxy"))).
		with("/api/v1/namespaces/kube-system/configmaps/kubelet-config", object{"data": object{"kubelet": "{}"}}).
		with("/apis/storage.k8s.io/v1/storageclasses", items()).
		with("/apis/networking.k8s.io/v1/ingressclasses", items(object{
			"metadata": object{"name": "traefik"}, "spec": object{"controller": "traefik.io/ingress-controller"},
		}))
	return c.without("/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns")
}

func TestProfile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		cluster cluster
		want    string
	}{
		{"a managed cluster", managed(), `
Kubernetes: v1.33.5-gke.1
nodes: 2 (containerd://2.0.6)
API server: 10.0.0.2:443
DNS: kube-dns at 34.118.224.10, node-local-dns on each node (set cluster.dns)
network policies: enforced by anetd
kubelet certificates: signed by the cluster's authority
metrics API: installed
storage classes: premium-rwo, standard-rwo (default)
ingress classes: none
gateway classes: gke-l7-global-external-managed
cert-manager issuers: letsencrypt
Prometheus Operator: not installed
External Secrets: not installed`},
		{"a cluster on one's own machine", local(), `
Kubernetes: v1.34.0
nodes: unknown: the user may not ask
API server: 10.0.0.2:443
DNS: kube-dns at 34.118.224.10
network policies: enforced by kindnet
kubelet certificates: signed by each kubelet itself
metrics API: not installed
storage classes: none
ingress classes: traefik (traefik.io/ingress-controller)
gateway classes: not installed
cert-manager issuers: not installed
Prometheus Operator: not installed
External Secrets: not installed`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.cluster)
			defer server.Close()
			facts, err := preflight.Profile(t.Context(), &rest.Config{Host: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, fact := range facts {
				lines = append(lines, fact.Name+": "+fact.Value)
			}
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), strings.Join(lines, "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
