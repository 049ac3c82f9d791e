// Package account is the account that a pipeline works on one stack with: what it consists of on the cluster, how it gets
// there, and the kubeconfig that lets somebody in with it. What the account may do, others decide.
package account

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/rights"
)

const (
	// home is the namespace of all deployers. It is no stack's, so destroying a stack leaves its deployer.
	home = "techcommerce-deployers"
	// label marks what belongs to a deployer; its value is the stack.
	label = "techcommerce/deployer"
)

// Account is the deployer of one stack, or who only previews it.
type Account struct {
	stack  string
	rights rights.Rights
	// previews says that every write of the account must be a trial.
	previews bool
}

// trial ends the name of an account that only previews.
const trial = "-preview"

// New is the account of a stack, with these rights.
func New(stack string, r rights.Rights) (Account, error) {
	name := stack[strings.LastIndex(stack, "/")+1:]
	if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
		return Account{}, fmt.Errorf("stack %s: Kubernetes wants another name: %s", stack, strings.Join(problems, "; "))
	}
	if strings.HasSuffix(name, trial) {
		return Account{}, fmt.Errorf("stack %s: names that end in %s are those of accounts that only preview", stack, trial)
	}
	return Account{stack: name, rights: r}, nil
}

// Previewing is the account for those who may see what an update would do, and do nothing: pull requests.
func (a Account) Previewing() Account {
	a.previews, a.rights = true, a.rights.Trials()
	return a
}

// ID is what the account is called in its home: its stack's name, or that and what it is for.
func (a Account) ID() string {
	if a.previews {
		return a.stack + trial
	}
	return a.stack
}

// name is what everything is called that must not be taken for another stack's.
func (a Account) name() string { return "techcommerce-deployer-" + a.ID() }

// user is who the API server takes the account for.
func (a Account) user() string { return "system:serviceaccount:" + home + ":" + a.ID() }

// Objects are everything that the account consists of, in the order in which it can be made.
func (a Account) Objects() ([]unstructured.Unstructured, error) {
	never := false
	typed := []any{
		namespace(home, nil),
		&corev1.ServiceAccount{
			TypeMeta:                     metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
			ObjectMeta:                   a.meta(a.ID(), home),
			AutomountServiceAccountToken: &never,
		},
	}
	for _, n := range a.rights.Namespaces {
		typed = append(typed, namespace(n.Name, n.PodSecurity))
	}
	typed = append(typed, a.guard()...)
	if a.previews {
		typed = append(typed, a.onlyTrials()...)
	}
	typed = append(typed, a.everywhere()...)
	for _, name := range slices.Sorted(maps.Keys(a.rights.In)) {
		typed = append(typed, a.in(name)...)
	}
	var list []unstructured.Unstructured
	var problems []error
	for _, object := range typed {
		plain, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		unstructured.RemoveNestedField(plain, "metadata", "creationTimestamp")
		unstructured.RemoveNestedField(plain, "status")
		if spec, ok := plain["spec"].(map[string]any); ok && len(spec) == 0 {
			delete(plain, "spec") // or the namespace's would be this account's, and nobody's declaration
		}
		list = append(list, unstructured.Unstructured{Object: plain})
		problems = append(problems, err)
	}
	return list, errors.Join(problems...)
}

// namespace is made here because rights in a namespace can only be where it is. All that it says is what pods there may
// do, which the stack says too; everything else is the stack's to say.
func namespace(name string, labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
	}
}

func (a Account) meta(name, namespace string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{label: a.ID()}}
}

func (a Account) everywhere() []any {
	return []any{
		&rbacv1.ClusterRole{
			TypeMeta:   rbac("ClusterRole"),
			ObjectMeta: a.meta(a.name(), ""),
			Rules:      a.rights.Everywhere,
		},
		&rbacv1.ClusterRoleBinding{
			TypeMeta:   rbac("ClusterRoleBinding"),
			ObjectMeta: a.meta(a.name(), ""),
			RoleRef:    a.reference("ClusterRole"),
			Subjects:   a.subjects(),
		},
	}
}

func (a Account) in(namespace string) []any {
	return []any{
		&rbacv1.Role{
			TypeMeta:   rbac("Role"),
			ObjectMeta: a.meta(a.name(), namespace),
			Rules:      a.rights.In[namespace],
		},
		&rbacv1.RoleBinding{
			TypeMeta:   rbac("RoleBinding"),
			ObjectMeta: a.meta(a.name(), namespace),
			RoleRef:    a.reference("Role"),
			Subjects:   a.subjects(),
		},
	}
}

func rbac(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
}

func (a Account) reference(kind string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: a.name()}
}

func (a Account) subjects() []rbacv1.Subject {
	return []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: a.ID(), Namespace: home}}
}
