package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	goyaml "go.yaml.in/yaml/v3"
)

// declared is every object that a shipped stack declares, as the golden file shows it. The file also has what is no
// object: Helm's releases and Datadog's resources.
func (p *platform) declared(t *testing.T, stack string) []unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "infra", "testdata", stack+".golden.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var list []unstructured.Unstructured
	for reader := goyaml.NewDecoder(bytes.NewReader(text)); ; {
		var object map[string]any
		err := reader.Decode(&object)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if object["apiVersion"] != nil {
			list = append(list, unstructured.Unstructured{Object: object})
		}
	}
}

// ground reports whether other objects cannot be judged without this one: an account that pods name, a rule, a
// namespace.
func ground(object unstructured.Unstructured) bool {
	switch object.GetKind() {
	case "Namespace", "ResourceQuota", "LimitRange", "ServiceAccount",
		"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
		return true
	}
	return false
}

// lay creates the ground of a stack that does not run here, and takes it away with the test. It returns the shop's own
// namespace.
func (p *platform) lay(t *testing.T, stack string) (namespace string) {
	t.Helper()
	objects := p.declared(t, stack)
	p.layNamespaces(t, objects)
	for _, object := range objects {
		switch {
		case object.GetKind() == "Namespace" && strings.HasPrefix(object.GetName(), "techcommerce"):
			namespace = object.GetName()
		case object.GetKind() == "Namespace" || !ground(object):
		case object.GetNamespace() == "":
			p.create(t, text(t, object), object.GetKind(), object.GetName())
		default:
			p.kubectl(t, text(t, object), "create", "-f", "-")
		}
	}
	for _, object := range objects {
		if object.GetKind() == "ResourceQuota" {
			p.kubectl(t, "", "wait", "--namespace", object.GetNamespace(), "--for=jsonpath={.status.hard.pods}",
				"resourcequota", object.GetName())
		}
	}
	return namespace
}

// layNamespaces creates what the stack declares, and stand-ins for those that somebody else would have made, such as the
// ingress controller's.
func (p *platform) layNamespaces(t *testing.T, objects []unstructured.Unstructured) {
	t.Helper()
	wanted := map[string]string{}
	for _, object := range objects {
		if name := object.GetNamespace(); name != "" && wanted[name] == "" {
			wanted[name] = `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "` + name + `"}}`
		}
		if object.GetKind() == "Namespace" {
			wanted[object.GetName()] = text(t, object)
		}
	}
	for name, object := range wanted {
		ending, err := p.tryKubectl(t, "", "get", "namespace", name, "-o", "jsonpath={.metadata.deletionTimestamp}")
		if err == nil && ending == "" {
			continue
		}
		if err == nil { // another stack's, of the same name
			p.kubectl(t, "", "wait", "--for=delete", "--timeout=2m", "namespace/"+name)
		}
		p.create(t, object, "namespace", name)
	}
}

// create creates an object that is in no namespace, and deletes it with the test.
func (p *platform) create(t testing.TB, object, kind, name string) {
	t.Helper()
	p.kubectl(t, object, "create", "-f", "-")
	t.Cleanup(func() {
		if _, err := p.tryKubectl(t, "", "delete", "--wait=false", kind, name); err != nil {
			t.Error(err)
		}
	})
}

func (p *platform) judgesProduction(t *testing.T) {
	p.lay(t, "production")
	p.admits(t, "production")
}

func (p *platform) judgesStaging(t *testing.T) {
	namespace := p.lay(t, "staging")
	p.admits(t, "staging")
	p.refuses(t, namespace)
	p.judgesUpdates(t, namespace)
}

// admits sends every object of a stack that does not run here through the real API server, and the pods that its
// workloads would make, under the stack's own quota, limits and admission rules.
func (p *platform) admits(t *testing.T, stack string) {
	t.Helper()
	var all bytes.Buffer
	objects, pods := 0, 0
	for _, object := range p.declared(t, stack) {
		if object.GetKind() == "Secret" {
			object.Object["data"] = map[string]any{"value": "aGlkZGVu"} // golden files show no secret
		}
		all.WriteString("---\n" + text(t, object))
		objects++
		if pod := podOf(t, object); pod != nil {
			all.WriteString("---\n" + mustYAML(t, pod))
			pods++
		}
	}
	said := p.kubectl(t, all.String(), "apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-")
	if got := strings.Count(said, "(server dry run)"); got != objects+pods || pods == 0 {
		t.Errorf("%s: %d objects and %d pods were sent, %d admitted:\n%s", stack, objects, pods, got, said)
	}
}

// podOf is the pod that a workload makes, nil for anything else.
func podOf(t *testing.T, object unstructured.Unstructured) *corev1.Pod {
	t.Helper()
	path := map[string][]string{
		"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"},
		"Job": {"spec", "template"}, "CronJob": {"spec", "jobTemplate", "spec", "template"},
	}[object.GetKind()]
	if path == nil {
		return nil
	}
	template, found, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	if err != nil || !found {
		t.Fatalf("%s %s: no template (%v)", object.GetKind(), object.GetName(), err)
	}
	pod := &corev1.Pod{}
	encoded, err := json.Marshal(template)
	if err == nil {
		err = json.Unmarshal(encoded, pod)
	}
	if err != nil {
		t.Fatal(err)
	}
	pod.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
	pod.Name, pod.Namespace = strings.ToLower(object.GetKind())+"-"+object.GetName(), object.GetNamespace()
	return pod
}

func text(t *testing.T, object unstructured.Unstructured) string {
	t.Helper()
	return mustYAML(t, object.Object)
}

func mustYAML(t testing.TB, value any) string {
	t.Helper()
	text, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// inForce waits until a rule that has just been created refuses what it must.
func (p *platform) inForce(t *testing.T, pod *corev1.Pod, want string) {
	t.Helper()
	eventually(t, 20*time.Second, func() error { return p.refused(t, mustYAML(t, pod), want) })
}
