// Package score runs kube-score over everything that the shipped stacks declare.
package score

import (
	"encoding/json"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// exceptions are the critical findings that we live with, each with the reason: by check for whatever has it, or by
// check and object. One that nothing needs any more is a fault, too.
func exceptions() map[string]string {
	const (
		one  = "one replica, and nobody addresses its pod by a name of its own: an ordinary Service does"
		same = "it has one question to ask, and the liveness probe asks it with more patience"
	)
	return map[string]string{
		"container-image-pull-policy": "images are named by their content or by a release's tag, so a copy that is there is the " +
			"right one, and a registry that is away stops no pod",
		"container-security-context-user-group-id": "every container runs as 1001, which is what the images and the data on " +
			"volumes are made for; user namespaces keep low numbers from the node where it has them",
		"container-ephemeral-storage-request-and-limit": "root file systems are read-only, scratch volumes have a sizeLimit, and " +
			"the kubelet rotates logs: what a pod can write is bounded already",
		"container-resources": "some have no CPU limit on purpose: requests share a busy node fairly, and a limit would " +
			"throttle them on an idle one; memory limits are checked by the wiring rules",
		"statefulset-has-servicename database":     one,
		"statefulset-has-servicename prometheus":   one,
		"statefulset-has-servicename alertmanager": one,
		"pod-probes-identical blackbox-exporter":   same,
		"pod-probes-identical database":            same,
		"pod-probes-identical grafana":             same,
		"pod-probes-identical kube-state-metrics":  same,
		"pod-probes-identical node-exporter":       same,
		"pod-probes-identical postgres-exporter":   same,
		"deployment-targeted-by-hpa-does-not-have-replicas-configured": "replicas are only where a Deployment starts: updates " +
			"ignore them, and a service that is handed to an autoscaler keeps its pods",
		"networkpolicy-targets-pod acme-solver": "cert-manager starts that pod while it proves who owns the host",
		"networkpolicy-targets-pod in datadog":  "the agent's pods are the chart's, which only a cluster unfolds",
	}
}

// critical is kube-score's grade of what must not stay.
const critical = 1

// object is what kube-score says of one object.
type object struct {
	Kind struct {
		Kind string
	} `json:"type_meta"`
	Meta struct {
		Name, Namespace string
	} `json:"object_meta"`
	Checks []struct {
		Check    struct{ ID string }
		Grade    int
		Skipped  bool
		Comments []struct{ Path, Summary string }
	}
}

func TestNothingIsCritical(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../infra/testdata/*.golden.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	used := map[string]bool{}
	for _, file := range files {
		for _, o := range score(t, file) {
			for _, check := range o.Checks {
				key, found := excepted(check.Check.ID, o.Meta.Namespace, o.Meta.Name)
				if check.Skipped || check.Grade != critical || found {
					used[key] = used[key] || check.Grade == critical
					continue
				}
				t.Errorf("%s: %s %s/%s: %s: %v",
					filepath.Base(file), o.Kind.Kind, o.Meta.Namespace, o.Meta.Name, check.Check.ID, check.Comments)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(exceptions())) {
		if !used[key] {
			t.Errorf("nothing needs the exception %q any more", key)
		}
	}
}

// excepted finds the exception that covers a check of an object: everywhere, by its name, or in its namespace.
func excepted(check, namespace, name string) (key string, found bool) {
	for _, key := range []string{check, check + " " + name, check + " in " + namespace} {
		if exceptions()[key] != "" {
			return key, true
		}
	}
	return "", false
}

// score runs the program, which ends with 1 where it has found something.
func score(t *testing.T, file string) []object {
	t.Helper()
	command := exec.Command("go", "tool", "kube-score", "score", "--kubernetes-version", "v1.34", "--output-format", "json", file)
	output, err := command.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("kube-score: %v\n%s", err, output)
	}
	var objects []object
	if err := json.Unmarshal(output, &objects); err != nil || len(objects) == 0 {
		t.Fatalf("kube-score said of %s: %v\n%s", file, err, output)
	}
	return objects
}
