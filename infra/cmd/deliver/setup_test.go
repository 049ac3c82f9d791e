package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/canary"
	"github.com/techcommerce/platform/infra/releases"
)

// setup is a checkout, a stack of it, its cluster, its shop, and those who are notified.
type setup struct {
	t          *testing.T
	dir, state string
	// server is the address of all of them.
	server, shop string
	lock         sync.Mutex
	heard        map[string][]map[string]any
	lease        map[string]any
	version      int
	// backups is what becomes of a backup that is asked for: done, failed or forbidden. Empty: there is no CronJob.
	backups string
	// jobs are those that were made.
	jobs []batchv1.Job
	// source is what a canary's pods tell.
	source canary.Source
	// refusesCanaries has the cluster forbid them, as by a quota, hidesCanaries to list them.
	refusesCanaries, hidesCanaries bool
	// broken says that the shop answers 500 while the cluster runs this image of the frontend.
	broken string
}

func newSetup(t *testing.T) *setup {
	t.Helper()
	s := &setup{t: t, dir: filepath.Join(t.TempDir(), "checkout"), state: t.TempDir(), heard: map[string][]map[string]any{}}
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(bin, "pulumi"), "#!/bin/sh\n"+fakePulumi+"=1 exec "+self+" \"$@\"\n")
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("FAKE", s.state)
	t.Setenv("GITHUB_ACTOR", "ada")
	s.change(func(b *backend) {
		b.State, b.Cluster, b.ClusterUID = map[string]string{}, map[string]string{}, "u-1"
	})
	s.add("Pulumi.staging.yaml", "config:\n  techcommerce:logLevel: info\n")
	s.add(".gitignore", ".local/\n")
	s.add("apps/order-api/order/sqlstore/migrations/sqlite/00001_orders.sql", "")
	s.git("init", "--quiet")
	s.build("1")
	t.Chdir(s.dir)
	server := httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(server.Close)
	s.server, s.shop = server.URL, server.URL+"/shop"
	mustWrite(t, filepath.Join(s.state, "kubeconfig"), fmt.Sprintf(`
apiVersion: v1
kind: Config
current-context: other
clusters: [{name: right, cluster: {server: %s/cluster}}, {name: other, cluster: {server: %[1]s/other}}]
contexts: [{name: right, context: {cluster: right}}, {name: other, context: {cluster: other}}]
`, server.URL))
	t.Setenv("KUBECONFIG", filepath.Join(s.state, "kubeconfig"))
	s.settings(server.URL)
	return s
}

// settings has every receiver of notifications on this machine, and a context that is not the current one.
func (s *setup) settings(server string) { s.settingsWith(server, `{"embedded":{}}`) }

func (s *setup) settingsWith(server, database string) {
	s.t.Helper()
	type value struct {
		Value  string `json:"value"`
		Secret bool   `json:"secret"`
	}
	all := map[string]value{
		"techcommerce:namespace":      {Value: "shop"},
		"techcommerce:database":       {Value: database},
		"techcommerce:edge":           {Value: `{"nodePort":30000}`},
		"techcommerce:cluster":        {Value: `{"context":"right"}`},
		"techcommerce:datadog":        {Value: `{"cluster":"shop","api":"` + server + `"}`},
		"techcommerce:datadogApiKey":  {Value: strings.Repeat("0123456789abcdef", 2), Secret: true},
		"techcommerce:datadogAppKey":  {Value: strings.Repeat("0123456789", 4), Secret: true},
		"techcommerce:newsWebhookUrl": {Value: server + "/webhook", Secret: true},
		"techcommerce:newsSlackUrl":   {Value: server + "/slack", Secret: true},
	}
	if s.source != nil {
		all["techcommerce:services"] = value{Value: `{"order-api":{"rollout":"canary"}}`}
		all["techcommerce:canary"] = value{Value: `{"watch":"1s"}`}
	}
	if strings.Contains(database, "external") {
		for _, name := range []string{"orderApiDatabaseUrl", "productApiDatabaseUrl"} {
			all["techcommerce:"+name] = value{Value: "postgres://shop:secret@db.example.com/" + name + "?sslmode=require", Secret: true}
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("config", string(text))
}

// change changes what the backend and the cluster have.
func (s *setup) change(do func(*backend)) {
	s.t.Helper()
	var b backend
	if _, err := os.Stat(filepath.Join(s.state, "backend.json")); err == nil {
		b = s.backend()
	}
	do(&b)
	if err := b.write(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *setup) backend() backend {
	s.t.Helper()
	b, err := readBackend()
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *setup) write(name, text string) { mustWrite(s.t, filepath.Join(s.state, name), text) }

func (s *setup) add(name, text string) { mustWrite(s.t, filepath.Join(s.dir, name), text) }

func mustWrite(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s *setup) git(args ...string) string {
	s.t.Helper()
	command := exec.Command("git", append([]string{"-c", "user.name=ada", "-c", "user.email=ada@example.com"}, args...)...)
	command.Dir = s.dir
	text, err := command.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", args, err, text)
	}
	return strings.TrimSpace(string(text))
}

// image is a service's build with a digest of one digit.
func image(service, digit string) string { return service + "@sha256:" + strings.Repeat(digit, 64) }

// build makes new images of all services.
func (s *setup) build(digit string) {
	s.t.Helper()
	images := map[string]string{}
	for _, service := range []string{"frontend", "order-api", "product-api"} {
		images[service] = image(service, digit)
	}
	text, err := json.Marshal(map[string]any{"images": images})
	if err != nil {
		s.t.Fatal(err)
	}
	s.add(".local/images.json", string(text))
}

// commit commits everything and is the record of it.
func (s *setup) commit() releases.Record {
	s.t.Helper()
	s.git("add", "--all")
	s.git("commit", "--quiet", "--message", "work", "--allow-empty")
	_, r, err := declared(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// deployed is a release that was deployed, with its record.
func (s *setup) deployed(digit string) releases.Record {
	s.t.Helper()
	s.build(digit)
	r := s.commit()
	s.change(func(b *backend) {
		all, record, err := declared(s.dir)
		if err != nil {
			s.t.Fatal(err)
		}
		for name, value := range all {
			b.State[name], b.Cluster[name] = value, value
		}
		b.Release, b.Owner = record.ID(), "organization/techcommerce/staging"
		if err := b.remember(record); err != nil {
			s.t.Fatal(err)
		}
	})
	return r
}

// deliver runs the command on the stack staging as make does.
func (s *setup) deliver(command string, flags ...string) (said string, err error) {
	s.t.Helper()
	return s.run(append([]string{command, "-stack", "staging", "-url", s.shop, "-within", "2s", "-wait", "10s"}, flags...)...)
}

func (s *setup) run(args ...string) (said string, err error) {
	s.t.Helper()
	var out bytes.Buffer
	err = s.runIn(s.t.Context(), &out, args...)
	return out.String(), err
}

// runIn runs the command as main does, with the setup's own source of metrics.
func (s *setup) runIn(ctx context.Context, out io.Writer, args ...string) error {
	do, j, err := parse(args, strings.NewReader(""), out)
	if err != nil {
		return err
	}
	if s.source != nil {
		j.watch = func(*operation, string) (canary.Source, func()) { return s.source, func() {} }
	}
	return do.run(ctx, j)
}

// calls are what pulumi was asked, each with the folder that it ran in.
func (s *setup) calls() []string {
	s.t.Helper()
	calls, err := os.ReadFile(filepath.Join(s.state, "calls"))
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(calls)), "\n")
}

// updates are the folders that pulumi up ran in, and whether from what the cluster has.
func (s *setup) updates() []string {
	s.t.Helper()
	var list []string
	for _, call := range s.calls() {
		folder, args, _ := strings.Cut(call, ": ")
		if !strings.HasPrefix(args, "up ") {
			continue
		}
		if strings.Contains(args, "--refresh") {
			folder += " refreshed"
		}
		list = append(list, folder)
	}
	return list
}

// runs wants the cluster to have this build of every service.
func (s *setup) runs(digit, level string) {
	s.t.Helper()
	cluster := s.backend().Cluster
	for _, service := range []string{"frontend", "order-api", "product-api"} {
		if cluster[service] != image(service, digit) {
			s.t.Errorf("%s runs %s, want %s", service, cluster[service], image(service, digit))
		}
	}
	if cluster["logLevel"] != level {
		s.t.Errorf("log level: got %s, want %s", cluster["logLevel"], level)
	}
}

// remembers wants these records, newest first.
func (s *setup) remembers(want ...releases.Record) {
	s.t.Helper()
	got, err := releases.Parse(s.backend().Records)
	if err != nil || len(got) != len(want) {
		s.t.Fatalf("got %d records, want %d (%v)", len(got), len(want), err)
	}
	for i := range want {
		if !got[i].Same(want[i]) {
			s.t.Errorf("record %d: got %.12s, want %.12s", i, got[i].Revision, want[i].Revision)
		}
	}
}

// wasNotified wants one message at each receiver, with all of the words.
func (s *setup) wasNotified(outcome, kind string, words ...string) {
	s.t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, path := range []string{"/webhook", "/slack", "/api/v1/events"} {
		if len(s.heard[path]) != 1 {
			s.t.Fatalf("%s was notified %d times, want once: %v", path, len(s.heard[path]), s.heard[path])
		}
		text := fmt.Sprint(s.heard[path][0]["text"])
		for _, word := range words {
			if !strings.Contains(text, word) {
				s.t.Errorf("%s: want %q said, got:\n%s", path, word, text)
			}
		}
	}
	if got := s.heard["/webhook"][0]["outcome"]; got != outcome {
		s.t.Errorf("the webhook's outcome: got %v, want %s", got, outcome)
	}
	event := s.heard["/api/v1/events"][0]
	if tags := fmt.Sprint(event["tags"]); event["alert_type"] != kind || !strings.Contains(tags, "env:staging") {
		s.t.Errorf("Datadog's event: got type %v, tags %s, want %s and env:staging", event["alert_type"], tags, kind)
	}
}

// nobodyWasNotified wants silence: nothing happened.
func (s *setup) nobodyWasNotified() {
	s.t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.heard) > 0 {
		s.t.Errorf("somebody was notified of what did not happen: %v", s.heard)
	}
}

// eventually waits for a short while.
func eventually(t *testing.T, what string, true func() bool) {
	t.Helper()
	for start := time.Now(); !true(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > 15*time.Second {
			t.Fatal("it never happened: " + what)
		}
	}
}
