package preflight_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/preflight"
)

// TestCheckKnowsWhatIsTheStacksOwn: a stack touches neither another one's namespaces nor another cluster.
func TestCheckKnowsWhatIsTheStacksOwn(t *testing.T) {
	t.Parallel()
	const (
		system, shop, watch = "/api/v1/namespaces/kube-system", "/api/v1/namespaces/shop", "/api/v1/namespaces/monitoring"
		workloads           = "/apis/apps/v1/namespaces/shop/deployments"
	)
	type object = map[string]any
	of := func(stack string) object {
		return object{"metadata": object{"annotations": object{"techcommerce/stack": stack}}}
	}
	home := object{"metadata": object{"uid": "u-1"}}
	mine := preflight.Claim{Stack: "o/techcommerce/a", Namespaces: []string{"shop", "monitoring"}, Deployed: true, Cluster: "u-1"}
	first := preflight.Claim{Stack: "o/techcommerce/a", Namespaces: []string{"shop", "monitoring"}}
	for _, c := range []struct {
		name    string
		cluster cluster
		claim   preflight.Claim
		// want has the words of each refusal.
		want []string
	}{
		{name: "its own", cluster: complete().with(system, home).with(shop, of(mine.Stack)), claim: mine},
		{name: "a first deployment on an empty cluster", cluster: complete().with(system, home), claim: first},
		{name: "what it deployed before namespaces had owners",
			cluster: complete().with(system, home).with(shop, object{}).with(workloads, object{"items": []object{{}}}), claim: mine},
		{name: "an empty namespace that an administrator made", claim: first,
			cluster: complete().with(system, home).with(shop, object{}).with(workloads, object{"items": []object{}})},
		{name: "a shop of nobody in particular", claim: first,
			cluster: complete().with(system, home).with(shop, object{}).with(workloads, object{"items": []object{{}}}),
			want:    []string{"namespace shop holds a shop already", "kubectl annotate namespace shop techcommerce/stack=o/techcommerce/a"}},
		{name: "another stack's, each of them", claim: mine,
			cluster: complete().with(system, home).with(shop, of("o/techcommerce/b")).with(watch, of("o/techcommerce/b")),
			want: []string{"namespace shop belongs to the stack o/techcommerce/b, and this is o/techcommerce/a: nothing was touched",
				"namespace monitoring belongs to"}},
		{name: "another cluster", cluster: complete().with(system, object{"metadata": object{"uid": "u-2"}}), claim: mine,
			want: []string{"this is the cluster u-2, and the stack lives on u-1: nothing was touched",
				"pulumi config set --path techcommerce:cluster.uid u-2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(c.cluster)
			defer server.Close()
			report, err := preflight.Check(t.Context(), &rest.Config{Host: server.URL}, everything(), c.claim)
			if err != nil {
				t.Fatal(err)
			}
			if (report.Err() == nil) != (c.want == nil) {
				t.Errorf("got %v, want %q", report.Err(), c.want)
			}
			for _, words := range c.want {
				if !strings.Contains(report.Err().Error(), words) {
					t.Errorf("want %q said, got: %v", words, report.Err())
				}
			}
		})
	}
}

// TestAnAccountThatMayNotAskIsWarned: accounts from before the check do not see which cluster they are on.
func TestAnAccountThatMayNotAskIsWarned(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(complete().with("/api/v1/namespaces/kube-system", forbidden{}))
	defer server.Close()
	report, err := preflight.Check(t.Context(), &rest.Config{Host: server.URL}, everything(), preflight.Claim{Cluster: "u-1"})
	if err != nil || report.Err() != nil || report.Cluster != "" {
		t.Errorf("got %+v, %v", report, err)
	}
	if text := strings.Join(report.Warnings, "\n"); !strings.Contains(text, "cannot tell which cluster this is: the user may not ask") {
		t.Errorf("got warnings %q", text)
	}
}
