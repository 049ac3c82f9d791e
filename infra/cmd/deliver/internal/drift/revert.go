package drift

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
)

// manager is the annotation that names the field manager of an object of ours.
const manager = "pulumi.com/patchFieldManager"

// Revert makes objects as their stack's last update declared them: its fields get their values back, in the program's own
// name, and what was added beside them is removed.
func Revert(ctx context.Context, client api.Client, resources []stack.Resource, changes []Change, objects []string) error {
	kinds := client.Kinds()
	for _, r := range resources {
		if !r.IsObject() || !slices.Contains(objects, r.Object()) {
			continue
		}
		declared := unstructured.Unstructured{Object: plain(r.Inputs).(map[string]any)}
		path, err := kinds.Path(ctx, declared)
		if err == nil {
			err = client.Apply(ctx, path, declared.GetAnnotations()[manager], declared.Object)
		}
		if err == nil {
			err = remove(ctx, client, path, additions(changes, r.URN))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", r.Object(), err)
		}
	}
	return nil
}

// additions are the pointers to what was added to a resource, the last item of a list first: removing one moves those after it.
func additions(changes []Change, urn string) []string {
	var pointers []string
	for _, c := range changes {
		if c.URN == urn && c.Remove != "" {
			pointers = append(pointers, c.Remove)
		}
	}
	// A longer index is a larger one.
	slices.SortFunc(pointers, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(b, a)) })
	return slices.Compact(pointers)
}

func remove(ctx context.Context, client api.Client, path string, pointers []string) error {
	if len(pointers) == 0 {
		return nil
	}
	var patch []map[string]string
	for _, pointer := range pointers {
		patch = append(patch, map[string]string{"op": "remove", "path": pointer})
	}
	text, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	return client.Patch(ctx, path, text)
}
