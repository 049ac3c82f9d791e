package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/releases"
)

// fakePulumi is the variable that makes this test's binary stand in for the stock CLI, as far as deliver asks it.
const fakePulumi = "FAKE_PULUMI"

func TestMain(m *testing.M) {
	if os.Getenv(fakePulumi) == "" {
		os.Exit(m.Run())
	}
	if err := runFakePulumi(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(255)
	}
}

// backend is what the stand-in keeps of a stack, in a file. As in Pulumi, an update compares what is declared with what the
// state says and not with what the cluster has.
type backend struct {
	// State and Cluster are the value of each field by its name: a service's image, or "logLevel".
	State, Cluster map[string]string
	// Pending says that an update was killed.
	Pending bool
	// Release is the identity that the namespace has, Owner the stack.
	Release, Owner string
	// Records is the output "releases".
	Records string
	// ClusterUID is the output clusterUid.
	ClusterUID string
	// How the next update from the checkout goes: "" well, "refused" before anything is touched, "fails" after it has
	// changed things, "killed" before its state is saved, "hangs" until it is interrupted, "lies" by saying that all is
	// done although the cluster has something else.
	Next string
	// Locked is how often the stack is found locked; by a process of this machine that is gone where Abandoned.
	Locked    int
	Abandoned bool
	// Deletes is a resource that the preview of an older release deletes.
	Deletes string
	// Canaries are the Deployments of canaries that the cluster has.
	Canaries []string
	// Unknown says that a preview does not know the names of what the pods refer to.
	Unknown bool
}

func backendFile() string { return filepath.Join(os.Getenv("FAKE"), "backend.json") }

func readBackend() (b backend, err error) {
	text, err := os.ReadFile(backendFile())
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, err
}

func (b backend) write() error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	next := backendFile() + ".next"
	return errors.Join(os.WriteFile(next, text, 0o644), os.Rename(next, backendFile()))
}

func runFakePulumi(args []string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	line := strings.Join(args, " ")
	if err := note(filepath.Base(dir) + ": " + line); err != nil {
		return err
	}
	b, err := readBackend()
	if err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(line, "config --json"):
		return print("config")
	case strings.HasPrefix(line, "stack ls"):
		return print("stacks")
	case strings.HasPrefix(line, "stack output"):
		if print("outputs") == nil {
			return nil
		}
		return json.NewEncoder(os.Stdout).Encode(map[string]any{
			"namespace": "shop", "releases": b.Records, "clusterUid": b.ClusterUID,
		})
	case strings.HasPrefix(line, "stack export"):
		return json.NewEncoder(os.Stdout).Encode(map[string]any{"deployment": map[string]any{"resources": b.resources()}})
	case strings.HasPrefix(line, "stack init"), strings.HasPrefix(line, "config set"), strings.HasPrefix(line, "stack rm"),
		strings.HasPrefix(line, "destroy"):
		return nil
	case strings.HasPrefix(line, "preview"):
		return b.preview(dir)
	case strings.HasPrefix(line, "up"):
		return b.up(dir, args)
	}
	return fmt.Errorf("unknown: %s", line)
}

// note writes down what was asked, in which folder; event logs have names of their own each time.
func note(call string) error {
	if before, after, ok := strings.Cut(call, " --event-log "); ok {
		_, after, _ = strings.Cut(after, " ")
		call = before + " " + after
	}
	file, err := os.OpenFile(filepath.Join(os.Getenv("FAKE"), "calls"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, call)
	return errors.Join(err, file.Close())
}

func print(name string) error {
	text, err := os.ReadFile(filepath.Join(os.Getenv("FAKE"), name))
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

// declared is what the checkout declares.
func declared(dir string) (map[string]string, releases.Record, error) {
	schema, err := releases.Schema(dir)
	if err != nil {
		return nil, releases.Record{}, err
	}
	floor, err := releases.Floor(dir)
	if err != nil {
		return nil, releases.Record{}, err
	}
	settings, err := os.ReadFile(filepath.Join(dir, "Pulumi.staging.yaml"))
	if err != nil {
		return nil, releases.Record{}, err
	}
	var builds struct{ Images map[string]string }
	text, err := os.ReadFile(filepath.Join(dir, ".local", "images.json"))
	if err == nil {
		err = json.Unmarshal(text, &builds)
	}
	if err != nil {
		return nil, releases.Record{}, err
	}
	r := releases.Record{Settings: string(settings), Schema: schema, Floor: floor, Images: builds.Images, By: "grace",
		Time: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)}
	r.Revision, r.Dirty = releases.Revision(dir)
	all := maps.Clone(builds.Images)
	_, level, _ := strings.Cut(string(settings), "logLevel: ")
	all["logLevel"] = strings.TrimSpace(level)
	return all, r, nil
}

func (b backend) resources() []map[string]any {
	var list []map[string]any
	for _, name := range []string{"frontend", "order-api", "product-api"} {
		if b.State[name] == "" {
			continue
		}
		list = append(list, map[string]any{
			"urn":  "urn:pulumi:staging::techcommerce::techcommerce:workload:Workload$kubernetes:apps/v1:Deployment::" + name,
			"type": "kubernetes:apps/v1:Deployment", "custom": true, "inputs": deployment(name, b.State),
		})
	}
	return list
}

// deployment is a service's Deployment with the values of a state.
func deployment(name string, values map[string]string) map[string]any {
	container := map[string]any{
		"name": name, "image": values[name], "env": []any{map[string]any{"name": "LOG_LEVEL", "value": values["logLevel"]}},
	}
	return map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": name, "namespace": "shop"},
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": map[string]any{"app": name}},
			"template": map[string]any{"spec": map[string]any{"containers": []any{container}}},
		},
	}
}

func (b backend) preview(dir string) error {
	all, _, err := declared(dir)
	if err != nil {
		return err
	}
	steps := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if b.Unknown {
			all["logLevel"] = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
		}
		if b.State[name] != all[name] {
			steps = append(steps, map[string]any{"op": "update", "urn": "urn::" + name, "newState": map[string]any{
				"type": "kubernetes:apps/v1:Deployment", "custom": true, "inputs": deployment(name, all),
			}})
		}
	}
	if b.Deletes != "" && filepath.Base(dir) == "release" {
		steps = append(steps, map[string]any{"op": "delete", "urn": "urn::" + b.Deletes, "oldState": map[string]any{
			"type": "kubernetes:core/v1:PersistentVolumeClaim", "custom": true, "inputs": map[string]any{},
		}})
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"steps": steps})
}

// up updates the stack. What Next says happens in the checkout alone: a rollback goes well.
func (b backend) up(dir string, args []string) error {
	if b.Locked > 0 {
		b.Locked--
		host, err := os.Hostname()
		pid := os.Getppid()
		if b.Abandoned {
			pid = 1 << 22 // more than there are
		}
		return errors.Join(err, b.write(), fmt.Errorf("error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to "+
			"end or delete the lock file with `pulumi cancel`.\n  file:///x.json: created by grace@%s (pid %d) at 2026-01-02T03:04:00Z", host, pid))
	}
	log, err := os.Create(args[slices.Index(args, "--event-log")+1])
	if err != nil {
		return err
	}
	defer log.Close() // its lines are written at once
	next := b.Next
	if filepath.Base(dir) == "release" {
		next = ""
	}
	if next == "refused" {
		_, err := io.WriteString(log, `{"diagnosticEvent": {"severity": "error", "message": "<{%fg 1%}>services.frontend.replicas: 0, want at least 1<{%reset%}>"}}`+"\n")
		return errors.Join(err, errors.New("exit"))
	}
	all, record, err := declared(dir)
	if err != nil {
		return err
	}
	refresh := slices.Contains(args, "--refresh")
	if refresh {
		b.State, b.Pending = maps.Clone(b.Cluster), false
	}
	b.Release = record.ID()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if b.State[name] == all[name] {
			continue
		}
		if _, err := fmt.Fprintln(log, `{"resourcePreEvent": {"metadata": {"op": "update", "type": "kubernetes:apps/v1:Deployment", "new": {"custom": true}}}}`); err != nil {
			return err
		}
		if next != "lies" || refresh {
			b.Cluster[name] = all[name]
		}
		if next != "killed" && next != "hangs" {
			b.State[name] = all[name]
		}
	}
	switch next {
	case "fails":
		_, err := fmt.Fprintln(log, `{"diagnosticEvent": {"severity": "error", "message": "error: Deployment shop/order-api: 0 pods serve, 1 do not become ready"}}`)
		return errors.Join(err, b.write(), errors.New("exit"))
	case "killed":
		b.Pending = true
		return errors.Join(b.write(), syscall.Kill(os.Getpid(), syscall.SIGKILL))
	case "hangs":
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		if err := errors.Join(b.write(), os.WriteFile(filepath.Join(os.Getenv("FAKE"), "hanging"), nil, 0o644)); err != nil {
			return err
		}
		select {
		case <-interrupted:
			return errors.New("error: update cancelled")
		case <-time.After(20 * time.Second):
			return errors.New("nobody interrupted")
		}
	}
	b.Canaries = nil // the program removes them once its own pods serve
	return errors.Join(b.remember(record), b.write())
}

// remember writes the record of a release that came up.
func (b *backend) remember(now releases.Record) error {
	before, err := releases.Parse(b.Records)
	if err != nil {
		return err
	}
	b.Records, err = releases.Format(releases.Remember(before, now))
	return err
}
