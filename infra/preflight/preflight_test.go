package preflight_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/preflight"
	"github.com/techcommerce/platform/stacks"
)

// cluster answers by path; what it does not know it does not have.
type cluster map[string]any

// complete has everything.
func complete() cluster {
	type object = map[string]any
	named := func(name string) object { return object{"metadata": object{"name": name}} }
	standard := object{"metadata": object{"name": "standard", "annotations": object{
		"storageclass.kubernetes.io/is-default-class": "true",
	}}}
	return cluster{
		"/api/v1/namespaces/kube-system":                         object{"metadata": object{"uid": "u-1"}},
		"/version":                                               object{"major": "1", "minor": "34"},
		"/apis/metrics.k8s.io/v1beta1":                           object{},
		"/api/v1/nodes":                                          object{"items": []object{named("one")}},
		"/apis/apps/v1/daemonsets":                               object{"items": []object{named("calico-node")}},
		"/apis/storage.k8s.io/v1/storageclasses":                 object{"items": []object{standard}},
		"/apis/networking.k8s.io/v1/ingressclasses":              object{"items": []object{named("nginx")}},
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": object{"status": object{"allowed": true}},
	}
}

func (c cluster) with(path string, answer any) cluster {
	c[path] = answer
	return c
}

func (c cluster) without(path string) cluster {
	delete(c, path)
	return c
}

// forbidden is an answer: the user may not ask.
type forbidden struct{}

func (c cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, ok := c[r.URL.Path]
	code := http.StatusOK
	if _, no := answer.(forbidden); no || !ok {
		code = http.StatusNotFound
		reason := "NotFound"
		if no {
			code, reason = http.StatusForbidden, "Forbidden"
		}
		answer = map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		panic(err)
	}
}

func everything() preflight.Needs {
	return preflight.Needs{
		Namespace: "shop", Autoscaling: true, Volumes: []string{""}, OneNode: true, IngressClass: "nginx", Policies: true,
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	two := map[string]any{"items": []map[string]any{{}, {}}}
	for _, c := range []struct {
		name    string
		cluster cluster
		want    preflight.Report
	}{
		{name: "a cluster with everything", cluster: complete()},
		{name: "a cluster that is too old", cluster: complete().with("/version", map[string]any{"major": "1", "minor": "29+"}),
			want: preflight.Report{Missing: []string{"Kubernetes is 1.29+, want 1.30 or later"}}},
		{name: "B12 no metrics API for the autoscaler", cluster: complete().without("/apis/metrics.k8s.io/v1beta1"),
			want: preflight.Report{Warnings: []string{
				"no metrics API, so autoscalers stay at their least; install metrics-server",
			}}},
		{name: "no storage", cluster: complete().with("/apis/storage.k8s.io/v1/storageclasses", map[string]any{}),
			want: preflight.Report{Missing: []string{
				"no default StorageClass (it has none); mark one or set storageClass",
			}}},
		{name: "several nodes for one volume", cluster: complete().with("/api/v1/nodes", two),
			want: preflight.Report{Missing: []string{
				"2 nodes, but database.embedded keeps each service's data on one; set database.postgres",
			}}},
		{name: "another ingress", cluster: complete().with("/apis/networking.k8s.io/v1/ingressclasses",
			map[string]any{"items": []any{map[string]any{"metadata": map[string]any{"name": "traefik"}}}}),
			want: preflight.Report{Missing: []string{"no IngressClass nginx (it has traefik)"}}},
		{name: "nobody who holds policies", cluster: complete().with("/apis/apps/v1/daemonsets", map[string]any{}),
			want: preflight.Report{Warnings: []string{
				"no network policy engine was found, so network policies may not be enforced; if one is there, set cluster.enforcesPolicies: true",
			}}},
		{name: "a node that holds policies itself", cluster: complete().with("/apis/apps/v1/daemonsets", map[string]any{}).with(
			"/api/v1/namespaces/kube-system", map[string]any{"metadata": map[string]any{
				"uid": "u-1", "annotations": map[string]any{"techcommerce/network-policies": "kube-network-policies"},
			}})},
		{name: "a user who may not ask", cluster: complete().with("/api/v1/nodes", forbidden{}),
			want: preflight.Report{Warnings: []string{"cannot tell how many nodes there are: the user may not ask"}}},
		{name: "a user who may do nothing", cluster: complete().with(
			"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", map[string]any{}),
			want: preflight.Report{Missing: []string{
				"the user may not create deployments in shop",
				"the user may not create namespaces in shop",
				"the user may not create networkpolicies in shop",
				"the user may not create resourcequotas in shop",
				"the user may not create secrets in shop",
				"the user may not create validatingadmissionpolicies in shop",
			}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.cluster)
			defer server.Close()
			got, err := preflight.Check(t.Context(), &rest.Config{Host: server.URL}, everything(), preflight.Claim{})
			if err != nil {
				t.Fatal(err)
			}
			c.want.Cluster = "u-1"
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestKubelets: what makes a cluster is not asked, but how its kubelets are set up.
func TestKubelets(t *testing.T) {
	t.Parallel()
	const path = "/api/v1/namespaces/kube-system/configmaps/kubelet-config"
	kubeadm := func(settings string) cluster {
		return complete().with(path, map[string]any{"data": map[string]any{"kubelet": settings}})
	}
	const wrong = "the kubelets sign their own certificates, so whoever verifies them learns nothing of nodes and containers; " +
		"set up the kubelets with serverTLSBootstrap, or set cluster.kubeletCertificates: unsigned"
	for _, c := range []struct {
		name     string
		cluster  cluster
		set      stacks.KubeletCertificates
		want     stacks.KubeletCertificates
		warnings []string
	}{
		{name: "a managed cluster", cluster: complete(), want: "signed"},
		{name: "kind or minikube", cluster: kubeadm("kind: KubeletConfiguration\n"), want: "unsigned"},
		{name: "kubeadm with certificates that are asked for", cluster: kubeadm("serverTLSBootstrap: true\n"), want: "signed"},
		{name: "a stack that says so", cluster: kubeadm(""), set: "unsigned", want: "unsigned"},
		{name: "a stack that says otherwise", cluster: kubeadm(""), set: "signed", want: "unsigned", warnings: []string{wrong}},
		{name: "a user who may not ask, of a stack that says so", cluster: complete().with(path, forbidden{}), set: "signed"},
		{name: "a user who may not ask", cluster: complete().with(path, forbidden{}), warnings: []string{
			"cannot tell whether the kubelets' certificates are signed (set cluster.kubeletCertificates): the user may not ask",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.cluster)
			defer server.Close()
			needs := preflight.Needs{Namespace: "shop", Kubelets: true, KubeletsAre: c.set}
			got, err := preflight.Check(t.Context(), &rest.Config{Host: server.URL}, needs, preflight.Claim{})
			if err != nil || got.Kubelets != c.want || !slices.Equal(got.Warnings, c.warnings) {
				t.Errorf("got %+v, %v, want %q and warnings %q", got, err, c.want, c.warnings)
			}
		})
	}
}

func TestCheckAsksOnlyWhatIsNeeded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(complete().without("/apis/metrics.k8s.io/v1beta1").
		with("/apis/storage.k8s.io/v1/storageclasses", map[string]any{}))
	defer server.Close()
	got, err := preflight.Check(t.Context(), &rest.Config{Host: server.URL}, preflight.Needs{Namespace: "shop"}, preflight.Claim{})
	if err != nil || got.Err() != nil || len(got.Warnings) > 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCheckWithoutACluster(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(complete())
	server.Close()
	_, err := preflight.Check(t.Context(), &rest.Config{Host: server.URL}, everything(), preflight.Claim{})
	if !errors.Is(err, preflight.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}
