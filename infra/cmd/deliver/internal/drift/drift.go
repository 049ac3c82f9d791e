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

	"golang.org/x/sync/errgroup"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
)

// Change is one field that is not as declared.
type Change struct {
	// URN is the resource's, Object what people call it: Deployment techcommerce/frontend.
	URN, Object string
	// Outside says that it is no object of the cluster's API, but for example a release of Helm or a monitor of Datadog.
	Outside bool
	// Field is the path of the field, empty for the whole object.
	Field string
	// What is how it differs.
	What string
	// By is the field manager that set it, empty where nobody is known.
	By string
	// Ours says that the stack's own program set it, in an update that was cut off before its state was saved.
	Ours bool
	// Since is when.
	Since time.Time
	// Remove is the JSON pointer of a field that is not declared at all: Pulumi leaves those alone.
	Remove string
	// Adopt is the setting and value that would declare what is there; empty where no setting does.
	Adopt string
}

// Sentence is the change in one line.
func (c Change) Sentence() string {
	text := c.Difference()
	switch {
	case c.Ours:
		text += ", by an update of this stack that was cut off"
	case c.By != "":
		text += ", by " + c.By
	}
	if !c.Since.IsZero() {
		text += " since " + c.Since.UTC().Format(time.DateTime)
	}
	return text
}

// gone is what a change says of an object that is not there.
const gone = "is gone"

// atOnce is how many objects are asked for at a time.
const atOnce = 8

// Find lists every difference, in the order of the resources. What is no object of the cluster, such as a release of Helm,
// has no fields here: Pulumi's own refresh compares those.
func Find(ctx context.Context, client api.Client, resources []stack.Resource) ([]Change, error) {
	f := finder{client: client, kinds: client.Kinds(), scaled: scaled(resources)}
	found := make([][]Change, len(resources))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, r := range resources {
		if !r.IsObject() {
			continue
		}
		declared := unstructured.Unstructured{Object: plain(r.Inputs).(map[string]any)}
		group.Go(func() (err error) {
			if found[i], err = f.compare(ctx, r.URN, declared); err != nil {
				return fmt.Errorf("%s: %w", declared.GetKind()+" "+declared.GetName(), err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
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
			return []Change{{URN: urn, Object: object, What: gone}}, nil
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
		c.By, c.Since, c.Ours = setter(live, d.path)
		c.Ours = c.Ours && d.declared != nil
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
