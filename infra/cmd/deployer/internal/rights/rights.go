// Package rights derives from what a stack declares the least that an account needs to bring it up, to look at it, and to
// take it away again. It asks no cluster and keeps no list of kinds.
package rights

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/declared"
)

// Rights is what an account may do.
type Rights struct {
	// Namespaces are the stack's own, sorted.
	Namespaces []Namespace
	// In has the rules for each namespace, also for those that the stack does not own.
	In map[string][]rbacv1.PolicyRule
	// Everywhere are the rules for what is in no namespace.
	Everywhere []rbacv1.PolicyRule
}

// Namespace is one of the stack's own.
type Namespace struct {
	Name string
	// PodSecurity are its labels that say what pods there may do.
	PodSecurity map[string]string
}

// Served says how the cluster serves a kind.
type Served func(apiVersion, kind string) (metav1.APIResource, error)

// Derive derives the rights for a stack. Every object that it cannot give exact rights for is a problem.
func Derive(stack declared.Stack, served Served) (Rights, error) {
	d := deriver{stack: stack, own: namespaces(stack), places: map[string]*place{"": {}}}
	var problems []error
	for _, o := range stack.Objects {
		resource, err := served(o.GetAPIVersion(), o.GetKind())
		if err == nil {
			err = d.object(o, resource)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", o, err))
		}
	}
	for name := range d.own {
		d.at(name).rules = append(d.at(name).rules, following()...)
	}
	d.at("").rules = append(d.at("").rules, asking()...)
	return d.rights(), errors.Join(problems...)
}

var scheduled, jobs = kind{"batch", "cronjobs"}, kind{"batch", "jobs"}

type deriver struct {
	stack declared.Stack
	// own has the stack's namespaces by name.
	own map[string]Namespace
	// places has what is needed in each namespace, and outside all under no name.
	places map[string]*place
}

func (d deriver) at(namespace string) *place {
	if d.places[namespace] == nil {
		d.places[namespace] = &place{}
	}
	return d.places[namespace]
}

func (d deriver) object(o declared.Object, resource metav1.APIResource) error {
	namespace := ""
	if resource.Namespaced {
		if namespace = o.GetNamespace(); namespace == "" {
			return errors.New("it says no namespace")
		}
	}
	where := kind{group: o.GroupVersionKind().Group, resource: resource.Name}
	_, own := d.own[namespace]
	switch {
	case own:
		d.at(namespace).whole(where)
		if where == scheduled { // what runs on schedule is also run before a migration
			d.at(namespace).rules = append(d.at(namespace).rules, rule(jobs, []string{"create", "get"}))
		}
	case o.Generated():
		return errors.New("outside the stack's own namespaces a right needs a fixed name")
	case where == kind{resource: "secrets"}:
		// Its deletion is followed by watching all of its kind.
		return errors.New("the Secrets of a namespace that is not the stack's own would all be open to it")
	default:
		d.at(namespace).named(where, o.GetName(), !o.Protected)
	}
	if where.group != rbacv1.GroupName {
		return nil
	}
	granted, err := d.granted(o, where)
	d.at(namespace).rules = append(d.at(namespace).rules, granted...)
	return err
}

// granted is what it takes to declare a role or a binding. Nobody may write rights into a role that they do not have, so
// the account has them; the other way, the verb escalate, would let it write anything, and so become anything. Nobody may
// bind a role that is not there, as in a preview, but with the verb bind; for a role that holds no more than the account
// itself that gives nothing away.
func (d deriver) granted(o declared.Object, where kind) ([]rbacv1.PolicyRule, error) {
	if strings.HasSuffix(o.GetKind(), "Binding") {
		return nil, d.bound(o)
	}
	rules, err := rulesOf(o)
	return append(rules, rule(where, []string{"bind"}, o.GetName())), err
}

// bound checks that a binding refers to a role of the stack: the account holds the rights of no other.
func (d deriver) bound(binding declared.Object) error {
	kind, name := reference(binding)
	for _, o := range d.stack.Objects {
		same := kind == "ClusterRole" || o.GetNamespace() == binding.GetNamespace()
		if o.GetKind() == kind && o.GetName() == name && same {
			return nil
		}
	}
	return fmt.Errorf("it grants the %s %s, which the stack does not declare", kind, name)
}

func (d deriver) rights() Rights {
	r := Rights{In: map[string][]rbacv1.PolicyRule{}}
	for name, p := range d.places {
		if name == "" {
			r.Everywhere = p.policy()
			continue
		}
		r.In[name] = p.policy()
	}
	for _, n := range d.own {
		r.Namespaces = append(r.Namespaces, n)
	}
	slices.SortFunc(r.Namespaces, func(a, b Namespace) int { return strings.Compare(a.Name, b.Name) })
	return r
}

// namespaces are those that the stack declares itself.
func namespaces(stack declared.Stack) map[string]Namespace {
	own := map[string]Namespace{}
	for _, o := range stack.Objects {
		if o.GetAPIVersion() != "v1" || o.GetKind() != "Namespace" {
			continue
		}
		n := Namespace{Name: o.GetName(), PodSecurity: map[string]string{}}
		for key, value := range o.GetLabels() {
			if strings.HasPrefix(key, PodSecurity) {
				n.PodSecurity[key] = value
			}
		}
		own[n.Name] = n
	}
	return own
}

// PodSecurity begins the labels of a namespace that say what pods there may do.
const PodSecurity = "pod-security.kubernetes.io/"
