package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
)

// judgesUpdates takes the registry of a pod that is there off the stack's list. The pod must not be renewed then, but what
// Kubernetes does to it all the time must go on: a Job whose pods cannot be cleaned up never ends.
func (p *platform) judgesUpdates(t *testing.T, namespace string) {
	t.Helper()
	pod := tidyPod(namespace)
	p.kubectl(t, mustYAML(t, pod), "create", "-f", "-")
	p.allowOnly(t, namespace, "nowhere.example.com")
	p.inForce(t, pod, needsRegistry)
	p.kubectl(t, "", "-n", namespace, "label", "pod", pod.Name, "changed=yes")
	for _, finalizers := range []string{`["techcommerce/test"]`, `null`} {
		p.kubectl(t, "", "-n", namespace, "patch", "pod", pod.Name, "--type=merge", "-p", `{"metadata":{"finalizers":`+finalizers+`}}`)
	}
	_, err := p.tryKubectl(t, "", "-n", namespace, "set", "image", "pod/"+pod.Name, "only="+strings.Replace(tidyImage, "frontend", "other", 1)+someDigest)
	if err == nil || !strings.Contains(err.Error(), needsRegistry) {
		t.Errorf("another image from a registry that is not allowed: want it refused, got %v", err)
	}
	p.kubectl(t, "", "-n", namespace, "delete", "pod", pod.Name, "--now")
}

// allowOnly makes one registry the only one that images of a namespace may come from.
func (p *platform) allowOnly(t *testing.T, namespace, registry string) {
	t.Helper()
	name := namespace + "-pods"
	var policy admissionv1.ValidatingAdmissionPolicy
	mustRead(t, []byte(p.kubectl(t, "", "get", "validatingadmissionpolicy", name, "-o", "json")), &policy)
	for i := range policy.Spec.Variables {
		if policy.Spec.Variables[i].Name == "registries" {
			policy.Spec.Variables[i].Expression = `["` + registry + `"]`
		}
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"variables": policy.Spec.Variables}})
	if err != nil {
		t.Fatal(err)
	}
	p.kubectl(t, "", "patch", "validatingadmissionpolicy", name, "--type=merge", "-p", string(patch))
}
