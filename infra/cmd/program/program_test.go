package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// project is a program of two kinds, and a stand-in of the SDK that only the whole one has.
func project(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for path, text := range map[string]string{
		"Pulumi.yaml":           "main: infra\nruntime: {name: go, options: {buildTarget: ../out/program}}\n",
		"go.mod":                "module example.com/shop\n\ngo 1.26\n\nrequire github.com/pulumi/pulumi-datadog/sdk/v4 v4.0.0\n\nreplace github.com/pulumi/pulumi-datadog/sdk/v4 => ./sdk\n",
		"sdk/go.mod":            "module github.com/pulumi/pulumi-datadog/sdk/v4\n\ngo 1.26\n",
		"sdk/go/datadog/sdk.go": "package datadog\n\nconst Name = \"whole\"\n",
		"infra/main.go":         "package main\n\nfunc main() { println(kind) }\n",
		"infra/whole.go":        "//go:build !lean\n\npackage main\n\nimport \"github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog\"\n\nconst kind = datadog.Name\n",
		"infra/lean.go":         "//go:build lean\n\npackage main\n\nconst kind = \"lean\"\n",
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustBuild(t *testing.T, dir, kind string) os.FileInfo {
	t.Helper()
	if err := run(t.Context(), dir, []string{kind}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	return mustHave(t, dir, kind)
}

// mustHave demands that the binary at Pulumi's target is of a kind.
func mustHave(t *testing.T, dir, kind string) os.FileInfo {
	t.Helper()
	binary := filepath.Join(dir, "out", "program")
	text, err := exec.Command(binary).CombinedOutput()
	if err != nil || strings.TrimSpace(string(text)) != kind {
		t.Fatalf("got %s, %v, want %s", text, err, kind)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestOnlyTheSDK compiles what takes long, and links nothing.
func TestOnlyTheSDK(t *testing.T) {
	t.Parallel()
	dir := project(t)
	if err := run(t.Context(), dir, []string{"sdk"}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); !os.IsNotExist(err) {
		t.Errorf("got %v, want no program", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sdk", "go", "datadog", "sdk.go"), []byte("package"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), dir, []string{"sdk"}, &bytes.Buffer{}); err == nil {
		t.Error("an SDK that does not compile is no fault")
	}
}

// TestChangingBetweenTheBuildsLinksNothing: each build is the very file that was there before, one that Pulumi itself has
// built meanwhile too.
func TestChangingBetweenTheBuildsLinksNothing(t *testing.T) {
	dir := project(t)
	first := mustBuild(t, dir, lean)
	// What Pulumi does for a stack that uses Datadog.
	build := exec.Command("go", "build", "-o", "../out/program", ".")
	build.Dir = filepath.Join(dir, "infra")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	byPulumi := mustHave(t, dir, whole)
	if again := mustBuild(t, dir, lean); !os.SameFile(first, again) {
		t.Error("the lean program was linked anew")
	}
	if again := mustBuild(t, dir, whole); !os.SameFile(byPulumi, again) {
		t.Error("the whole program was linked anew")
	}
}

// TestAChangeIsBuilt: a binary that was kept is no reason to run old code.
func TestAChangeIsBuilt(t *testing.T) {
	dir := project(t)
	mustBuild(t, dir, lean)
	mustBuild(t, dir, whole)
	text := "//go:build lean\n\npackage main\n\nconst kind = \"changed\"\n"
	if err := os.WriteFile(filepath.Join(dir, "infra", "lean.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), dir, []string{lean}, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	mustHave(t, dir, "changed")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, kind, want string }{
		{"", whole, ""},
		{"", lean, "-tags=lean"},
		{"-buildvcs=false -tags=lean", whole, "-buildvcs=false"},
		{"-tags=integration -buildvcs=false", lean, "-buildvcs=false -tags=integration,lean"},
		{"-tags=lean,integration", whole, "-tags=integration"},
		{"-tags=lean", lean, "-tags=lean"},
	} {
		if got := flags(c.given, c.kind); got != c.want {
			t.Errorf("%q for %s: got %q, want %q", c.given, c.kind, got, c.want)
		}
	}
}
