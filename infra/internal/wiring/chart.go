package wiring

import (
	"slices"
	"strings"
)

// Chart is a Helm release: the pods that it makes are not in the declaration.
type Chart struct {
	// Namespace is where its pods are.
	Namespace string
	// Text is everything that it is given.
	Text string
}

// filled reports whether a chart makes the pods of a namespace, so that rules about them have nothing to look at.
func (c *checker) filled(namespace string) bool {
	return slices.ContainsFunc(c.Charts, func(chart *Chart) bool { return chart.Namespace == namespace })
}

// given reports whether a chart of the namespace is told of a name.
func (c *checker) given(namespace, name string) bool {
	return slices.ContainsFunc(c.Charts, func(chart *Chart) bool {
		return chart.Namespace == namespace && strings.Contains(chart.Text, `"`+name+`"`)
	})
}

// elsewhere splits the name of a Service in another namespace, which others declare.
func elsewhere(host string) (namespace string, ok bool) {
	parts := strings.Split(host, ".")
	if len(parts) < 3 || parts[2] != "svc" {
		return "", false
	}
	return parts[1], true
}

// leaves demands that a pod may connect to a port of pods in another namespace.
func (c *checker) leaves(from pod, what, namespace string, number int32) {
	for _, p := range c.Policies {
		if p.Namespace != from.namespace || !from.matches(p.Spec.PodSelector.MatchLabels) {
			continue
		}
		for _, rule := range p.Spec.Egress {
			for _, peer := range rule.To {
				if opens(rule.Ports, number) && peer.NamespaceSelector != nil && namespaceOf(peer, "") == namespace {
					return
				}
			}
		}
	}
	c.fail(from.owner, "%s: no policy lets it out to namespace %s port %d", what, namespace, number)
}
