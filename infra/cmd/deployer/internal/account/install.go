package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/techcommerce/platform/infra/internal/api"
)

// manager is who owns what is applied here.
const manager = "deployer"

// Install makes the account on a cluster what it should be, and takes away what it once was beyond that. A namespace that
// another stack's deployer works in is refused.
func (a Account) Install(ctx context.Context, client api.Client) error {
	objects, err := a.Objects()
	if err != nil {
		return err
	}
	marked, err := inCluster(ctx, client)
	if err != nil {
		return err
	}
	if err := a.alone(marked); err != nil {
		return err
	}
	kinds := client.Kinds()
	wanted := map[string]bool{}
	for _, object := range objects {
		path, err := kinds.Path(ctx, object)
		if err != nil {
			return err
		}
		if err := client.Apply(ctx, path, manager, object.Object); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		wanted[path] = true
	}
	return a.clear(ctx, client, marked, wanted)
}

// Remove takes the account away. Its tokens end with it. Namespaces stay: they are the stack's.
func (a Account) Remove(ctx context.Context, client api.Client) error {
	marked, err := inCluster(ctx, client)
	if err != nil {
		return err
	}
	return a.clear(ctx, client, marked, nil)
}

// alone reports the stack's namespaces that another deployer has the run of.
func (a Account) alone(marked []unstructured.Unstructured) error {
	var problems []error
	for _, object := range marked {
		other := object.GetLabels()[label]
		for _, n := range a.rights.Namespaces {
			if object.GetKind() == "Role" && object.GetNamespace() == n.Name && strings.TrimSuffix(other, trial) != a.stack {
				problems = append(problems, fmt.Errorf("the namespace %s is in the hands of the deployer of %s", n.Name, other))
			}
		}
	}
	return errors.Join(problems...)
}

// clear deletes what is marked as this account's and not wanted.
func (a Account) clear(ctx context.Context, client api.Client, marked []unstructured.Unstructured, wanted map[string]bool) error {
	kinds := client.Kinds()
	var problems []error
	for _, object := range marked {
		path, err := kinds.Path(ctx, object)
		if err == nil && object.GetLabels()[label] == a.ID() && !wanted[path] {
			err = client.Delete(ctx, path)
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// inCluster are the objects of all deployers, bindings first: a right ends before it is taken apart.
func inCluster(ctx context.Context, client api.Client) ([]unstructured.Unstructured, error) {
	kinds := client.Kinds()
	var marked []unstructured.Unstructured
	for _, full := range []string{
		"rbac.authorization.k8s.io/v1 ClusterRoleBinding", "rbac.authorization.k8s.io/v1 RoleBinding",
		"rbac.authorization.k8s.io/v1 ClusterRole", "rbac.authorization.k8s.io/v1 Role",
		"v1 ServiceAccount",
		"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
		"admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
	} {
		apiVersion, kind, _ := strings.Cut(full, " ")
		found, err := kinds.List(ctx, apiVersion, kind, label)
		if err != nil {
			return nil, err
		}
		marked = append(marked, found...)
	}
	return marked, nil
}
