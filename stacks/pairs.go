package stacks

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Pairs are texts by names of the operator's own, as labels and annotations are.
type Pairs map[string]string

// decode reads numbers and truth values as the texts that they are in Kubernetes, quoted or not.
func (p *Pairs) decode(d *decoder, path string, in any) {
	entries, ok := in.(map[string]any)
	if !ok {
		d.add(path, "%s, want %s", show(in), pairsKind)
		return
	}
	*p = Pairs{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		switch value := entries[key].(type) {
		case string:
			(*p)[key] = value
		case json.Number, bool:
			(*p)[key] = fmt.Sprint(value)
		default:
			d.add(path+"."+key, "%s, want text", show(value))
		}
	}
}

// pairsKind is what a person calls them.
const pairsKind = "an object of texts"
