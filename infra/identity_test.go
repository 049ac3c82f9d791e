//go:build !lean

package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/declare"
)

// identitiesFile lists what any stack has ever been made of. A line goes only by hand, where the object shall go.
const identitiesFile = "testdata/identities.txt"

// TestRenamesHaveAliases: to the engine a resource with another name, type or parent is another resource, so it would
// delete the old one, with the data that it holds.
func TestRenamesHaveAliases(t *testing.T) {
	t.Parallel()
	known, now := knownIdentities(t), map[string]bool{}
	former := map[string]bool{}
	for _, stack := range variants(t) {
		for _, r := range mustDeclare(t, stack).Resources {
			now[r.Identity] = true
			for _, identity := range r.Former {
				former[identity] = true
			}
		}
	}
	for _, identity := range lost(known, now, former) {
		t.Errorf("%s is not declared any more, and no alias says what became of it", identity)
	}
	for identity := range now {
		known[identity] = true
	}
	lines := strings.Join(slices.Sorted(maps.Keys(known)), "\n") + "\n"
	if *update {
		if err := os.WriteFile(identitiesFile, []byte(lines), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(known) != len(knownIdentities(t)) {
		t.Errorf("%s lacks new resources; run make golden", identitiesFile)
	}
}

func knownIdentities(t testing.TB) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(identitiesFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		known[strings.TrimSpace(line)] = true
	}
	return known
}

// lost lists the identities that are neither declared nor anybody's former one.
func lost(known, now, former map[string]bool) []string {
	var missing []string
	for _, identity := range slices.Sorted(maps.Keys(known)) {
		if !now[identity] && !former[identity] {
			missing = append(missing, identity)
		}
	}
	return missing
}

// TestRenamesAreFound renames a resource in each way, with and without an alias.
func TestRenamesAreFound(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"pulumi:pulumi:Stack$shop:old:Type::old": true}
	for _, test := range []struct {
		name string
		opts []pulumi.ResourceOption
		want int
	}{
		{"without an alias", nil, 1},
		{"with an alias of another resource", []pulumi.ResourceOption{alias("other", "shop:old:Type")}, 1},
		{"with an alias", []pulumi.ResourceOption{alias("old", "shop:old:Type")}, 0},
		{"with an alias by URN", []pulumi.ResourceOption{pulumi.Aliases([]pulumi.Alias{{
			URN: pulumi.URN("urn:pulumi:test::techcommerce::pulumi:pulumi:Stack$shop:old:Type::old"),
		}})}, 0},
	} {
		declaration, err := declare.Run("techcommerce", "test", func(ctx *pulumi.Context) error {
			return ctx.RegisterComponentResourceV2("shop:new:Type", "new", pulumi.Map{}, &pulumi.ResourceState{}, test.opts...)
		})
		if err != nil {
			t.Fatal(err)
		}
		now, former := map[string]bool{}, map[string]bool{}
		for _, r := range declaration.Resources {
			now[r.Identity] = true
			for _, identity := range r.Former {
				former[identity] = true
			}
		}
		if missing := lost(known, now, former); len(missing) != test.want {
			t.Errorf("%s: got %q lost, want %d", test.name, missing, test.want)
		}
	}
}

func alias(name, token string) pulumi.ResourceOption {
	return pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String(name), Type: pulumi.String(token)}})
}
