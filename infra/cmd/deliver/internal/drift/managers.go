package drift

import (
	"encoding/json"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// own is how the names of the provider's field managers begin.
const own = "pulumi-"

// controllers are the field managers of Kubernetes itself: what they add is their work, not drift.
var controllers = []string{"kube-", "kubelet", "cert-manager", "cluster-autoscaler", "vpa-"}

func controller(manager string) bool {
	for _, prefix := range controllers {
		if strings.HasPrefix(manager, prefix) {
			return true
		}
	}
	return false
}

// setter is who gave the field the value that it has: the newest manager other than Pulumi, or else Pulumi itself.
func setter(live unstructured.Unstructured, at path) (manager string, since time.Time, ours bool) {
	var ourTime time.Time
	for _, entry := range live.GetManagedFields() {
		if entry.Subresource == "status" || !owns(tree(entry), at) {
			continue
		}
		// The scale subresource leaves no time.
		var then time.Time
		if entry.Time != nil {
			then = entry.Time.Time
		}
		if strings.HasPrefix(entry.Manager, own) {
			ours, ourTime = true, then
			continue
		}
		if !then.Before(since) {
			manager, since = entry.Manager, then
		}
	}
	if manager != "" {
		return manager, since, false
	}
	return "", ourTime, ours
}

func tree(entry metav1.ManagedFieldsEntry) map[string]any {
	fields := map[string]any{}
	if entry.FieldsV1 == nil || json.Unmarshal(entry.FieldsV1.Raw, &fields) != nil {
		return nil
	}
	return fields
}

// owns follows the path through a set of fields. A set that ends above the path owns all below it.
func owns(fields map[string]any, at path) bool {
	if fields == nil {
		return false
	}
	for i, e := range at {
		next, ok := step(fields, e)
		if !ok {
			return i > 0 && len(fields) == 0
		}
		fields = next
	}
	return true
}

func step(fields map[string]any, e element) (map[string]any, bool) {
	if next, ok := fields["f:"+e.key].(map[string]any); ok && !e.listed {
		return next, true
	}
	for name, next := range fields {
		keys, ok := strings.CutPrefix(name, "k:")
		if !ok || !e.listed {
			continue
		}
		var want map[string]any
		if json.Unmarshal([]byte(keys), &want) == nil && matches(want, e.item) {
			set, _ := next.(map[string]any)
			return set, true
		}
	}
	return nil, false
}

func matches(want, item map[string]any) bool {
	for key, value := range want {
		if !equal(value, item[key]) {
			return false
		}
	}
	return len(want) > 0
}

// added lists what somebody other than Pulumi and the cluster's controllers has set beside what is declared.
func added(declared map[string]any, live unstructured.Unstructured) []difference {
	var found []difference
	for _, entry := range live.GetManagedFields() {
		if strings.HasPrefix(entry.Manager, own) || controller(entry.Manager) || entry.Subresource == "status" {
			continue
		}
		found = append(found, beside(nil, tree(entry), declared, live.Object)...)
	}
	return found
}

func beside(at path, fields map[string]any, declared, live any) []difference {
	var found []difference
	for name, next := range fields {
		set, _ := next.(map[string]any)
		e, wanted, there := follow(name, declared, live)
		if e == nil || there == nil {
			continue
		}
		if wanted == nil {
			if here := at.with(*e); !bookkeeping(here) {
				found = append(found, difference{here, nil, there})
			}
			continue
		}
		found = append(found, beside(at.with(*e), set, wanted, there)...)
	}
	return found
}

// bookkeeping is what tools write about themselves, such as when somebody had pods started anew.
func bookkeeping(at path) bool {
	text := at.String()
	return strings.Contains(text, "kubectl.kubernetes.io/last-applied-configuration") ||
		strings.Contains(text, "kubectl.kubernetes.io/restartedAt") ||
		strings.Contains(text, "deployment.kubernetes.io/revision")
}

// follow takes one element of a managed set through both objects.
func follow(name string, declared, live any) (e *element, wanted, there any) {
	if key, ok := strings.CutPrefix(name, "f:"); ok {
		want, _ := declared.(map[string]any)
		have, _ := live.(map[string]any)
		return &element{key: key}, want[key], have[key]
	}
	keys, ok := strings.CutPrefix(name, "k:")
	var match map[string]any
	if !ok || json.Unmarshal([]byte(keys), &match) != nil {
		return nil, nil, nil
	}
	item := pick(live, match)
	if item == nil {
		return nil, nil, nil
	}
	object, name := nameOf(item)
	if name == "" {
		name = keys
	}
	return &element{key: name, item: object, listed: true}, pick(declared, match), item
}

func pick(list any, match map[string]any) any {
	items, _ := list.([]any)
	for _, item := range items {
		if object, ok := item.(map[string]any); ok && matches(match, object) {
			return item
		}
	}
	return nil
}
