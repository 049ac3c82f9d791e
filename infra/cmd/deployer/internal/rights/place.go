package rights

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// kind is a kind of object as rights name it.
type kind struct{ group, resource string }

// name is one object of a kind.
type name struct {
	kind
	name string
	// removable says that the stack may delete the object.
	removable bool
}

// place collects what is needed in one namespace, or outside all.
type place struct {
	kinds []kind
	names []name
	// rules are those that come as they are.
	rules []rbacv1.PolicyRule
}

// whole allows everything with every object of a kind.
func (p *place) whole(k kind) { p.kinds = append(p.kinds, k) }

// named allows everything with one object.
func (p *place) named(k kind, n string, removable bool) {
	p.names = append(p.names, name{kind: k, name: n, removable: removable})
}

// Server-side apply is a patch, and for an object that is not there yet also a create of that name. The provider waits
// for the end of a deletion by watching the whole kind, and without that right it would wait for ever.
func making() []string   { return []string{"create", "get", "patch"} }
func removing() []string { return []string{"delete"} }
func watching() []string { return []string{"list", "watch"} }

// policy writes the place's needs as RBAC does, each thing once and in a fixed order.
func (p place) policy() []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	for _, k := range sorted(p.kinds, compareKinds) {
		if last := len(rules) - 1; last >= 0 && rules[last].APIGroups[0] == k.group {
			rules[last].Resources = append(rules[last].Resources, k.resource)
			continue
		}
		rules = append(rules, rule(k, slices.Concat(making(), removing(), watching())))
	}
	var named []kind
	for _, n := range p.names {
		named = append(named, n.kind)
	}
	for _, k := range sorted(named, compareKinds) {
		rules = append(rules, p.about(k)...)
	}
	for _, r := range p.rules {
		if !slices.ContainsFunc(rules, func(other rbacv1.PolicyRule) bool { return equality.Semantic.DeepEqual(r, other) }) {
			rules = append(rules, r)
		}
	}
	return rules
}

// about are the rules for the objects of one kind that have names.
func (p place) about(k kind) []rbacv1.PolicyRule {
	var all, removable []string
	for _, n := range p.names {
		if n.kind != k {
			continue
		}
		all = append(all, n.name)
		if n.removable {
			removable = append(removable, n.name)
		}
	}
	rules := []rbacv1.PolicyRule{rule(k, making(), sorted(all, cmp.Compare[string])...)}
	if len(removable) > 0 {
		rules = append(rules,
			rule(k, removing(), sorted(removable, cmp.Compare[string])...),
			rule(k, watching()),
		)
	}
	return rules
}

func rule(k kind, verbs []string, names ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{
		APIGroups: []string{k.group}, Resources: []string{k.resource}, Verbs: verbs, ResourceNames: names,
	}
}

func sorted[T comparable](list []T, compare func(a, b T) int) []T {
	list = slices.Clone(list)
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}

func compareKinds(a, b kind) int {
	return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.resource, b.resource))
}
