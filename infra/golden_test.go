package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// testRelease is a release whose digests are digits, so that golden files do not change with the services.
func testRelease() release {
	images := map[string]stacks.Image{}
	for i, service := range contract.Services() {
		digest := strings.Repeat(string(rune('1'+i)), 64)
		images[service.Name] = stacks.Image("registry.example.com/" + service.Name + "@sha256:" + digest)
	}
	return release{images: images, revision: "0000000", id: "0000000000000000"}
}

// sameRandom is a source of keys that are the same in every run.
func sameRandom() *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{0xa5}, 1<<12)) }

func mustDecode(t testing.TB, source stacks.Source) stacks.Stack {
	t.Helper()
	stack, err := stacks.Decode(source)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

func program(stack stacks.Stack) declare.Program {
	return func(ctx *pulumi.Context) error { return platform(ctx, stack, testRelease(), sameRandom()) }
}

func mustDeclare(t testing.TB, stack stacks.Stack) *declare.Declaration {
	t.Helper()
	declaration, err := declare.Run("techcommerce", stack.Name, program(buildable(stack)))
	if err != nil {
		t.Fatal(err)
	}
	return declaration
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range stackstest.Shipped(t) {
		stack := mustDecode(t, stackstest.File(t, name, stackstest.Secrets()))
		if buildable(stack).DatadogOn() != stack.DatadogOn() {
			continue // the whole program's tests write and compare it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declaration := mustDeclare(t, stack)
			got, err := declaration.YAML()
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".golden.yaml")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s has changed; run make golden if that is meant (-golden +declared):\n%s", path, diff)
			}
		})
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	for _, name := range stackstest.Shipped(t) {
		stack := buildable(mustDecode(t, stackstest.File(t, name, stackstest.Secrets())))
		if _, err := declare.Preview("techcommerce", name, program(stack)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
