package releases_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks/stackstest"
)

func revisions(records []releases.Record) string {
	var list []string
	for _, r := range records {
		list = append(list, r.Revision)
	}
	return strings.Join(list, " ")
}

func TestRemember(t *testing.T) {
	t.Parallel()
	of := func(names ...string) []releases.Record {
		var records []releases.Record
		for _, name := range names {
			records = append(records, releases.Record{Revision: name})
		}
		return records
	}
	for _, c := range []struct {
		name   string
		before []releases.Record
		now    string
		want   string
	}{
		{"the first release", nil, "a", "a"},
		{"a new one goes first", of("b", "a"), "c", "c b a"},
		{"the same again changes nothing", of("b", "a"), "b", "b a"},
		{"going back forgets what came after", of("c", "b", "a"), "a", "a"},
		{"the eleventh pushes the oldest out", of("j", "i", "h", "g", "f", "e", "d", "c", "b", "a"), "k", "k j i h g f e d c b"},
	} {
		if got := revisions(releases.Remember(c.before, releases.Record{Revision: c.now})); got != c.want {
			t.Errorf("%s: %q then %s: got %q, want %q", c.name, revisions(c.before), c.now, got, c.want)
		}
	}
}

// TestAReleaseIsCompletedNotFollowed: the local stack's shop comes up before the images of its monitoring are built. Going
// back to that would leave the monitoring without images.
func TestAReleaseIsCompletedNotFollowed(t *testing.T) {
	t.Parallel()
	shop := releases.Record{Revision: "a", Images: map[string]string{"frontend": "1"}}
	whole := releases.Record{Revision: "a", Images: map[string]string{"frontend": "1", "prometheus": "2"}}
	older := releases.Record{Revision: "0"}
	got := releases.Remember(releases.Remember([]releases.Record{older}, shop), whole)
	if len(got) != 2 || !got[0].Same(whole) || !got[1].Same(older) {
		t.Errorf("got %v", got)
	}
	other := releases.Record{Revision: "a", Images: map[string]string{"frontend": "2", "prometheus": "2"}}
	if got := releases.Remember([]releases.Record{whole}, other); len(got) != 2 {
		t.Errorf("another build of a service: got %v", got)
	}
}

func TestOtherBuildsOrSettingsAreAnotherRelease(t *testing.T) {
	t.Parallel()
	r := releases.Record{Revision: "a", Settings: "x", Images: map[string]string{"frontend": "1"}}
	for name, other := range map[string]releases.Record{
		"another build":  {Revision: "a", Settings: "x", Images: map[string]string{"frontend": "2"}},
		"other settings": {Revision: "a", Settings: "y", Images: r.Images},
		"changed source": {Revision: "a", Settings: "x", Images: r.Images, Dirty: true},
	} {
		if r.Same(other) {
			t.Errorf("%s counts as the same release", name)
		}
	}
}

func TestRecordsSurviveTheOutput(t *testing.T) {
	t.Parallel()
	want := []releases.Record{{Revision: "a", Images: map[string]string{"frontend": "1"}, Schema: map[string]int{"order-api": 2}}}
	text, err := releases.Format(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := releases.Parse(text)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := releases.Parse("[secret]"); err == nil {
		t.Error("want what is no record refused")
	}
}

func TestANewerSchemaStandsInTheWay(t *testing.T) {
	t.Parallel()
	r := releases.Record{Schema: map[string]int{"order-api": 1, "product-api": 3}}
	got := r.NewerSchema(map[string]int{"order-api": 2, "product-api": 3})
	if want := []string{"order-api's schema has version 2, the release knows 1"}; !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestACompatibleSchemaDoesNot: a release that knows of marks works on where nothing but compatible migrations came after it.
func TestACompatibleSchemaDoesNot(t *testing.T) {
	t.Parallel()
	schema := func(version int) map[string]int { return map[string]int{"order-api": version} }
	before := releases.Record{Schema: schema(5), Floor: schema(3)}
	for name, test := range map[string]struct {
		to, other releases.Record
		refused   bool
	}{
		"the same":                            {before, before, false},
		"a compatible migration later":        {before, releases.Record{Schema: schema(6), Floor: schema(3)}, false},
		"one that is not":                     {before, releases.Record{Schema: schema(6), Floor: schema(6)}, true},
		"a release that knows no marks":       {releases.Record{Schema: schema(5)}, releases.Record{Schema: schema(6), Floor: schema(3)}, true},
		"another one that recorded no marks":  {before, releases.Record{Schema: schema(6)}, true},
		"a service that there was not before": {before, releases.Record{Schema: map[string]int{"x": 1}, Floor: map[string]int{"x": 1}}, true},
	} {
		if refused := test.to.Refuses(before, test.other); len(refused) > 0 != test.refused {
			t.Errorf("%s: refused by %q", name, refused)
		}
	}
}

func TestWhatChangedShowsNoValue(t *testing.T) {
	t.Parallel()
	image := func(digit string) string { return "registry/shop@sha256:" + strings.Repeat(digit, 64) }
	before := releases.Record{
		Revision: strings.Repeat("a", 40), Images: map[string]string{"frontend": image("1"), "order-api": image("2")},
		Schema:   map[string]int{"order-api": 1},
		Settings: "config:\n  techcommerce:logLevel: debug\n  techcommerce:namespace: shop\n  techcommerce:apiKey: {secure: old}\n",
	}
	now := releases.Record{
		Revision: strings.Repeat("b", 40), Images: map[string]string{"frontend": image("3"), "order-api": image("2")},
		Schema:   map[string]int{"order-api": 2},
		Settings: "config:\n  techcommerce:namespace: shop\n  techcommerce:apiKey: {secure: new}\n  techcommerce:drain: {delay: 1s}\n",
	}
	want := []string{
		"code aaaaaaaaaaaa → bbbbbbbbbbbb", "frontend 111111111111 → 333333333333", "order-api's schema 1 → 2",
		"settings apiKey, drain, logLevel",
	}
	if diff := cmp.Diff(want, now.Since(before)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if again := now.Since(now); len(again) > 0 {
		t.Errorf("the same release again changes %q", again)
	}
}

// TestTextIsNoOtherSetting: pulumi config set logLevel debug makes text of what stands beside it.
func TestTextIsNoOtherSetting(t *testing.T) {
	t.Parallel()
	before := releases.Record{Settings: "config:\n  shop:demo: true\n  shop:keep: 5\n  shop:logLevel: info\n  shop:list: [1]\n"}
	now := releases.Record{Settings: "config:\n  shop:demo: \"true\"\n  shop:keep: \"5\"\n  shop:logLevel: debug\n  shop:list: [2]\n"}
	if diff := cmp.Diff([]string{"settings list, logLevel"}, now.Since(before)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestEveryStoringServiceHasASchema reads this repository's own migrations.
func TestEveryStoringServiceHasASchema(t *testing.T) {
	t.Parallel()
	schema, err := releases.Schema(stackstest.Root())
	if err != nil || schema["order-api"] < 1 || schema["product-api"] < 1 {
		t.Errorf("got %v (%v)", schema, err)
	}
	floor, err := releases.Floor(stackstest.Root())
	if err != nil || floor["order-api"] < 1 || floor["order-api"] >= schema["order-api"] {
		t.Errorf("got the floor %v of %v (%v), want some migrations of orders to be compatible", floor, schema, err)
	}
}

func TestAMigrationWithoutANumberIsRefused(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := filepath.Join(root, "apps", "order-api", "order", "sqlstore", "migrations", "sqlite")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "orders.sql"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := releases.Schema(root); err == nil {
		t.Error("want orders.sql refused")
	}
}
