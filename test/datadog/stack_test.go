// Package datadog_test takes what Datadog watches through the real Pulumi CLI, against a stand-in of Datadog's API on this
// machine: with the real provider where its plugin can be had, and always with a stand-in of the provider, which holds
// every input against the SDK's types.
package datadog_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/datadog/resource"
	"github.com/techcommerce/platform/test/datadog/api"
	"github.com/techcommerce/platform/test/datadog/provider"
	"github.com/techcommerce/platform/test/datadog/sdktypes"
)

const (
	apiKey = "0123456789abcdef0123456789abcdef"
	appKey = "0123456789abcdef0123456789abcdef01234567"
)

// stack is a Pulumi project in a folder of its own, with a backend of its own.
type stack struct {
	dir     string
	environ []string
	api     *api.API
}

const project = `name: datadog
runtime: {name: go, options: {binary: %s}}
`

// newStack builds the program and configures a stack of it. The environment is that of `make env`, but for where state is.
func newStack(t *testing.T, more ...string) *stack {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "program")
	must(t, exec.Command("go", "build", "-o", binary, "./program"))
	s := &stack{dir: dir, api: api.New(apiKey, appKey)}
	server := httptest.NewServer(s.api)
	t.Cleanup(server.Close)
	s.environ = append(toolchain(t), append(more, "PULUMI_BACKEND_URL=file://"+dir, "DATADOG_STAND_IN="+server.URL,
		"PULUMI_CONFIG_PASSPHRASE=test", "PULUMI_SKIP_UPDATE_CHECK=true", "DD_HOST=http://127.0.0.1:1")...)
	if err := os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), fmt.Appendf(nil, project, binary), 0o644); err != nil {
		t.Fatal(err)
	}
	s.pulumi(t, "stack", "init", "test")
	s.pulumi(t, "config", "set", "errorLogs", "10")
	s.pulumi(t, "config", "set", "--secret", "apiKey", apiKey)
	s.pulumi(t, "config", "set", "--secret", "appKey", appKey)
	return s
}

// toolchain is this process' environment with the checkout's pulumi first.
func toolchain(t *testing.T) []string {
	t.Helper()
	root := must(t, exec.Command("git", "rev-parse", "--show-toplevel"))
	tools := exec.Command("make", "-s", "tools")
	tools.Dir = root
	must(t, tools)
	return append(os.Environ(), "PATH="+filepath.Join(root, ".local", "bin")+":"+os.Getenv("PATH"))
}

func must(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	text, err := output(command)
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, text)
	}
	return strings.TrimSpace(text)
}

func output(command *exec.Cmd) (string, error) {
	var text bytes.Buffer
	command.Stdout, command.Stderr = &text, &text
	err := command.Run()
	return text.String(), err
}

func (s *stack) try(args ...string) (string, error) {
	command := exec.Command("pulumi", append([]string{"--non-interactive", "--cwd", s.dir}, args...)...)
	for _, variable := range s.environ {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			command.Path = filepath.Join(strings.Split(path, ":")[0], "pulumi")
		}
	}
	command.Err, command.Env = nil, s.environ
	return output(command)
}

func (s *stack) pulumi(t *testing.T, args ...string) string {
	t.Helper()
	text, err := s.try(args...)
	if err != nil {
		t.Fatalf("pulumi %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return text
}

// TestWithAStandInOfTheProvider needs neither the plugin nor a network.
func TestWithAStandInOfTheProvider(t *testing.T) {
	sdk, err := sdktypes.Load()
	if err != nil {
		t.Fatal(err)
	}
	stand := provider.New(sdk)
	stop := make(chan bool)
	port, err := stand.Serve(stop)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(stop) })
	s := newStack(t, fmt.Sprintf("PULUMI_DEBUG_PROVIDERS=datadog:%d", port))
	s.lives(t)
	for _, token := range []string{
		resource.MonitorToken, resource.ObjectiveToken, resource.DashboardToken, resource.DowntimeToken,
	} {
		if !stand.Seen()[token] {
			t.Errorf("no %s was declared", token)
		}
	}
}

// TestWithTheRealProvider needs Pulumi's plugin, which only the public internet has.
func TestWithTheRealProvider(t *testing.T) {
	s := newStack(t)
	if text, err := s.try("plugin", "install", "resource", "datadog", resource.Version); err != nil {
		t.Skipf("SKIPPED: the Datadog provider %s is not here and cannot be installed: %s", resource.Version, text)
	}
	s.lives(t)
	s.survivesStumbles(t)
}

// lives takes the stack from its first preview to its end.
func (s *stack) lives(t *testing.T) {
	t.Helper()
	s.pulumi(t, "preview")
	if made := s.api.Count(); len(made) != 0 {
		t.Fatalf("a preview made %v", made)
	}
	s.pulumi(t, "up", "--yes", "--skip-preview")
	made := s.api.Count()
	if made["monitor"] < 25 || made["slo"] != 3 || made["dashboard"] != 1 || made["downtime"] != 1 {
		t.Errorf("made %v", made)
	}
	s.hidesKeys(t)
	s.pulumi(t, "up", "--yes", "--skip-preview", "--expect-no-changes")
	s.pulumi(t, "refresh", "--yes", "--skip-preview", "--expect-no-changes")
	s.followsASetting(t)
	s.comesBack(t)
	s.refusesKeys(t)
	s.pulumi(t, "destroy", "--yes", "--skip-preview")
	if left := s.api.Count(); len(left) != 0 {
		t.Errorf("destroy left %v", left)
	}
	s.deletedInOrder(t)
}

// hidesKeys looks for the keys in the state, as it lies on disk and as the CLI exports it.
func (s *stack) hidesKeys(t *testing.T) {
	t.Helper()
	text := s.pulumi(t, "stack", "export") + s.pulumi(t, "stack", "output", "--json")
	err := filepath.WalkDir(filepath.Join(s.dir, ".pulumi"), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		text += string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{apiKey, appKey} {
		if strings.Contains(strings.ReplaceAll(text, appKey, "B"), apiKey) || strings.Contains(text, appKey) {
			t.Errorf("the state shows a key that begins %s…", key[:4])
		}
	}
}

// followsASetting changes one limit: the monitors that have it change, and no others.
func (s *stack) followsASetting(t *testing.T) {
	t.Helper()
	before := len(s.api.Log())
	s.pulumi(t, "config", "set", "errorLogs", "20")
	s.pulumi(t, "up", "--yes", "--skip-preview")
	changes := s.api.Log()[before:]
	if len(changes) != 3 || slices.ContainsFunc(changes, func(c string) bool { return !strings.HasPrefix(c, "PUT /api/v1/monitor/") }) {
		t.Errorf("one limit of three services changed %q", changes)
	}
	if query := fmt.Sprint(s.api.Find("ErrorLogs-frontend")["query"]); !strings.HasSuffix(query, "> 20") {
		t.Errorf("got %s", query)
	}
}

// comesBack deletes a monitor behind Pulumi's back.
func (s *stack) comesBack(t *testing.T) {
	t.Helper()
	if !s.api.Lose("LogVolume") {
		t.Fatal("there is no monitor LogVolume")
	}
	s.pulumi(t, "refresh", "--yes", "--skip-preview")
	s.pulumi(t, "up", "--yes", "--skip-preview")
	if s.api.Find("LogVolume") == nil {
		t.Error("a monitor that somebody deleted does not come back")
	}
}

// refusesKeys gives the wrong keys, each as it would be noticed: the API key at once, the other at the first question.
func (s *stack) refusesKeys(t *testing.T) {
	t.Helper()
	for key, wrong := range map[string]string{"apiKey": strings.Repeat("ab", 16), "appKey": strings.Repeat("ab", 20)} {
		right := map[string]string{"apiKey": apiKey, "appKey": appKey}[key]
		s.pulumi(t, "config", "set", "--secret", key, wrong)
		if text, err := s.try("preview"); err == nil || !strings.Contains(text, "Forbidden") {
			t.Errorf("a wrong %s: %v\n%s", key, err, text)
		}
		s.pulumi(t, "config", "set", "--secret", key, right)
	}
}

// deletedInOrder demands that what is made of monitors went before them: the stand-in, as Datadog, refuses otherwise, and
// so each deletion must have been asked for once.
func (s *stack) deletedInOrder(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, request := range s.api.Log() {
		if !strings.HasPrefix(request, "DELETE ") {
			continue
		}
		if seen[request] {
			t.Errorf("%s was refused once", request)
		}
		seen[request] = true
	}
	if len(seen) < 30 {
		t.Errorf("%d deletions", len(seen))
	}
}

// survivesStumbles is about the real provider's patience: it asks four times, so one question must not fail more than
// three times.
func (s *stack) survivesStumbles(t *testing.T) {
	t.Helper()
	s.api.Stumble(api.Stumble{Status: 429, Reset: 1})
	s.pulumi(t, "up", "--yes", "--skip-preview")
	busy := api.Stumble{Status: 503}
	s.api.Stumble(busy, busy, busy)
	s.pulumi(t, "destroy", "--yes", "--skip-preview")
	if left := s.api.Count(); len(left) != 0 {
		t.Errorf("destroy left %v", left)
	}
}
