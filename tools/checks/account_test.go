package checks_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnAccountIsHandedOnInSecret runs what the two jobs run: everybody can read what is between them.
func TestAnAccountIsHandedOnInSecret(t *testing.T) {
	t.Parallel()
	const kubeconfig = "apiVersion: v1\nusers: [{user: {token: secret}}]\n"
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".local"), 0o755); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, ".local", "deployer-pr-12.kubeconfig"), kubeconfig)
	if said, err := account(t, dir, "seal", "STACK=pr-12", "REVIEW_KEY=a long key"); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	sealed, err := os.ReadFile(filepath.Join(dir, ".local", "account"))
	if err != nil || len(sealed) == 0 || bytes.Contains(sealed, []byte("token")) {
		t.Errorf("got %v: %q, want nothing that can be read", err, sealed)
	}
	if opened, err := account(t, dir, "open", "REVIEW_KEY=a long key"); err != nil || opened != kubeconfig {
		t.Errorf("got %v: %q, want %q", err, opened, kubeconfig)
	}
	if opened, err := account(t, dir, "open", "REVIEW_KEY=another key"); err == nil || strings.Contains(opened, "token") {
		t.Errorf("another key opens it: %q", opened)
	}
	if said, err := account(t, dir, "seal", "STACK=pr-12"); err == nil || !strings.Contains(said, "have no secret REVIEW_KEY") {
		t.Errorf("without a key: got %v: %s", err, said)
	}
}

func account(t *testing.T, dir, what string, environ ...string) (string, error) {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(root, ".github", "account"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(script, what)
	command.Dir = dir
	command.Env = append(os.Environ(), environ...)
	said, err := command.CombinedOutput()
	return string(said), err
}
