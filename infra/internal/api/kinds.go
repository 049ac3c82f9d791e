package api

import (
	"context"
	"fmt"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Kinds knows what a cluster calls the kinds of objects that it serves. It asks once for each group and version, whoever asks at the same time.
type Kinds struct {
	client Client
	mu     *sync.Mutex
	served map[string][]metav1.APIResource
}

// Kinds prepares to ask; nothing is sent yet.
func (c Client) Kinds() Kinds {
	return Kinds{client: c, mu: &sync.Mutex{}, served: map[string][]metav1.APIResource{}}
}

// Resource is how the cluster serves a kind: under which name, and whether in namespaces.
func (k Kinds) Resource(ctx context.Context, apiVersion, kind string) (metav1.APIResource, error) {
	root := root(apiVersion)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.served[root] == nil {
		var list metav1.APIResourceList
		if err := k.client.Get(ctx, &list, root); err != nil {
			return metav1.APIResource{}, err
		}
		k.served[root] = list.APIResources
	}
	for _, resource := range k.served[root] {
		if resource.Kind == kind && !strings.Contains(resource.Name, "/") {
			return resource, nil
		}
	}
	return metav1.APIResource{}, fmt.Errorf("the cluster serves no %s %s", apiVersion, kind)
}

// Path is where the cluster serves an object.
func (k Kinds) Path(ctx context.Context, object unstructured.Unstructured) (string, error) {
	resource, err := k.Resource(ctx, object.GetAPIVersion(), object.GetKind())
	if err != nil {
		return "", err
	}
	path := root(object.GetAPIVersion())
	if resource.Namespaced {
		path += "/namespaces/" + object.GetNamespace()
	}
	return path + "/" + resource.Name + "/" + object.GetName(), nil
}

func root(apiVersion string) string {
	if strings.Contains(apiVersion, "/") {
		return "/apis/" + apiVersion
	}
	return "/api/" + apiVersion
}

// List reads the objects of a kind that match a label selector, in every namespace.
func (k Kinds) List(ctx context.Context, apiVersion, kind, selector string) ([]unstructured.Unstructured, error) {
	resource, err := k.Resource(ctx, apiVersion, kind)
	if err != nil {
		return nil, err
	}
	var list unstructured.UnstructuredList
	if err := k.client.Get(ctx, &list, root(apiVersion)+"/"+resource.Name, "labelSelector", selector); err != nil {
		return nil, err
	}
	return list.Items, nil
}
