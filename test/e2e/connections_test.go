package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// allowed is the whole list of who may reach whom; everything else must not be reached. The frontend is open to anybody
// because of its node port. Strangers have no part in the shop: one is in its namespace, one in a namespace without
// policies, which shows that each of the addresses can be reached where nothing forbids it.
func allowed() map[string][]string {
	return map[string][]string{
		"frontend":         {"product-api", "order-api"},
		"order-api":        {"product-api", "database"},
		"product-api":      {"database"},
		"database":         {},
		"database-backup":  {"database"},
		"stranger inside":  {},
		"stranger outside": {"frontend", "the API server", "outside"},
	}
}

// connects tries every connection of the shop in a namespace, and holds it against what is allowed.
func (p *platform) connects(t *testing.T, namespace string) {
	t.Helper()
	targets := p.targets(t, namespace)
	targets["outside"] = listenOutside(t, p.openOutwards(t))
	probe := p.probeImage(t)
	pods := map[string]*corev1.Pod{}
	for source := range allowed() {
		pods[source] = probePod(probe, namespace, "probe-"+strings.ReplaceAll(source, " ", "-"), targets)
		pods[source].Labels = p.labels(t, namespace, source)
	}
	pods["stranger outside"].Namespace = "probes"
	p.create(t, `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "probes"}}`, "namespace", "probes")
	for _, pod := range pods {
		p.kubectl(t, mustYAML(t, pod), "create", "-f", "-")
	}
	for source, pod := range pods {
		reached := p.reached(t, pod, targets)
		want := slices.Sorted(slices.Values(allowed()[source]))
		if !slices.Equal(reached, want) {
			t.Errorf("%s reached %q, want %q", source, reached, want)
		}
	}
}

// targets are the addresses that might be reached: every port of every service, the API server.
func (p *platform) targets(t *testing.T, namespace string) map[string]string {
	t.Helper()
	in := "." + namespace + ".svc.cluster.local:"
	targets := map[string]string{
		"frontend":       "frontend-service" + in + "3000",
		"product-api":    "product-api-service" + in + "5003",
		"order-api":      "order-api-service" + in + "5004",
		"database":       "database" + in + "5432",
		"the API server": "kubernetes.default.svc.cluster.local:443",
	}
	for _, service := range []string{"frontend", "product-api", "order-api"} {
		address := p.kubectl(t, "", "-n", namespace, "get", "pod", "-l", "app="+service, "-o", "jsonpath={.items[0].status.podIP}")
		targets["metrics of "+service] = address + ":9090"
	}
	return targets
}

// labels are those of the pods of a part of the shop: policies know pods by nothing else.
func (p *platform) labels(t *testing.T, namespace, part string) map[string]string {
	t.Helper()
	kinds := map[string]string{
		"frontend": "deployment", "product-api": "deployment", "order-api": "deployment", "database": "statefulset",
	}
	path := "{.spec.template.metadata.labels}"
	if part == "database-backup" {
		kinds[part], path = "cronjob", "{.spec.jobTemplate.spec.template.metadata.labels}"
	}
	if kinds[part] == "" {
		return nil
	}
	text := p.kubectl(t, "", "-n", namespace, "get", kinds[part], part, "-o", "jsonpath="+path)
	labels := map[string]string{}
	if err := json.Unmarshal([]byte(text), &labels); err != nil {
		t.Fatalf("labels of %s: %v: %s", part, err, text)
	}
	return labels
}

// probePod tries all targets. It is never ready, so that no Service sends it anything, whatever its labels.
func probePod(image, namespace, name string, targets map[string]string) *corev1.Pod {
	pod := tidyPod(namespace)
	pod.Name = name
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/never"}}
	only := &pod.Spec.Containers[0]
	only.Image, only.Command = image, append([]string{"/probe"}, slices.Sorted(maps.Values(targets))...)
	pod.ObjectMeta = metav1.ObjectMeta{Name: name, Namespace: namespace}
	return pod
}

// reached lists the targets that a probe reached, once it has ended, and deletes it.
func (p *platform) reached(t *testing.T, pod *corev1.Pod, targets map[string]string) []string {
	t.Helper()
	in := []string{"-n", pod.Namespace}
	p.kubectl(t, "", append(in, "wait", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s", "pod/"+pod.Name)...)
	said := strings.Fields(p.kubectl(t, "", append(in, "logs", pod.Name)...))
	p.kubectl(t, "", append(in, "delete", "--wait=false", "pod", pod.Name)...)
	var names []string
	for name, address := range targets {
		if slices.Contains(said, address) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
