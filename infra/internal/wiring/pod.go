package wiring

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// pod is a pod as one of the objects will make it.
type pod struct {
	// owner is "Kind name" of the object.
	owner string
	// name is the object's name.
	name      string
	namespace string
	template  *corev1.PodTemplateSpec
	// stays says that the pod is meant to run for ever.
	stays bool
	// selector finds the pod; nil for jobs, which label their pods themselves.
	selector *metav1.LabelSelector
	// replicas is the least number of pods at rest.
	replicas int32
	// everyNode says that there is one on each node.
	everyNode bool
}

// pods lists every kind of pod that there can be.
func (o *Objects) pods() []pod {
	var list []pod
	for _, d := range o.Deployments {
		list = append(list, pod{
			owner: "Deployment " + d.Name, name: d.Name, namespace: d.Namespace, template: &d.Spec.Template, stays: true,
			selector: d.Spec.Selector, replicas: o.least(d.Name, d.Spec.Replicas),
		})
	}
	for _, s := range o.StatefulSets {
		list = append(list, pod{
			owner: "StatefulSet " + s.Name, name: s.Name, namespace: s.Namespace, template: &s.Spec.Template, stays: true,
			selector: s.Spec.Selector, replicas: o.least(s.Name, s.Spec.Replicas),
		})
	}
	for _, d := range o.DaemonSets {
		list = append(list, pod{
			owner: "DaemonSet " + d.Name, name: d.Name, namespace: d.Namespace, template: &d.Spec.Template, stays: true,
			selector: d.Spec.Selector, replicas: 1, everyNode: true,
		})
	}
	for _, c := range o.CronJobs {
		list = append(list, pod{
			owner: "CronJob " + c.Name, name: c.Name, namespace: c.Namespace, template: &c.Spec.JobTemplate.Spec.Template,
		})
	}
	for _, j := range o.Jobs {
		list = append(list, pod{
			owner: "Job " + j.Name, name: j.Name, namespace: j.Namespace, template: &j.Spec.Template,
		})
	}
	return list
}

// least is how many pods a workload has at least: its autoscaler knows, where it has one.
func (o *Objects) least(name string, replicas *int32) int32 {
	for _, a := range o.Autoscalers {
		if a.Spec.ScaleTargetRef.Name == name && a.Spec.MinReplicas != nil {
			return *a.Spec.MinReplicas
		}
	}
	if replicas == nil {
		return 1
	}
	return *replicas
}

// containers are the pod's containers, those that only prepare it first.
func (p pod) containers() []*corev1.Container {
	var list []*corev1.Container
	for i := range p.template.Spec.InitContainers {
		list = append(list, &p.template.Spec.InitContainers[i])
	}
	for i := range p.template.Spec.Containers {
		list = append(list, &p.template.Spec.Containers[i])
	}
	return list
}

// listens reports whether a container of the pod says that it listens on the port.
func (p pod) listens(number int32) bool {
	for _, c := range p.containers() {
		for _, port := range c.Ports {
			if port.ContainerPort == number {
				return true
			}
		}
	}
	return false
}

// port resolves a port's name or number; ok is false if no container has it.
func (p pod) port(name string, number int32) (int32, bool) {
	for _, c := range p.containers() {
		for _, port := range c.Ports {
			if (name != "" && port.Name == name) || (name == "" && port.ContainerPort == number) {
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}

// internal reports whether the port is one that only whoever watches may ask.
func (p pod) internal(number int32) bool {
	for _, c := range p.containers() {
		for _, port := range c.Ports {
			if port.ContainerPort == number && port.Name == "internal" {
				return true
			}
		}
	}
	return false
}

// matches reports whether a selector finds the pod.
func (p pod) matches(selector map[string]string) bool {
	return labels.SelectorFromSet(selector).Matches(labels.Set(p.template.Labels))
}

// selected lists the pods of a namespace that a selector finds.
func (o *Objects) selected(namespace string, selector map[string]string) []pod {
	var found []pod
	for _, p := range o.pods() {
		if p.namespace == namespace && p.matches(selector) {
			found = append(found, p)
		}
	}
	return found
}

func find[T any](list []*T, name string, nameOf func(*T) string) *T {
	for _, object := range list {
		if nameOf(object) == name {
			return object
		}
	}
	return nil
}
