// Package drift compares what a stack declares with what its cluster has, field by field, and says who changed a field and
// when, from the managed fields that the API server keeps of every object. It only reads.
package drift

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
)

// Change is one field that is not as declared.
type Change struct {
	// URN is the resource's, Object what people call it: Deployment techcommerce/frontend.
	URN, Object string
	// Field is the path of the field, empty for the whole object.
	Field string
	// What is how it differs.
	What string
	// By is the field manager that set it, empty where nobody is known.
	By string
	// Since is when.
	Since time.Time
	// Remove is the JSON pointer of a field that is not declared at all: Pulumi leaves those alone.
	Remove string
	// Adopt is the setting and value that would declare what is there; empty where no setting does.
	Adopt string
}

// Find lists every difference, in the order of the resources.
func Find(ctx context.Context, client api.Client, resources []stack.Resource) ([]Change, error) {
	f := finder{client: client, kinds: client.Kinds(), scaled: scaled(resources)}
	var changes []Change
	for _, r := range resources {
		declared, ok := plain(r.Inputs).(map[string]any)
		if !r.Custom || !strings.HasPrefix(r.Type, "kubernetes:") || !ok {
			continue
		}
		found, err := f.compare(ctx, r.URN, unstructured.Unstructured{Object: declared})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.URN, err)
		}
		changes = append(changes, found...)
	}
	return changes, nil
}

type finder struct {
	client api.Client
	kinds  api.Kinds
	// scaled are the objects whose replicas an autoscaler owns.
	scaled []string
}

func (f finder) compare(ctx context.Context, urn string, declared unstructured.Unstructured) ([]Change, error) {
	object := declared.GetKind() + " " + strings.TrimPrefix(declared.GetNamespace()+"/"+declared.GetName(), "/")
	path, err := f.kinds.Path(ctx, declared)
	if err != nil {
		return nil, err
	}
	var live unstructured.Unstructured
	if err := f.client.Get(ctx, &live.Object, path); err != nil {
		if apierrors.ReasonForError(err) == metav1.StatusReasonNotFound || status(err) == http.StatusNotFound {
			return []Change{{URN: urn, Object: object, What: "is gone"}}, nil
		}
		return nil, err
	}
	var changes []Change
	differences := append(differ(declared.Object, live.Object), added(declared.Object, live)...)
	for _, d := range differences {
		if d.path.String() == "spec.replicas" && slices.Contains(f.scaled, object) {
			continue
		}
		c := Change{URN: urn, Object: object, Field: d.path.String(), What: d.what(declared.GetKind() == "Secret")}
		c.By, c.Since = owner(live, d.path)
		c.Adopt = adopt(declared, d)
		if d.declared == nil {
			c.Remove = pointer(live.Object, d.path)
		}
		changes = append(changes, c)
	}
	return changes, nil
}

func status(err error) int32 {
	if s, ok := err.(apierrors.APIStatus); ok {
		return s.Status().Code
	}
	return 0
}

// scaled lists the objects that an autoscaler of the stack scales.
func scaled(resources []stack.Resource) []string {
	var list []string
	for _, r := range resources {
		object, _ := plain(r.Inputs).(map[string]any)
		kind, _, _ := unstructured.NestedString(object, "spec", "scaleTargetRef", "kind")
		name, _, _ := unstructured.NestedString(object, "spec", "scaleTargetRef", "name")
		namespace, _, _ := unstructured.NestedString(object, "metadata", "namespace")
		if kind != "" {
			list = append(list, kind+" "+namespace+"/"+name)
		}
	}
	return list
}
