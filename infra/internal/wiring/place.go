package wiring

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// places demands that every object is in a namespace that is declared.
func (c *checker) places() {
	declared := map[string]bool{}
	for _, n := range c.Namespaces {
		declared[n.Name] = true
		if level := n.Labels["pod-security.kubernetes.io/enforce"]; level != "restricted" && !c.sees(n.Name) && !c.filled(n.Name) {
			c.fail("Namespace "+n.Name, "Pod Security is %q, want restricted", level)
		}
		if !c.denied(n.Name) {
			c.fail("Namespace "+n.Name, "no policy denies what is not allowed")
		}
	}
	for where, meta := range c.meta() {
		// Rights may be given in namespaces that others own, and nothing else.
		if kind, _ := cutKind(where); kind == "Role" || kind == "RoleBinding" {
			continue
		}
		if meta.Namespace != "" && !declared[meta.Namespace] {
			c.fail(where, "namespace %s is not declared", meta.Namespace)
		}
	}
}

// sees reports whether a namespace holds nothing but pods that look at their node, which Pod Security knows no other
// level for, and that cannot write there.
func (c *checker) sees(namespace string) bool {
	seen := false
	for _, p := range c.selected(namespace, nil) {
		folders := p.nodeFolders()
		if len(folders) == 0 {
			return false
		}
		for _, container := range p.containers() {
			for _, mount := range container.VolumeMounts {
				if folders[mount.Name] && !mount.ReadOnly {
					return false
				}
			}
		}
		seen = true
	}
	return seen
}

// nodeFolders are the pod's volumes that are folders of its node.
func (p pod) nodeFolders() map[string]bool {
	folders := map[string]bool{}
	for _, v := range p.template.Spec.Volumes {
		if v.HostPath != nil {
			folders[v.Name] = true
		}
	}
	return folders
}

// denied reports whether a policy for every pod of the namespace allows nothing.
func (c *checker) denied(namespace string) bool {
	for _, p := range c.Policies {
		if p.Namespace == namespace && len(p.Spec.PodSelector.MatchLabels) == 0 && len(p.Spec.PolicyTypes) == 2 &&
			len(p.Spec.Ingress) == 0 && len(p.Spec.Egress) == 0 {
			return true
		}
	}
	return false
}

// everywhere are the labels that every object has.
func everywhere() []string {
	return []string{
		"app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/part-of",
		"app.kubernetes.io/managed-by", "environment", "app", "tier",
	}
}

// labels demands that every object and pod says what it is and where it runs, and that Datadog's tags agree.
func (c *checker) labels() {
	for where, meta := range c.meta() {
		c.labelled(where, meta)
	}
	for _, p := range c.pods() {
		where := p.owner + ": pods"
		c.labelled(where, &p.template.ObjectMeta)
		for tag, label := range map[string]string{
			"tags.datadoghq.com/env":     "environment",
			"tags.datadoghq.com/service": "app.kubernetes.io/name",
			"tags.datadoghq.com/version": "app.kubernetes.io/version",
		} {
			if got, want := p.template.Labels[tag], p.template.Labels[label]; got != want || got == "" {
				c.fail(where, "label %s is %q, want %q", tag, got, want)
			}
		}
	}
}

func (c *checker) labelled(where string, meta *metav1.ObjectMeta) {
	for _, label := range everywhere() {
		if meta.Labels[label] == "" {
			c.fail(where, "no label %s", label)
		}
	}
	if got := meta.Labels["environment"]; got != "" && got != c.stack.Environment {
		c.fail(where, "label environment is %q, want %q", got, c.stack.Environment)
	}
}

// selector demands that an owner finds its own pods, by labels that no release changes, and nobody else's.
func (c *checker) selector(p pod) {
	if p.selector == nil {
		return
	}
	if !p.matches(p.selector.MatchLabels) {
		c.fail(p.owner, "selector %v does not match its pods", p.selector.MatchLabels)
	}
	for _, changing := range []string{"app.kubernetes.io/version", "tags.datadoghq.com/version"} {
		if _, ok := p.selector.MatchLabels[changing]; ok {
			c.fail(p.owner, "selector has %s, which changes with every release", changing)
		}
	}
	for _, other := range c.selected(p.namespace, p.selector.MatchLabels) {
		if other.owner != p.owner {
			c.fail(p.owner, "selector %v also matches pods of %s", p.selector.MatchLabels, other.owner)
		}
	}
}

// unused reports what nothing refers to: either it is not needed, or a reference to it is misspelt.
func (c *checker) unused() {
	used := map[string]bool{}
	for _, p := range c.pods() {
		for reference := range references(p) {
			used[reference.kind+" "+reference.name] = true
		}
	}
	for _, where := range slices.Sorted(maps.Keys(c.meta())) {
		switch kind, _ := cutKind(where); kind {
		case "Secret", "ConfigMap", "PersistentVolumeClaim", "ServiceAccount":
			if meta := c.meta()[where]; !used[where] && !c.given(meta.Namespace, meta.Name) {
				c.fail(where, "nothing uses it")
			}
		}
	}
}
