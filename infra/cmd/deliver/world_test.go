package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/releases"
)

// pulumi stands in for the stock CLI, as far as deliver asks it. What it was asked is in the file calls.
const pulumi = `#!/bin/sh
echo "$(basename "$PWD"): $*" >> "$FAKE/calls"
case "$*" in
"config --json"*) cat "$FAKE/config" ;;
"stack output"*) cat "$FAKE/outputs" ;;
"stack history"*) cat "$FAKE/history" ;;
"stack ls"*) cat "$FAKE/stacks" ;;
"stack init"* | "config set"* | destroy* | "stack rm"*) ;;
up*)
	case "$PWD" in
	*/.local/release) rm -f "$FAKE/shop-is-broken" ;;
	*) if [ -e "$FAKE/up-fails" ]; then echo "the pods do not become ready"; exit 255; fi ;;
	esac
	[ ! -e "$FAKE/next" ] || mv "$FAKE/next" "$FAKE/outputs" ;;
*) echo "unknown: $*" >&2; exit 1 ;;
esac
`

// world is a checkout, a stack of it, its cluster, its shop, and those who want to hear of it.
type world struct {
	t          *testing.T
	dir, state string
	shop       string
	lock       sync.Mutex
	heard      map[string][]map[string]any
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "checkout"), state: t.TempDir(), heard: map[string][]map[string]any{}}
	bin := t.TempDir()
	mustWrite(t, filepath.Join(bin, "pulumi"), pulumi)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("FAKE", w.state)
	t.Setenv("GITHUB_ACTOR", "ada")
	w.add("Pulumi.staging.yaml", "config:\n  techcommerce:logLevel: info\n")
	w.add(".gitignore", ".local/\n")
	w.add("apps/order-api/order/sqlstore/migrations/sqlite/00001_orders.sql", "")
	w.git("init", "--quiet")
	t.Chdir(w.dir)
	server := httptest.NewServer(http.HandlerFunc(w.answer))
	t.Cleanup(server.Close)
	w.shop = server.URL + "/shop"
	mustWrite(t, filepath.Join(w.state, "kubeconfig"), fmt.Sprintf(`
apiVersion: v1
kind: Config
current-context: other
clusters: [{name: right, cluster: {server: %s/cluster}}, {name: other, cluster: {server: %[1]s/other}}]
contexts: [{name: right, context: {cluster: right}}, {name: other, context: {cluster: other}}]
`, server.URL))
	t.Setenv("KUBECONFIG", filepath.Join(w.state, "kubeconfig"))
	w.settings(server.URL)
	w.write("history", `[{"kind": "update", "result": "succeeded"}]`)
	return w
}

// settings has every receiver of news on this machine, and a context that is not the current one.
func (w *world) settings(server string) {
	w.t.Helper()
	type value struct {
		Value  string `json:"value"`
		Secret bool   `json:"secret"`
	}
	text, err := json.Marshal(map[string]value{
		"techcommerce:database":       {Value: `{"embedded":{}}`},
		"techcommerce:edge":           {Value: `{"nodePort":30000}`},
		"techcommerce:cluster":        {Value: `{"context":"right"}`},
		"techcommerce:datadog":        {Value: `{"cluster":"shop","api":"` + server + `"}`},
		"techcommerce:datadogApiKey":  {Value: strings.Repeat("0123456789abcdef", 2), Secret: true},
		"techcommerce:datadogAppKey":  {Value: strings.Repeat("0123456789", 4), Secret: true},
		"techcommerce:newsWebhookUrl": {Value: server + "/webhook", Secret: true},
		"techcommerce:newsSlackUrl":   {Value: server + "/slack", Secret: true},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.write("config", string(text))
}

// answer is the cluster, the shop and the receivers.
func (w *world) answer(out http.ResponseWriter, r *http.Request) {
	out.Header().Set("Content-Type", "application/json")
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/cluster/"):
		fmt.Fprint(out, `{"items": []}`)
	case path == "/webhook" || path == "/slack" || path == "/api/v1/events" && r.Header.Get("DD-API-KEY") != "":
		w.hear(path, r)
	case strings.HasPrefix(path, "/shop/") && w.has("shop-is-broken"):
		http.Error(out, "{}", http.StatusInternalServerError)
	case path == "/shop/api/orders" && r.Method == http.MethodPost:
		http.Error(out, "{}", http.StatusUnprocessableEntity)
	case strings.HasPrefix(path, "/shop/"):
		fmt.Fprint(out, "{}")
	default:
		http.NotFound(out, r)
	}
}

func (w *world) hear(path string, r *http.Request) {
	var said map[string]any
	if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
		w.t.Errorf("%s was told what is no JSON: %v", path, err)
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.heard[path] = append(w.heard[path], said)
}

func (w *world) has(name string) bool {
	_, err := os.Stat(filepath.Join(w.state, name))
	return err == nil
}

func (w *world) write(name, text string) { mustWrite(w.t, filepath.Join(w.state, name), text) }

func (w *world) add(name, text string) { mustWrite(w.t, filepath.Join(w.dir, name), text) }

func mustWrite(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
}

func (w *world) git(args ...string) string {
	w.t.Helper()
	command := exec.Command("git", append([]string{"-c", "user.name=ada", "-c", "user.email=ada@example.com"}, args...)...)
	command.Dir = w.dir
	text, err := command.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", args, err, text)
	}
	return strings.TrimSpace(string(text))
}

// commit commits everything and is the record of it.
func (w *world) commit() releases.Record {
	w.t.Helper()
	w.git("add", "--all")
	w.git("commit", "--quiet", "--message", "work", "--allow-empty")
	schema, err := releases.Schema(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	settings, err := os.ReadFile(filepath.Join(w.dir, "Pulumi.staging.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	return releases.Record{
		Revision: w.git("rev-parse", "HEAD"), Settings: string(settings), Schema: schema,
		Images: map[string]string{"frontend": "shop@sha256:" + strings.Repeat("1", 64)},
		Time:   time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC), By: "grace",
	}
}

// outputs are the stack's, with these records.
func (w *world) outputs(name string, records ...releases.Record) {
	w.t.Helper()
	history, err := releases.Format(records)
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"namespace": "shop", "releases": history})
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(name, string(text))
}

// deliver runs the command on the stack staging as make does.
func (w *world) deliver(command string) (said string, err error) {
	w.t.Helper()
	return w.run(command, "-stack", "staging", "-url", w.shop, "-within", "2s")
}

func (w *world) run(args ...string) (said string, err error) {
	w.t.Helper()
	var out bytes.Buffer
	err = run(w.t.Context(), args, strings.NewReader(""), &out)
	return out.String(), err
}

// calls are what pulumi was asked, each with the folder that it ran in.
func (w *world) calls() []string {
	w.t.Helper()
	calls, err := os.ReadFile(filepath.Join(w.state, "calls"))
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(calls)), "\n")
}

// updates are the folders that pulumi up ran in.
func (w *world) updates() []string {
	w.t.Helper()
	var folders []string
	for _, call := range w.calls() {
		if folder, update := strings.CutSuffix(call, ": up --yes --skip-preview --stack staging"); update {
			folders = append(folders, folder)
		}
	}
	return folders
}

// wasTold wants one message at each receiver, with all of the words.
func (w *world) wasTold(outcome, kind string, words ...string) {
	w.t.Helper()
	for _, path := range []string{"/webhook", "/slack", "/api/v1/events"} {
		if len(w.heard[path]) != 1 {
			w.t.Fatalf("%s was told %d times, want once: %v", path, len(w.heard[path]), w.heard[path])
		}
		text := fmt.Sprint(w.heard[path][0]["text"])
		for _, word := range words {
			if !strings.Contains(text, word) {
				w.t.Errorf("%s: want %q said, got: %s", path, word, text)
			}
		}
	}
	if got := w.heard["/webhook"][0]["outcome"]; got != outcome {
		w.t.Errorf("the webhook's outcome: got %v, want %s", got, outcome)
	}
	event := w.heard["/api/v1/events"][0]
	if tags := fmt.Sprint(event["tags"]); event["alert_type"] != kind || !strings.Contains(tags, "env:staging") {
		w.t.Errorf("Datadog's event: got type %v, tags %s, want %s and env:staging", event["alert_type"], tags, kind)
	}
}
