package toolchain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// listFormat prints a package's path, whether Go's cache lacks it, its folder and its files.
const listFormat = `{{.ImportPath}}|{{.Stale}}|{{.Dir}}{{range .GoFiles}}|{{.}}{{end}}`

// surveyed is what a build has to do.
type surveyed struct {
	// compile has the bytes of source of every package that is to be compiled, by its import path.
	compile map[string]int64
	// link has what linking a tool's programs costs in the same measure, by the tool's name.
	link map[string]int64
}

// survey asks the go tool what the builds will compile. That fetches the modules, and it shows which: on a slow network
// it takes longer than anything else. What goes wrong here shows, and is explained, when the tool is built.
func (b Builder) survey(ctx context.Context, missing []plan) (surveyed, error) {
	all := surveyed{compile: map[string]int64{}, link: map[string]int64{}}
	fetching := &latest{}
	err := b.Console.Watch("modules of the tools", fetching.String, func() error {
		for _, p := range missing {
			lines, err := b.list(ctx, p.tool, fetching)
			if err != nil {
				return err
			}
			all.add(p.tool, lines)
		}
		return nil
	})
	return all, err
}

// list returns a line of listFormat for each package of a tool.
func (b Builder) list(ctx context.Context, tool Tool, fetching *latest) ([]string, error) {
	flags, err := b.flags()
	if err != nil {
		return nil, err
	}
	out, err := os.CreateTemp(b.Cache, partialPrefix+"list-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	args := slices.Concat([]string{"list", "-e", "-deps", "-f", listFormat}, flags, tool.Packages)
	command := b.command(ctx, tool.Folder, args...)
	command.Stdout, command.Stderr = out, fetching
	if err := command.Run(); err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	text, err := os.ReadFile(out.Name())
	return strings.Split(string(text), "\n"), err
}

func (s *surveyed) add(tool Tool, lines []string) {
	var linked int64
	for _, line := range lines {
		fields := strings.Split(line, "|")
		if len(fields) < 3 {
			continue
		}
		var size int64
		for _, file := range fields[3:] {
			if info, err := os.Stat(filepath.Join(fields[2], file)); err == nil {
				size += info.Size()
			}
		}
		linked += size
		if fields[1] == "true" {
			s.compile[fields[0]] = size
		}
	}
	s.link[tool.Name] = linked / linkShare * int64(len(tool.Packages))
}

// linkShare is how many times faster a linker goes through a program's source than a compiler.
const linkShare = 25

// Source is how many bytes of source Go's cache lacks of some packages in a folder, compiled with Go's own flags. It is an
// estimate: what cannot be found out counts as nothing.
func Source(ctx context.Context, folder string, packages ...string) int64 {
	args := append([]string{"list", "-e", "-deps", "-f", listFormat}, packages...)
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = folder
	text, _ := command.Output() // the build says what is wrong
	s := surveyed{compile: map[string]int64{}, link: map[string]int64{}}
	s.add(Tool{}, strings.Split(string(text), "\n"))
	var total int64
	for _, size := range s.compile {
		total += size
	}
	return total
}

// latest keeps the last line that was written to it.
type latest struct{ text step.Text }

func (l *latest) Write(text []byte) (int, error) {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	l.text.Set(strings.TrimPrefix(lines[len(lines)-1], "go: "))
	return len(text), nil
}

func (l *latest) String() string { return l.text.String() }
