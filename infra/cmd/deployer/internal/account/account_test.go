package account_test

import (
	"encoding/json"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/account"
	"github.com/techcommerce/platform/infra/cmd/deployer/internal/rights"
)

// objects are what an account consists of, by kind, namespace and name.
func objects(t *testing.T, stack string) map[string]bool {
	t.Helper()
	a, err := account.New(stack, rights.Rights{
		Namespaces: []rights.Namespace{{Name: "shop-" + stack}},
		In:         map[string][]rbacv1.PolicyRule{"shop-" + stack: {}, "kube-system": {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.Objects()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, o := range list {
		if spec, ok := o.Object["spec"].(map[string]any); ok && len(spec) == 0 {
			t.Errorf("%s %s claims a spec that it does not set", o.GetKind(), o.GetName())
		}
		found[o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName()] = true
	}
	return found
}

func TestAccountsShareNothing(t *testing.T) {
	t.Parallel()
	staging, review := objects(t, "staging"), objects(t, "review")
	for _, want := range []string{
		"ServiceAccount techcommerce-deployers/staging", "Role shop-staging/techcommerce-deployer-staging",
		"RoleBinding kube-system/techcommerce-deployer-staging", "ClusterRole /techcommerce-deployer-staging",
		"Namespace /shop-staging", "ValidatingAdmissionPolicyBinding /techcommerce-deployer-staging",
	} {
		if !staging[want] {
			t.Errorf("no %s in %v", want, staging)
		}
	}
	for name := range staging {
		if review[name] && name != "Namespace /techcommerce-deployers" {
			t.Errorf("both have %s", name)
		}
	}
}

func TestNewRefusesAStackThatKubernetesCannotName(t *testing.T) {
	t.Parallel()
	if _, err := account.New("acme/shop/Pr_12", rights.Rights{}); err == nil || !strings.Contains(err.Error(), "Pr_12") {
		t.Errorf("got %v", err)
	}
}

func TestKubeconfig(t *testing.T) {
	t.Parallel()
	own := clientcmdapi.Config{
		CurrentContext: "home",
		Clusters: map[string]*clientcmdapi.Cluster{
			"home": {Server: "https://home"}, "shop": {Server: "https://shop", CertificateAuthorityData: []byte("ca")},
		},
		Contexts: map[string]*clientcmdapi.Context{
			"home": {Cluster: "home", AuthInfo: "me"}, "kind-shop": {Cluster: "shop", AuthInfo: "me", Namespace: "mine"},
		},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{"me": {Token: "administrator", ClientKeyData: []byte("my key")}},
	}
	for _, c := range []struct{ name, context, server string }{
		{"the current context", "", "https://home"},
		{"the context that the stack is bound to", "kind-shop", "https://shop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, err := account.Kubeconfig(own, c.context, "short-lived")
			if err != nil {
				t.Fatal(err)
			}
			config, err := clientcmd.RESTConfigFromKubeConfig(text)
			if err != nil || config.Host != c.server || config.BearerToken != "short-lived" || config.KeyData != nil {
				t.Errorf("got %v %v", config, err)
			}
			read, err := clientcmd.Load(text)
			if err != nil || len(read.Clusters)+len(read.AuthInfos)+len(read.Contexts) != 3 || strings.Contains(string(text), "administrator") {
				t.Errorf("more than one way in: %v\n%s", err, text)
			}
			if c.context != "" && read.CurrentContext != c.context {
				t.Errorf("the context is called %s", read.CurrentContext)
			}
		})
	}
	if _, err := account.Kubeconfig(own, "gone", "short-lived"); err == nil {
		t.Error("a context that is not there was taken")
	}
}

// TestAPreviewAccountOnlyTries: beside the deployer of the same stack, with rights that an admission policy holds to trials,
// and none to write what admission spares.
func TestAPreviewAccountOnlyTries(t *testing.T) {
	t.Parallel()
	policy := rbacv1.PolicyRule{APIGroups: []string{"admissionregistration.k8s.io"}, Resources: []string{"validatingadmissionpolicies"},
		ResourceNames: []string{"shop-pods"}, Verbs: []string{"create", "get", "patch", "delete", "list", "watch"}}
	enter := rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods/portforward"}, Verbs: []string{"create"}}
	deploys := rbacv1.PolicyRule{APIGroups: []string{"apps"}, Resources: []string{"deployments"}, Verbs: []string{"create", "get", "patch"}}
	a, err := account.New("staging", rights.Rights{
		Namespaces: []rights.Namespace{{Name: "shop"}}, Everywhere: []rbacv1.PolicyRule{policy},
		In: map[string][]rbacv1.PolicyRule{"shop": {deploys, enter}},
	})
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.Previewing().Objects()
	if err != nil {
		t.Fatal(err)
	}
	guards := map[string]string{}
	for _, o := range list {
		text, err := json.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		if name := o.GetKind() + " " + o.GetName(); strings.HasSuffix(o.GetKind(), "Role") || strings.HasSuffix(o.GetKind(), "Policy") {
			guards[name] = string(text)
		}
		if strings.Contains(string(text), "pods/portforward") {
			t.Errorf("%s lets it into pods: %s", o.GetKind(), text)
		}
	}
	const user = "system:serviceaccount:techcommerce-deployers:staging-preview"
	for name, want := range map[string]string{
		"ValidatingAdmissionPolicy techcommerce-deployer-staging-preview-trials": user,
		"Role techcommerce-deployer-staging-preview":                             `"deployments"`,
		"ClusterRole techcommerce-deployer-staging-preview":                      `"verbs":["create","get","list","watch"]`,
	} {
		if !strings.Contains(guards[name], want) {
			t.Errorf("%s: want %s, got %s", name, want, guards[name])
		}
	}
	if !strings.Contains(guards["ValidatingAdmissionPolicy techcommerce-deployer-staging-preview-trials"], "dryRun") {
		t.Error("its writes need not be dry runs")
	}
	if _, err := account.New("staging-preview", rights.Rights{}); err == nil {
		t.Error("a stack may have the name of the account")
	}
}
