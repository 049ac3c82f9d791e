package wiring

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
)

func nameOfService(s *corev1.Service) string { return s.Name }

// services demands that every Service finds pods which listen where it sends.
func (c *checker) services() {
	for _, s := range c.Services {
		where := "Service " + s.Name
		pods := c.selected(s.Namespace, s.Spec.Selector)
		if len(pods) == 0 {
			c.fail(where, "selector %v matches no pods", s.Spec.Selector)
		}
		for _, port := range s.Spec.Ports {
			for _, p := range pods {
				number, ok := p.port(port.TargetPort.StrVal, port.TargetPort.IntVal)
				switch {
				case !ok:
					c.fail(where, "sends to port %s, which %s does not have", port.TargetPort.String(), p.owner)
				case p.internal(number):
					c.fail(where, "opens the internal port of %s", p.owner)
				case number != port.Port:
					c.fail(where, "port %d is %d in the container: one number for both", port.Port, number)
				}
			}
		}
	}
	for _, s := range c.StatefulSets {
		if find(c.Services, s.Spec.ServiceName, nameOfService) == nil {
			c.fail("StatefulSet "+s.Name, "there is no Service %s", s.Spec.ServiceName)
		}
	}
}

// scaling demands that an autoscaler has something to scale, and to measure, and nobody who contradicts it.
func (c *checker) scaling() {
	for _, a := range c.Autoscalers {
		where := "HorizontalPodAutoscaler " + a.Name
		scaled := false
		for _, d := range c.Deployments {
			if d.Name != a.Spec.ScaleTargetRef.Name || d.Namespace != a.Namespace {
				continue
			}
			scaled = true
			if d.Spec.Replicas != nil {
				c.fail("Deployment "+d.Name, "sets replicas to %d, which %s owns", *d.Spec.Replicas, where)
			}
		}
		if !scaled {
			c.fail(where, "there is no Deployment %s", a.Spec.ScaleTargetRef.Name)
		}
		if a.Spec.MinReplicas == nil || *a.Spec.MinReplicas > a.Spec.MaxReplicas {
			c.fail(where, "least and greatest number of pods contradict each other")
		}
		if len(a.Spec.Metrics) == 0 || a.Spec.Metrics[0].Type != autoscalingv2.ResourceMetricSourceType {
			c.fail(where, "measures nothing that the metrics API has")
		}
	}
}

// budgets demands that pods that there are several of may be moved one by one, and that no budget forbids it. A DaemonSet
// has none: a drain leaves its pods where they are, and Kubernetes cannot count how many of them there should be.
func (c *checker) budgets() {
	for _, p := range c.pods() {
		if !p.stays {
			continue
		}
		guarded := false
		for _, b := range c.Budgets {
			guarded = guarded || b.Namespace == p.namespace && p.matches(b.Spec.Selector.MatchLabels)
		}
		switch {
		case guarded && p.everyNode:
			c.fail(p.owner, "a PodDisruptionBudget, which Kubernetes cannot compute for it")
		case !guarded && !p.everyNode:
			c.fail(p.owner, "no PodDisruptionBudget")
		}
	}
	for _, b := range c.Budgets {
		where := "PodDisruptionBudget " + b.Name
		if len(c.selected(b.Namespace, b.Spec.Selector.MatchLabels)) == 0 {
			c.fail(where, "selector %v matches no pods", b.Spec.Selector.MatchLabels)
		}
		if m := b.Spec.MaxUnavailable; m == nil || m.IntVal < 1 {
			c.fail(where, "forbids every move")
		}
	}
}

// ingresses demands that a way in leads to a Service's port.
func (c *checker) ingresses() {
	for _, i := range c.Ingresses {
		where := "Ingress " + i.Name
		for _, rule := range i.Spec.Rules {
			for _, p := range rule.HTTP.Paths {
				to := target{host: p.Backend.Service.Name, port: p.Backend.Service.Port.Number}
				if s := c.service(i.Namespace, to.host); s == nil {
					c.fail(where, "there is no Service %s", to.host)
				} else if !hasPort(s, to.port) {
					c.fail(where, "Service %s has no port %d", to.host, to.port)
				}
			}
		}
		for _, t := range i.Spec.TLS {
			if len(i.Spec.Rules) != 1 || len(t.Hosts) != 1 || t.Hosts[0] != i.Spec.Rules[0].Host {
				c.fail(where, "certificate is for %v, not for the host", t.Hosts)
			}
		}
	}
}

func (c *checker) service(namespace, name string) *corev1.Service {
	s := find(c.Services, name, nameOfService)
	if s == nil || s.Namespace != namespace {
		return nil
	}
	return s
}

func hasPort(s *corev1.Service, number int32) bool {
	for _, port := range s.Spec.Ports {
		if port.Port == number {
			return true
		}
	}
	return false
}
