package stack

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPlain: the reason comes first, and what only says that there was a failure goes.
func TestPlain(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"<{%fg 1%}>error: an unhandled error occurred: program failed: <{%reset%}>\nwaiting for RPCs: Pulumi.staging.yaml: 1 problem": "Pulumi.staging.yaml: 1 problem",
		"error: preview failed": "", "update canceled": "", "resource operation failed": "",
		"Preview failed: 1 error occurred:\n\t* PersistentVolumeClaim \"data\" is invalid": `PersistentVolumeClaim "data" is invalid`,
		"Deployment shop/order-api: 0 pods serve":                                          "Deployment shop/order-api: 0 pods serve",
	} {
		if got := Plain(message); got != want {
			t.Errorf("%q: got %q, want %q", message, got, want)
		}
	}
}

// TestReadEvents: components, providers and the stack itself are bookkeeping, a refresh changes nothing, and the last line
// may be cut off.
func TestReadEvents(t *testing.T) {
	t.Parallel()
	const nothing = `{"resourcePreEvent":{"metadata":{"op":"create","type":"pulumi:pulumi:Stack","new":{"custom":false}}}}
{"resourcePreEvent":{"metadata":{"op":"create","type":"pulumi:providers:kubernetes","new":{"custom":true}}}}
{"resourcePreEvent":{"metadata":{"op":"refresh","type":"kubernetes:core/v1:Namespace","old":{"custom":true}}}}
{"resourcePreEvent":{"metadata":{"op":"create","type":"techcommerce:edge:Edge","new":{}}}}
{"diagnosticEvent":{"severity":"error","message":"one"}}
{"diagnosticEvent":{"severity":"error","message":"error: one"}}
`
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"nothing began":              {nothing, false},
		"an object is about to be":   {nothing + `{"resourcePreEvent":{"metadata":{"op":"create","type":"kubernetes:core/v1:Namespace","new":{"custom":true}}}}`, true},
		"what is planned is not yet": {nothing + `{"resourcePreEvent":{"planning":true,"metadata":{"op":"update","type":"kubernetes:core/v1:Namespace","new":{"custom":true}}}}`, false},
		"a line that is cut off":     {nothing + `{"resourcePreEvent":{"metadata":{"op":"upd`, false},
	} {
		path := filepath.Join(t.TempDir(), "events.json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readEvents(path)
		if err != nil || got.began != c.want || !cmp.Equal(got.reasons, []string{"one"}) {
			t.Errorf("%s: got %+v (%v), want began %v", name, got, err, c.want)
		}
	}
	if got, err := readEvents(filepath.Join(t.TempDir(), "none")); err != nil || got.began {
		t.Errorf("no log: got %+v (%v)", got, err)
	}
}
