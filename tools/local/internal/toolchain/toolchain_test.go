package toolchain_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/techcommerce/platform/tools/local/internal/step"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// tool is a tool that builds in a second.
func tool(t *testing.T, source string) (toolchain.Tool, toolchain.Builder, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("hello/go.mod", "module hello\n\ngo 1.26\n\nrequire example.com/pinned v1.2.3\n")
	write("hello/main.go", source)
	write("flags", "-trimpath\n-gcflags=all=-dwarf=false\n")
	var said bytes.Buffer
	builder := toolchain.Builder{ToolsDir: dir, Cache: filepath.Join(dir, "cache"), Console: step.NewConsole(&said)}
	return toolchain.Tool{
		Name: "hello", Folder: "hello", Module: "example.com/pinned", Packages: []string{"."}, Programs: []string{"hello"},
	}, builder, &said
}

const hello = "package main\n\nfunc main() { println(\"hello\") }\n"

func TestEnsureBuildsOnceAndKeepsByVersion(t *testing.T) {
	t.Parallel()
	hello, builder, said := tool(t, hello)
	programs, err := builder.Ensure(context.Background(), []toolchain.Tool{hello})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(programs["hello"]); err != nil || !strings.Contains(programs["hello"], "hello-v1.2.3-") {
		t.Fatalf("want a program in a folder named by version, got %s (%v)", programs["hello"], err)
	}
	for _, want := range []string{"building 1 tools, once: ", "MB of source", "[1/1] hello v1.2.3"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("want %q said, got:\n%s", want, said)
		}
	}
	said.Reset()
	if _, err := builder.Ensure(context.Background(), []toolchain.Tool{hello}); err != nil || said.Len() > 0 {
		t.Errorf("a second time: want nothing built or said, got %v and:\n%s", err, said)
	}
}

// TestOneBinaryGoesByTheNamesOfItsPrograms: programs of one file share their code in memory.
func TestOneBinaryGoesByTheNamesOfItsPrograms(t *testing.T) {
	t.Parallel()
	several, builder, _ := tool(t, "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(os.Args[0]) }\n")
	several.Programs = []string{"hello", "greet"}
	programs, err := builder.Ensure(context.Background(), []toolchain.Tool{several})
	if err != nil {
		t.Fatal(err)
	}
	var files []os.FileInfo
	for _, name := range several.Programs {
		called, err := exec.Command(programs[name]).Output()
		if err != nil || filepath.Base(string(called)) != name {
			t.Errorf("%s: got %q, %v, want its own name", name, called, err)
		}
		info, err := os.Stat(programs[name])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, info)
	}
	if !os.SameFile(files[0], files[1]) {
		t.Error("want one file, got two")
	}
}

func TestDiskCountsWhatIsNotBuiltYet(t *testing.T) {
	t.Parallel()
	hello, builder, _ := tool(t, hello)
	hello.Disk = 3
	for _, want := range []uint64{3 << 20, 0} {
		if got, err := builder.Disk([]toolchain.Tool{hello}); err != nil || got != want {
			t.Errorf("got %d, %v, want %d", got, err, want)
		}
		if _, err := builder.Ensure(context.Background(), []toolchain.Tool{hello}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEnsureDoesNotTakeAHalfBuiltFolderForAWholeOne(t *testing.T) {
	t.Parallel()
	hello, builder, _ := tool(t, hello)
	if err := os.MkdirAll(filepath.Join(builder.Cache, ".partial-hello-1"), 0o755); err != nil {
		t.Fatal(err)
	}
	programs, err := builder.Ensure(context.Background(), []toolchain.Tool{hello})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(programs["hello"]); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureSaysWhatFailedAndWhatToDo(t *testing.T) {
	t.Parallel()
	broken, builder, _ := tool(t, "package main\n\nfunc main() { undefined() }\n")
	_, err := builder.Ensure(context.Background(), []toolchain.Tool{broken})
	if err == nil {
		t.Fatal("want an error")
	}
	for _, want := range []string{"building hello v1.2.3", "undefined: undefined", "Run the same command again"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in the error, got:\n%v", want, err)
		}
	}
}

func TestEveryToolIsPinned(t *testing.T) {
	t.Parallel()
	for _, tool := range everyTool() {
		path := filepath.Join("../../..", tool.Folder, "go.mod")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := modfile.Parse(path, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), tool.Module+" v") {
			t.Errorf("%s: %s does not pin %s", tool.Name, path, tool.Module)
		}
		for _, pkg := range tool.Packages {
			ours := strings.HasPrefix(pkg, ".")
			if !ours && !slices.ContainsFunc(file.Tool, func(t *modfile.Tool) bool { return t.Path == pkg }) {
				t.Errorf("%s: %s has no tool %s", tool.Name, path, pkg)
			}
		}
	}
}

func TestOnMachineTakesAPulumiOnlyWithEverythingItNeeds(t *testing.T) {
	builder := toolchain.Builder{ToolsDir: "../../.."}
	version, err := builder.ProviderVersion()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	install := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", filepath.Join(dir, "bin")+":"+os.Getenv("PATH"))
	t.Setenv("PULUMI_HOME", filepath.Join(dir, "home"))
	expect := func(want bool, state string) {
		t.Helper()
		if got := builder.OnMachine(context.Background()); (got != nil) != want {
			t.Errorf("with %s: got %v, want found %v", state, got, want)
		}
	}
	install(filepath.Join(dir, "bin/pulumi"), "#!/bin/sh\necho v3.200.0\n")
	expect(false, "the CLI alone")
	install(filepath.Join(dir, "bin/pulumi-language-go"), "")
	expect(false, "the CLI and the language host")
	install(filepath.Join(dir, "home/plugins/resource-kubernetes-v"+version, "pulumi-resource-kubernetes"), "")
	expect(true, "all three")
	install(filepath.Join(dir, "bin/pulumi"), "#!/bin/sh\necho v3.100.0\n")
	expect(false, "a CLI that is too old")
}
