package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInput runs the local commands on machines and with settings that they cannot work with. Each must say what is
// wrong and what to do, before anything is touched.
func TestBadInput(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: becoming another user needs root")
	}
	dir := checkout(t)
	output(t, dir, "make", "local")
	local := filepath.Join(dir, ".local", "bin", "local")
	if err := os.Chmod(filepath.Dir(filepath.Dir(dir)), 0o755); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	for _, test := range []struct {
		name    string
		command []string
		env     []string
		want    []string
	}{
		{
			name:    "a user who is not root",
			command: []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", local, "cluster"},
			want:    []string{"you are user 65534, not root", "KUBE_CONTEXT=minikube", "KUBE_CONTEXT=kind-kind", "IMAGE_REGISTRY="},
		},
		{
			name: "a published port that is no NodePort", command: []string{local, "cluster"}, env: []string{"PUBLISH=80"},
			want: []string{`"80" is no NodePort`, "30000 to 32767"},
		},
		{
			name: "a context that looks like production", command: []string{local, "up"}, env: []string{"KUBE_CONTEXT=prod-eu"},
			want: []string{`"prod-eu" looks like production`, "CONFIRM_CONTEXT=prod-eu"},
		},
		{
			name: "no way to the module proxy", command: []string{local, "tools"},
			env:  []string{"LOCAL_CACHE=" + empty, "GOMODCACHE=" + empty, "GOPROXY=http://127.0.0.1:1", "PUBLISH=none"},
			want: []string{"The Go module proxy could not be reached", "go env GOPROXY", "run the same command again"},
		},
		{
			name: "status before anything is up", command: []string{local, "status"},
			want: []string{"the shop is not up here", "make up brings it up"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			command := exec.Command(test.command[0], test.command[1:]...)
			command.Dir = dir
			command.Env = append(os.Environ(), test.env...)
			text, err := command.CombinedOutput()
			if err == nil {
				t.Fatalf("want it refused, got:\n%s", text)
			}
			if strings.Contains(string(text), "GB free, and") {
				t.Skipf("SKIPPED: too little room here for an empty cache, which is refused first:\n%s", text)
			}
			for _, want := range test.want {
				if !strings.Contains(string(text), want) {
					t.Errorf("want %q said, got:\n%s", want, text)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, ".local", "cluster")); err == nil {
				t.Error("it touched the cluster's folder all the same")
			}
		})
	}
}
