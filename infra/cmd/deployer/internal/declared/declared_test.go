package declared_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/declared"
)

const (
	service = `{"urn": "urn:a", "type": "kubernetes:core/v1:Service", "custom": true, "inputs":
		{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}}}`
	namespace = `{"urn": "urn:b", "type": "kubernetes:core/v1:Namespace", "custom": true, "protect": true, "inputs":
		{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}}`
	secret = `{"urn": "urn:c", "type": "kubernetes:core/v1:Secret", "custom": true, "inputs":
		{"apiVersion": "v1", "kind": "Secret", "data": "[secret]", "metadata":
		{"name": "key-1234", "namespace": "shop", "annotations": {"pulumi.com/autonamed": "true"}}}}`
	provider  = `{"type": "pulumi:providers:kubernetes", "custom": true, "inputs": {"context": "kind-shop"}}`
	component = `{"type": "techcommerce:workload:Workload", "inputs": {"namespace": "shop"}}`
	monitor   = `{"type": "datadog:index/monitor:Monitor", "custom": true, "inputs": {"name": "Errors"}}`
	release   = `{"urn": "urn:datadog", "type": "kubernetes:helm.sh/v3:Release", "custom": true, "inputs": {"chart": "datadog"}}`
	unnamed   = `{"urn": "urn:unnamed", "type": "kubernetes:core/v1:Service", "custom": true, "inputs": {"kind": "Service"}}`
)

// preview is what Pulumi prints: each step is an old state, a new state or both.
func preview(steps ...string) string { return `{"steps": [` + strings.Join(steps, ", ") + `]}` }

func will(state string) string { return `{"newState": ` + state + `}` }

func stays(state string) string {
	return `{"op": "same", "oldState": ` + state + `, "newState": ` + state + `}`
}

func was(state string) string { return `{"oldState": ` + state + `}` }

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, preview string
		// want are the objects, as people call them, with what else is known of them.
		want    []string
		context string
	}{
		{name: "takes what will be", preview: preview(will(namespace), will(service)),
			want: []string{"Namespace shop protected", "Service shop/web"}},
		{name: "leaves out a chart that stays as it is", preview: preview(stays(release), will(service)), want: []string{"Service shop/web"}},
		{name: "takes what is there and shall go", preview: preview(was(service)), want: []string{"Service shop/web"}},
		{name: "knows a name that is another one next time", preview: preview(will(secret)),
			want: []string{"Secret shop/key-1234 generated"}},
		{name: "knows the context that the stack is bound to", preview: preview(will(provider), will(service)),
			want: []string{"Service shop/web"}, context: "kind-shop"},
		{name: "leaves out what is not on the cluster", preview: preview(will(component), will(monitor), will(service)),
			want: []string{"Service shop/web"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stack, err := declared.Read(strings.NewReader(c.preview))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range stack.Objects {
				text := o.String()
				if o.Protected {
					text += " protected"
				}
				if o.Generated() {
					text += " generated"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, got); diff != "" || stack.Context != c.context {
				t.Errorf("context %q, want %q; -want +got:\n%s", stack.Context, c.context, diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, preview string
		want          []string
	}{
		{name: "what is no preview", preview: `no stack named "stagin" found`, want: []string{"pulumi preview --json"}},
		{name: "a preview without objects", preview: preview(will(component)), want: []string{"no object of Kubernetes"}},
		{name: "a preview that failed", preview: `{"diagnostics": [{"severity": "error", "message": "cluster: too old\n"}]}`,
			want: []string{"cluster: too old"}},
		{name: "a chart, and an object without a name, at once", preview: preview(will(service), will(release), will(unnamed)),
			want: []string{"urn:datadog: what a chart makes", "run `pulumi up` as an administrator", "urn:unnamed: its kind or its name"}},
		{name: "a chart that is to go", preview: preview(was(release)), want: []string{"urn:datadog: what a chart makes"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := declared.Read(strings.NewReader(c.preview))
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
		})
	}
}
