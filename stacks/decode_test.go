package stacks_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

const minimal = "config:\n  techcommerce:database: {embedded: {}}\n  techcommerce:edge: {nodePort: 30000}\n"

func mustDecode(t testing.TB, stack, text string) stacks.Stack {
	t.Helper()
	decoded, err := stacks.Decode(stackstest.Text(t, stack, text, nil))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// TestNewStack: any name works, from one file, without teaching it to anybody.
func TestNewStack(t *testing.T) {
	t.Parallel()
	stack := mustDecode(t, "pr-123", minimal)
	frontends := stack.Services["frontend"].Replicas
	if stack.Environment != "pr-123" || stack.Namespace != "techcommerce-pr-123" || frontends != 2 {
		t.Errorf("got environment %s, namespace %s, %d frontends", stack.Environment, stack.Namespace, frontends)
	}
}

func TestStackNameThatIsNoLabel(t *testing.T) {
	t.Parallel()
	_, err := stacks.Decode(stackstest.Text(t, "PR_123", minimal, nil))
	want := "Pulumi.PR_123.yaml: 1 problem\n  environment: \"PR_123\", " +
		"want 1 to 63 lower-case letters, digits and, between them, hyphens"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	decoded := mustDecode(t, "PR_123", minimal+"  techcommerce:environment: pr-123\n")
	if decoded.Namespace != "techcommerce-pr-123" {
		t.Errorf("got namespace %s", decoded.Namespace)
	}
}

func TestNamespaceFollowsEnvironment(t *testing.T) {
	t.Parallel()
	if got := mustDecode(t, "x", minimal+"  techcommerce:environment: qa\n").Namespace; got != "techcommerce-qa" {
		t.Errorf("got %s", got)
	}
}

// TestPartsOfAnObjectKeepTheirDefaults: setting one field of a service leaves the others alone.
func TestPartsOfAnObjectKeepTheirDefaults(t *testing.T) {
	t.Parallel()
	got := mustDecode(t, "x", minimal+"  techcommerce:services: {product-api: {autoscale: {max: 15}}}\n")
	want := stacks.Defaults("x").Services
	products := want["product-api"]
	products.Autoscale = &stacks.Autoscale{Min: 2, Max: 15, CPU: 70, ShrinkAfter: 300 * stacks.Second}
	want["product-api"] = products
	if diff := cmp.Diff(want, got.Services); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNullTakesAnObjectAway(t *testing.T) {
	t.Parallel()
	got := mustDecode(t, "x", minimal+"  techcommerce:services: {product-api: {autoscale: null}}\n")
	if a := got.Services["product-api"].Autoscale; a != nil {
		t.Errorf("got %+v", a)
	}
}

func TestScalarsThatTheCLIWroteAsText(t *testing.T) {
	t.Parallel()
	source := stackstest.Text(t, "x", minimal, nil)
	source.Values["protected"] = "true"
	stack, err := stacks.Decode(source)
	if err != nil || !stack.Protected {
		t.Errorf("got %v, %v", stack.Protected, err)
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	plain := mustDecode(t, "x", minimal)
	same := mustDecode(t, "x", minimal+"  techcommerce:logLevel: info\n")
	other := mustDecode(t, "x", minimal+"  techcommerce:logLevel: debug\n")
	if plain.Hash() != same.Hash() {
		t.Errorf("a default that is written down changes the hash: %s, %s", plain.Hash(), same.Hash())
	}
	if plain.Hash() == other.Hash() {
		t.Errorf("another log level has the same hash: %s", plain.Hash())
	}
}

const testDigest = "@sha256:1111111111111111111111111111111111111111111111111111111111111111"

// builtImages is what make images writes, but for one service: its reference is another one, or none at all.
func builtImages(service, reference string) string {
	refs := map[string]string{}
	for _, s := range contract.Services() {
		refs[s.Name] = s.Name + testDigest
	}
	refs[service] = reference
	if reference == "" {
		delete(refs, service)
	}
	text, err := json.Marshal(map[string]any{"images": refs})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestImages(t *testing.T) {
	t.Parallel()
	inline := map[string]string{"frontend": "reg:5000/shop/frontend:v1" + testDigest}
	images := stacks.Images{File: "images.json", Refs: inline}
	for _, c := range []struct {
		name, file, want string
		err              error
	}{
		{name: "a file that is not there", err: os.ErrNotExist,
			want: "images: images.json: file does not exist; run make images, or set images.refs"},
		{name: "a file that is no JSON", file: "{",
			want: "images: images.json: unexpected end of JSON input; run make images, or set images.refs"},
		{name: "a file with tags", file: builtImages("product-api", "p:1"),
			want: `images: images.json: product-api: "p:1", want a reference that ends in @sha256:<64 hex digits>; ` +
				`run make images`},
		{name: "a file that lacks a service", file: builtImages("order-api", ""),
			want: `images: images.json: order-api: "", want a reference that ends in @sha256:<64 hex digits>; ` +
				`run make images`},
	} {
		_, err := images.Resolve([]byte(c.file), c.err)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
	got, err := images.Resolve([]byte(builtImages("frontend", "other")), nil)
	if err != nil {
		t.Fatal(err)
	}
	frontend := got["frontend"]
	if frontend.Repository() != "reg:5000/shop/frontend" || frontend.Version() != "111111111111" {
		t.Errorf("got repository %s, version %s", frontend.Repository(), frontend.Version())
	}
}

func TestQuantitiesComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"100m": "100m", "1000m": "1", "0.25": "250m", "2": "2"} {
		var cpu stacks.CPU
		if err := cpu.UnmarshalText([]byte(in)); err != nil || cpu.String() != want {
			t.Errorf("CPU %s: got %s, %v", in, cpu, err)
		}
	}
	for in, want := range map[string]string{"128Mi": "128Mi", "1024Mi": "1Gi", "1536Mi": "1536Mi", "0Ki": "0"} {
		var size stacks.Bytes
		if err := size.UnmarshalText([]byte(in)); err != nil || size.String() != want {
			t.Errorf("bytes %s: got %s, %v", in, size, err)
		}
	}
}

// FuzzDecode: whatever an operator writes, the answer is a stack or a list of problems, and never a secret.
func FuzzDecode(f *testing.F) {
	f.Add("services", `{"frontend":{"replicas":2}}`)
	f.Add("database", `{"postgres":{"backup":{"bucket":null}}}`)
	f.Add("edge", `[[[`)
	f.Add("cluster", `{"dns":[{},1,"::/0"]}`)
	f.Fuzz(func(t *testing.T, key, value string) {
		_, err := stacks.Decode(stacks.Source{
			Stack:   "fuzz",
			Values:  map[string]string{key: value, "orderApiDatabaseUrl": "hunter2-is-secret"},
			Secrets: []string{"orderApiDatabaseUrl"},
		})
		var found *stacks.Problems
		if err != nil && !errors.As(err, &found) {
			t.Errorf("%T: %v", err, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2-is-secret") && !strings.Contains(value, "hunter2") {
			t.Errorf("shows a secret: %v", err)
		}
	})
}
