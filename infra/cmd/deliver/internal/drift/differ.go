package drift

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// difference is one field with two values.
type difference struct {
	path           path
	declared, live any
}

// what says how it differs; of a secret's value nothing but that it does.
func (d difference) what(secret bool) string {
	switch {
	case secret:
		return "is another value (a secret, not shown)"
	case d.live == nil:
		return fmt.Sprintf("is gone, declared as %s", show(d.declared))
	case d.declared == nil:
		return fmt.Sprintf("is %s, not declared", show(d.live))
	}
	return fmt.Sprintf("is %s, declared as %s", show(d.live), show(d.declared))
}

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if len(text) > 120 {
		return string(text[:120]) + "…"
	}
	return string(text)
}

// path leads to a field. An element is a map's key, or an item of a list by its index or by its own name.
type path []element

type element struct {
	key string
	// item is the list's item, for the managers that know it by its keys.
	item map[string]any
	// listed says that the element is an item of a list.
	listed bool
}

func (p path) String() string {
	var text strings.Builder
	for i, e := range p {
		switch {
		case e.listed:
			text.WriteString("[" + e.key + "]")
		case strings.ContainsAny(e.key, "./"):
			text.WriteString("[" + strconv.Quote(e.key) + "]")
		case i > 0:
			text.WriteString("." + e.key)
		default:
			text.WriteString(e.key)
		}
	}
	return text.String()
}

// pointer is the path as a JSON pointer into an object.
func pointer(object any, p path) string {
	var text strings.Builder
	for _, e := range p {
		key := e.key
		if items, ok := object.([]any); ok && e.item != nil {
			i := slices.IndexFunc(items, func(item any) bool { _, name := nameOf(item); return name == e.key })
			key = strconv.Itoa(i)
		}
		text.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
		object, _ = child(object, key)
	}
	return text.String()
}

func child(object any, key string) (any, bool) {
	switch o := object.(type) {
	case map[string]any:
		value, ok := o[key]
		return value, ok
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(o) {
			return o[i], true
		}
	}
	return nil, false
}

func (p path) with(e element) path { return append(slices.Clone(p), e) }

// differ lists the declared fields whose live value is another. What is live and not declared is left to added.
func differ(declared, live map[string]any) []difference {
	return walk(nil, declared, live)
}

func walk(at path, declared, live any) []difference {
	switch want := declared.(type) {
	case map[string]any:
		have, ok := live.(map[string]any)
		if !ok && len(want) > 0 {
			return []difference{{at, declared, live}}
		}
		var found []difference
		for _, key := range slices.Sorted(maps.Keys(want)) {
			found = append(found, walk(at.with(element{key: key}), want[key], have[key])...)
		}
		return found
	case []any:
		return walkList(at, want, live)
	}
	if declared == nil || equal(declared, live) {
		return nil
	}
	return []difference{{at, declared, live}}
}

// walkList compares items with the same name where items have names, and else whole lists.
func walkList(at path, want []any, live any) []difference {
	have, _ := live.([]any)
	var found []difference
	for i, item := range want {
		named, name := nameOf(item)
		if name == "" {
			if len(have) != len(want) {
				return []difference{{at, want, live}}
			}
			found = append(found, walk(at.with(element{key: strconv.Itoa(i), listed: true}), item, have[i])...)
			continue
		}
		other := slices.IndexFunc(have, func(h any) bool { _, n := nameOf(h); return n == name })
		step := at.with(element{key: name, item: named, listed: true})
		if other < 0 {
			found = append(found, difference{step, item, nil})
			continue
		}
		found = append(found, walk(step, item, have[other])...)
	}
	return found
}

// nameOf is what Kubernetes tells the items of a list apart by: of mounts that is the path, for two may be of one volume.
func nameOf(item any) (map[string]any, string) {
	object, _ := item.(map[string]any)
	for _, key := range []string{"mountPath", "name"} {
		if name, _ := object[key].(string); name != "" {
			return object, name
		}
	}
	return object, ""
}

// equal ignores notation: 1 and 1.0, 1000m and 1.
func equal(a, b any) bool {
	if fmt.Sprint(a) == fmt.Sprint(b) {
		return true
	}
	first, err := resource.ParseQuantity(fmt.Sprint(a))
	second, other := resource.ParseQuantity(fmt.Sprint(b))
	return err == nil && other == nil && first.Cmp(second) == 0
}

// The keys by which Pulumi's state wraps a secret.
const (
	signatureKey = "4dabf18193072939515e22adb298388d"
	plaintextKey = "plaintext"
)

// plain takes the wrapping off secrets; their values stay in memory.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if text, ok := v[plaintextKey].(string); ok && v[signatureKey] != nil {
			var inner any
			if json.Unmarshal([]byte(text), &inner) != nil {
				return nil
			}
			return plain(inner)
		}
		out := map[string]any{}
		for key, inner := range v {
			out[key] = plain(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = plain(inner)
		}
		return out
	}
	return value
}
