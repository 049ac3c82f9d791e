package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/techcommerce/platform/tools/local/internal/cluster"
	"github.com/techcommerce/platform/tools/local/internal/images"
	"github.com/techcommerce/platform/tools/local/internal/step"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// defaultPublish are the NodePorts of the local stack: the shop, Prometheus, Grafana.
const defaultPublish = "30000,30030,30090"

// workspace is a checkout and the git-ignored folder in it that everything here is kept in.
type workspace struct {
	repository string
	// local is the git-ignored folder.
	local string
	// cache holds the toolchain by version, for all checkouts of the user. LOCAL_CACHE names another.
	cache string
}

// session is one run of a command.
type session struct {
	workspace
	console  *step.Console
	programs map[string]string
	// goal is what the tools are built for, for the one who waits; nil where it is the tools themselves.
	goal func(context.Context) toolchain.Goal
	// shopOnly leaves out what watches the shop.
	shopOnly bool
}

// openWorkspace finds the checkout from the working directory.
func openWorkspace() (workspace, error) {
	at, err := os.Getwd()
	if err != nil {
		return workspace{}, err
	}
	for ; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "Pulumi.yaml")); err == nil {
			break
		}
		if at == "/" {
			return workspace{}, errors.New("not in a checkout: no Pulumi.yaml here or above")
		}
	}
	local := filepath.Join(at, ".local")
	cache, err := cacheFolder()
	if err != nil {
		return workspace{}, err
	}
	w := workspace{repository: at, local: local, cache: cache}
	if err := os.Setenv("PATH", without(os.Getenv("PATH"), w.path("bin"))); err != nil {
		return workspace{}, err
	}
	return w, os.MkdirAll(w.path("bin"), 0o755)
}

// cacheFolder is where the toolchain is kept. It is outside the checkout: what took a quarter of an hour to build is good
// for every clone, and outlives it.
func cacheFolder() (string, error) {
	if folder := os.Getenv("LOCAL_CACHE"); folder != "" {
		// Builds run in other folders than this one.
		return filepath.Abs(folder)
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", &step.Problem{
			What: "no folder to keep the toolchain in", Cause: err,
			Mend: "Set HOME or XDG_CACHE_HOME, or name a folder: LOCAL_CACHE=/some/folder make up",
		}
	}
	return filepath.Join(user, "techcommerce"), nil
}

// without takes a folder out of a list of them. In a shell with make env our own tools come first, and would be taken for
// the machine's.
func without(list, folder string) string {
	folders := slices.DeleteFunc(filepath.SplitList(list), func(f string) bool { return f == folder })
	return strings.Join(folders, string(filepath.ListSeparator))
}

func (w workspace) path(elements ...string) string {
	return filepath.Join(append([]string{w.local}, elements...)...)
}

// lock makes this the only command at work in the checkout; another one waits.
func (s *session) lock(ctx context.Context) (release func(), err error) {
	file, err := os.OpenFile(s.path("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	told := false
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, err
		}
		if !told {
			told = true
			holder, _ := os.ReadFile(file.Name())
			s.console.Sayf("another make is at work in this checkout (process %s): waiting for it", strings.TrimSpace(string(holder)))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	if err := file.Truncate(0); err != nil {
		return nil, err
	}
	if _, err := file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0); err != nil {
		return nil, err
	}
	return func() { _ = file.Close() }, nil
}

func (s *session) builder() toolchain.Builder {
	return toolchain.Builder{ToolsDir: filepath.Join(s.repository, "tools"), Cache: s.cache, Console: s.console, Goal: s.goal}
}

// ensure brings the tools to deploy with, the machine's own where they fit, and those wanted besides, and links them in
// .local/bin, which the environment's PATH starts with.
func (s *session) ensure(ctx context.Context, wanted ...toolchain.Tool) error {
	builder := s.builder()
	found := builder.OnMachine(ctx)
	if found == nil {
		wanted = slices.Concat(wanted, toolchain.Deploying())
	}
	programs, err := builder.Ensure(ctx, wanted)
	if err != nil {
		return err
	}
	maps.Copy(programs, found)
	if s.programs == nil {
		s.programs = map[string]string{}
	}
	maps.Copy(s.programs, programs)
	if kubectl, ok := programs["kubectl"]; ok {
		if err := replaceLink(s.path("bin", "kubectl"), kubectl); err != nil {
			return err
		}
	}
	// The CLI looks for its language host beside itself, and warns when it finds one on the PATH alone.
	beside := filepath.Join(filepath.Dir(programs["pulumi"]), "pulumi-language-go")
	if beside == programs["pulumi-language-go"] {
		return replaceLink(s.path("bin", "pulumi"), programs["pulumi"])
	}
	for _, name := range []string{"pulumi", "pulumi-language-go"} {
		if err := replaceCopy(s.path("bin", name), programs[name]); err != nil {
			return err
		}
	}
	return nil
}

// replaceCopy makes path the same file as source, or a copy where they lie on different file systems.
func replaceCopy(path, source string) error {
	have, haveErr := os.Lstat(path)
	want, err := os.Stat(source)
	if err != nil {
		return err
	}
	if haveErr == nil && have.Size() == want.Size() && have.ModTime().Equal(want.ModTime()) {
		return nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if os.Link(source, path) == nil {
		return nil
	}
	return exec.Command("cp", "--preserve=mode,timestamps", source, path).Run()
}

func replaceLink(link, target string) error {
	if current, err := os.Readlink(link); err == nil && current == target {
		return nil
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(target, link)
}

// cluster describes this checkout's cluster.
func (s *session) cluster() (cluster.Cluster, error) {
	ports, err := publishedPorts()
	if err != nil {
		return cluster.Cluster{}, err
	}
	return cluster.Cluster{Dir: s.path("cluster"), Programs: s.programs, Publish: ports}, nil
}

// publishedPorts reads PUBLISH: NodePorts separated by commas, or "none".
func publishedPorts() ([]int, error) {
	text := os.Getenv("PUBLISH")
	switch text {
	case "none":
		return nil, nil
	case "":
		text = defaultPublish
	}
	var ports []int
	for field := range strings.SplitSeq(text, ",") {
		port, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || port < 30000 || port > 32767 {
			return nil, &step.Problem{
				What: fmt.Sprintf("PUBLISH=%s: %q is no NodePort", text, field),
				Mend: "Give numbers from 30000 to 32767 separated by commas, or none.",
			}
		}
		ports = append(ports, port)
	}
	return ports, nil
}

func (s *session) workshop() images.Workshop {
	return images.Workshop{
		Repository: s.repository, Dir: s.path("images"), Shared: filepath.Join(s.cache, "images"), Programs: s.programs,
		Architecture: os.Getenv("ARCHITECTURE"),
	}
}
