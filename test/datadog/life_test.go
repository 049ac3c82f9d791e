// Package datadog_test takes the shipped stacks that have Datadog through the real Pulumi CLI, against stand-ins of
// Datadog's API and of a cluster on this machine: with the real Datadog provider where its plugin can be had, and always
// with a stand-in of it. What may be declared at all is the SDK's types' to say.
package datadog_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/stacks/stackstest"
	"github.com/techcommerce/platform/test/datadog/api"
	"github.com/techcommerce/platform/test/datadog/cluster"
	"github.com/techcommerce/platform/test/datadog/provider"
)

// watched are the shipped stacks that have Datadog.
func watched() []string { return []string{"staging", "production"} }

// TestWithAStandInOfTheProvider needs neither the plugin nor a network.
func TestWithAStandInOfTheProvider(t *testing.T) {
	version := mustVersion(t)
	t.Logf("PROVIDER: a stand-in, in place of Datadog's %s", version)
	for _, name := range watched() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stand := provider.New(version)
			s := newStack(t, name, attached{"datadog": stand})
			s.comesUp(t)
			s.madeWhatIsDeclared(t, stand)
			s.lives(t)
			s.goes(t)
			if left := stand.Made(); len(left) > 0 {
				t.Errorf("destroy left %v", left)
			}
		})
	}
}

// TestWithTheRealProvider needs Pulumi's plugin, which only the public internet has.
func TestWithTheRealProvider(t *testing.T) {
	nowhere, version := &stack{dir: t.TempDir(), environ: toolchain()}, mustVersion(t)
	if text, err := nowhere.try("plugin", "install", "resource", "datadog", version); err != nil {
		t.Skipf("SKIPPED: the Datadog provider %s is not here and cannot be installed: %s", version, text)
	}
	t.Logf("PROVIDER: the real one of Datadog, %s", version)
	for _, name := range watched() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, name, nil)
			s.comesUp(t)
			s.lives(t)
			s.survivesStumbles(t)
			s.goes(t)
		})
	}
}

// mustVersion is the plugin's that belongs to the SDK.
func mustVersion(t *testing.T) string {
	t.Helper()
	version, err := provider.Version()
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// comesUp takes the stack from its first preview to an update that has nothing left to do.
func (s *stack) comesUp(t *testing.T) {
	t.Helper()
	s.pulumi(t, "preview")
	if made := s.api.Count(); len(made) != 0 {
		t.Fatalf("a preview made %v", made)
	}
	s.pulumi(t, "up", "--yes", "--skip-preview")
	s.hidesSecrets(t)
	s.pulumi(t, "up", "--yes", "--skip-preview", "--expect-no-changes")
	s.pulumi(t, "refresh", "--yes", "--skip-preview", "--expect-no-changes")
}

// documents are the logical names in a golden file.
var documents = regexp.MustCompile(`(?m)^# [\w-]*/([\w-]+)`)

// madeWhatIsDeclared compares with the golden file, in which the declaration of the same stack is reviewed.
func (s *stack) madeWhatIsDeclared(t *testing.T, datadog *provider.Provider) {
	t.Helper()
	var want, got []string
	golden := mustRead(t, filepath.Join(stackstest.Root(), "infra", "testdata", s.name+".golden.yaml"))
	for _, found := range documents.FindAllStringSubmatch(golden, -1) {
		want = append(want, found[1])
	}
	for _, urn := range append(datadog.Made(), s.cluster.Made()...) {
		got = append(got, urn.Name())
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-declared +made:\n%s", diff)
	}
	var outputs struct {
		DatadogMonitors    int
		DatadogHelmVersion string `json:"datadog_helm_version"`
	}
	if err := json.Unmarshal([]byte(s.pulumi(t, "stack", "output", "--json")), &outputs); err != nil {
		t.Fatal(err)
	}
	if made := s.api.Count(); outputs.DatadogMonitors != made["monitor"] || made["slo"] != 3 || made["dashboard"] != 1 {
		t.Errorf("made %v, the stack says %d monitors", made, outputs.DatadogMonitors)
	}
	if outputs.DatadogHelmVersion != cluster.ReleasedChart {
		t.Errorf("the stack says chart %s, Helm has released %s", outputs.DatadogHelmVersion, cluster.ReleasedChart)
	}
}

// lives is what happens to a stack over time.
func (s *stack) lives(t *testing.T) {
	t.Helper()
	s.followsASetting(t)
	s.followsAThreshold(t)
	s.asksForMore(t)
	s.findsEdits(t)
	s.comesBack(t)
	s.refusesKeys(t)
}

// goes destroys everything but what a stack protects, which is its data, as `make destroy` does: one monitor is gone
// already.
func (s *stack) goes(t *testing.T) {
	t.Helper()
	if !s.api.Lose("ImageMissing") {
		t.Error("there is no monitor ImageMissing")
	}
	s.pulumi(t, "destroy", "--yes", "--skip-preview", "--refresh", "--exclude-protected")
	if left := s.api.Count(); len(left) != 0 {
		t.Errorf("destroy left %v", left)
	}
	s.deletedInOrder(t)
}

// hidesSecrets looks for them in the state, as it lies on disk and as the CLI exports it, and in the settings.
func (s *stack) hidesSecrets(t *testing.T) {
	t.Helper()
	text := s.pulumi(t, "stack", "export") + s.pulumi(t, "stack", "output", "--json")
	for _, path := range []string{".pulumi", "Pulumi." + s.name + ".yaml"} {
		err := filepath.WalkDir(filepath.Join(s.dir, path), func(path string, entry os.DirEntry, err error) error {
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
	}
	for name, secret := range stackstest.Secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("%s is shown", name)
		}
	}
}

// followsASetting changes one limit: the monitors that have it change, and no others.
func (s *stack) followsASetting(t *testing.T) {
	t.Helper()
	before := len(s.api.Log())
	s.set(t, "datadog.limits.errorLogs", "25")
	s.pulumi(t, "up", "--yes", "--skip-preview")
	changes := s.api.Log()[before:]
	if len(changes) != 3 || slices.ContainsFunc(changes, func(c string) bool { return !strings.HasPrefix(c, "PUT /api/v1/monitor/") }) {
		t.Errorf("one limit of three services changed %q", changes)
	}
	if query := fmt.Sprint(s.api.Find("ErrorLogs-frontend")["query"]); !strings.HasSuffix(query, "> 25") {
		t.Errorf("got %s", query)
	}
}

// followsAThreshold changes when one monitor alerts, by its name alone.
func (s *stack) followsAThreshold(t *testing.T) {
	t.Helper()
	s.set(t, "datadog.thresholds[0].monitor", "CallsFail-frontend")
	s.set(t, "datadog.thresholds[0].critical", "12")
	before := len(s.api.Log())
	s.pulumi(t, "up", "--yes", "--skip-preview")
	if changes := s.api.Log()[before:]; len(changes) != 1 {
		t.Errorf("one threshold changed %q", changes)
	}
	if query := fmt.Sprint(s.api.Find("CallsFail-frontend")["query"]); !strings.HasSuffix(query, "> 12") {
		t.Errorf("got %s", query)
	}
}

// asksForMore turns on what no shipped stack has.
func (s *stack) asksForMore(t *testing.T) {
	t.Helper()
	for path, value := range map[string]string{
		"datadog.synthetic.url": "https://shop.example.com", "datadog.catalogue": "true", "datadog.logs.metrics": "true",
		"datadog.logs.index.dailyLimit":      "1000000",
		"datadog.logs.index.exclude[0].name": "chatter", "datadog.logs.index.exclude[0].query": "status:debug",
		"datadog.notify.rule.team": "00000000-0000-0000-0000-000000000001", "datadog.notify.rule.email": "true",
	} {
		s.set(t, path, value)
	}
	s.pulumi(t, "up", "--yes", "--skip-preview")
	made := s.api.Count()
	for kind, want := range map[string]int{"synthetic": 2, "definition": 3, "index": 1, "metric": 1, "rule": 1} {
		if made[kind] != want {
			t.Errorf("made %d of %s, want %d", made[kind], kind, want)
		}
	}
	s.pulumi(t, "up", "--yes", "--skip-preview", "--expect-no-changes")
}

// findsEdits changes a monitor in the browser: what `make drift` asks Pulumi finds it, changes nothing and names the
// monitor, and an update with a refresh, which is what `make deploy` runs, undoes it.
func (s *stack) findsEdits(t *testing.T) {
	t.Helper()
	const name, byHand = "CallsFail-frontend", "no one is notified"
	declared := fmt.Sprint(s.api.Find(name)["message"])
	if !s.api.Edit(name, "message", byHand) {
		t.Fatalf("there is no monitor %s", name)
	}
	before := len(s.api.Log())
	if got := s.refreshed(t); len(got) != 1 || !strings.HasSuffix(got[0], "::"+name+" message") {
		t.Errorf("one edited message, and a refresh finds %q", got)
	}
	if text, err := s.try("preview", "--refresh", "--expect-no-changes"); err == nil || !strings.Contains(text, name) {
		t.Errorf("a preview with a refresh does not find the edit: %v\n%s", err, text)
	}
	if changes := s.api.Log()[before:]; len(changes) != 0 {
		t.Errorf("looking for edits changed %q", changes)
	}
	s.pulumi(t, "up", "--yes", "--skip-preview", "--refresh")
	if got := fmt.Sprint(s.api.Find(name)["message"]); got != declared {
		t.Errorf("after an update the message is %q, want %q", got, declared)
	}
	if changes := s.api.Log()[before:]; len(changes) != 1 {
		t.Errorf("one edit was undone by %q", changes)
	}
}

// refreshed lists the resources and properties that are not as the state says, from what `make drift` reads.
func (s *stack) refreshed(t *testing.T) (found []string) {
	t.Helper()
	var digest struct {
		Steps []struct {
			Op, URN      string
			DetailedDiff map[string]any
		}
	}
	if err := json.Unmarshal([]byte(s.pulumi(t, "refresh", "--preview-only", "--json")), &digest); err != nil {
		t.Fatal(err)
	}
	for _, step := range digest.Steps {
		if len(step.DetailedDiff) > 0 {
			found = append(found, step.URN+" "+strings.Join(slices.Sorted(maps.Keys(step.DetailedDiff)), ", "))
		}
	}
	return found
}

// comesBack deletes monitors behind Pulumi's back: one, and one that an objective is made of.
func (s *stack) comesBack(t *testing.T) {
	t.Helper()
	for _, name := range []string{"AgentDown", "DeploymentShortOfReplicas"} {
		if !s.api.Lose(name) {
			t.Fatalf("there is no monitor %s", name)
		}
		s.pulumi(t, "preview")
		s.pulumi(t, "refresh", "--yes", "--skip-preview")
		s.pulumi(t, "up", "--yes", "--skip-preview")
		if s.api.Find(name) == nil {
			t.Errorf("%s, which somebody deleted, does not come back", name)
		}
	}
}

// refusesKeys gives the wrong keys: the preview names the key and the site.
func (s *stack) refusesKeys(t *testing.T) {
	t.Helper()
	for key, wrong := range map[string]string{"datadogApiKey": strings.Repeat("ab", 16), "datadogAppKey": strings.Repeat("ab", 20)} {
		s.pulumi(t, "config", "set", "--secret", key, wrong)
		if text, err := s.try("preview"); err == nil || !strings.Contains(text, "datadog: site ") || !strings.Contains(text, "key ("+key+")") {
			t.Errorf("a wrong %s: %v\n%s", key, err, text)
		}
		s.pulumi(t, "config", "set", "--secret", key, stackstest.Secrets()[key])
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
	s.pulumi(t, "refresh", "--yes", "--skip-preview")
}
