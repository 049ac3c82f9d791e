package datadog_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/stacks/stackstest"
	"github.com/techcommerce/platform/test/datadog/api"
	"github.com/techcommerce/platform/test/datadog/cluster"
	"github.com/techcommerce/platform/test/datadog/standin"
)

// stack is a shipped stack in a throwaway copy of its project, with a backend, an API of Datadog and a cluster of its own.
type stack struct {
	name, dir string
	environ   []string
	api       *api.API
	cluster   *cluster.Provider
}

// attached is the name of a provider and its stand-in.
type attached map[string]plugin.Provider

// newStack configures a shipped stack as an operator would, but for where Datadog's API is.
func newStack(t *testing.T, name string, providers attached) *stack {
	t.Helper()
	s := &stack{name: name, dir: t.TempDir(), cluster: cluster.New()}
	s.api = api.New(stackstest.Secrets()["datadogApiKey"], stackstest.Secrets()["datadogAppKey"])
	s.project(t)
	ports := []string{fmt.Sprintf("kubernetes:%d", serve(t, s.cluster))}
	for provider, stand := range providers {
		ports = append(ports, fmt.Sprintf("%s:%d", provider, serve(t, stand)))
	}
	// A stray DD_HOST must redirect nothing.
	s.environ = append(toolchain(), "PULUMI_BACKEND_URL=file://"+s.dir, "PULUMI_CONFIG_PASSPHRASE=test",
		"PULUMI_SKIP_UPDATE_CHECK=true", "PULUMI_DEBUG_PROVIDERS="+strings.Join(ports, ","),
		"KUBECONFIG="+filepath.Join(s.dir, "kubeconfig"), "DD_HOST=http://127.0.0.1:1")
	s.pulumi(t, "stack", "init", name)
	set := []string{"config", "set-all"}
	for key, value := range stackstest.Secrets() {
		set = append(set, "--secret", key+"="+value)
	}
	s.pulumi(t, set...)
	s.set(t, "datadog.api", listen(t, s.api))
	return s
}

// project copies what the program reads: its project file, but for the binary, the stack's settings, and images as
// `make images` leaves them.
func (s *stack) project(t *testing.T) {
	t.Helper()
	root := stackstest.Root()
	project := regexp.MustCompile(`buildTarget: .*`).ReplaceAllString(mustRead(t, filepath.Join(root, "Pulumi.yaml")), "binary: "+program)
	images := map[string]string{}
	for i, service := range contract.Services() {
		digest := strings.Repeat(fmt.Sprint(i+1), 64)
		images[service.Name] = "registry.example.com/" + service.Name + "@sha256:" + digest
	}
	releases, err := json.Marshal(map[string]any{"images": images})
	if err != nil {
		t.Fatal(err)
	}
	settings := "Pulumi." + s.name + ".yaml"
	for path, text := range map[string]string{
		"Pulumi.yaml": project, settings: stackstest.Fixture(t, s.name),
		".local/images.json": string(releases), "infra/.keep": "",
		"kubeconfig": string(cluster.Kubeconfig(listen(t, cluster.API{}))),
	} {
		path = filepath.Join(s.dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(root, "apps"), filepath.Join(s.dir, "apps")); err != nil {
		t.Fatal(err)
	}
}

// program is the shipped program, as TestMain has built it.
var program string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// run brings the tools and builds the program, once for all tests.
func run(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "datadog-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left is temporary
	program = filepath.Join(dir, "program")
	for _, command := range []*exec.Cmd{exec.Command("make", "-s", "tools"), exec.Command("go", "build", "-o", program, "./infra")} {
		command.Dir = stackstest.Root()
		if text, err := command.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", command, err, text)
			return 1
		}
	}
	return m.Run()
}

func serve(t *testing.T, stand plugin.Provider) (port int) {
	t.Helper()
	stop := make(chan bool)
	port, err := standin.Serve(stand, stop)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(stop) })
	return port
}

func listen(t *testing.T, handler http.Handler) (address string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// toolchain is this process' environment with the checkout's pulumi first.
func toolchain() []string {
	return append(os.Environ(), "PATH="+filepath.Join(stackstest.Root(), ".local", "bin")+":"+os.Getenv("PATH"))
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s *stack) try(args ...string) (string, error) {
	command := exec.Command("pulumi", append([]string{"--non-interactive", "--cwd", s.dir}, args...)...)
	for _, variable := range s.environ {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			command.Path = filepath.Join(strings.Split(path, ":")[0], "pulumi")
		}
	}
	command.Err, command.Env = nil, s.environ
	text, err := command.CombinedOutput()
	return string(text), err
}

func (s *stack) pulumi(t *testing.T, args ...string) string {
	t.Helper()
	text, err := s.try(args...)
	if err != nil {
		t.Fatalf("pulumi %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return text
}

// set changes one setting of the stack's file.
func (s *stack) set(t *testing.T, path, value string) {
	t.Helper()
	s.pulumi(t, "config", "set", "--path", "techcommerce:"+path, value)
}
