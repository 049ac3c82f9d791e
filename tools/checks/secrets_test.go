package checks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// forbidden are names of files that hold state or credentials.
var forbidden = regexp.MustCompile(`(^|/)(\.env|kubeconfig|id_(rsa|ed25519)|\.pulumi/.*|.*\.(tfstate|kubeconfig|pem|key|p12))$`)

// credentials are forms that are secrets wherever they stand.
var credentials = regexp.MustCompile(`AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[A-Za-z0-9-]{20}|pul-[0-9a-f]{40}|` +
	`-----BEGIN [A-Z ]*PRIVATE KEY-----|hooks\.slack\.com/services/T[A-Z0-9]{8}`)

func tracked(t *testing.T) []string {
	t.Helper()
	command := exec.Command("git", "ls-files", "-z")
	command.Dir = root
	text, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 })
}

func TestNoStateAndNoSecretIsCommitted(t *testing.T) {
	t.Parallel()
	for _, name := range tracked(t) {
		if forbidden.MatchString(name) {
			t.Errorf("%s is committed", name)
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			continue // deleted, but not yet committed so
		}
		if found := credentials.Find(text); found != nil {
			t.Errorf("%s has a credential: %.8s…", name, found)
		}
	}
}

func TestCredentialsAreRecognized(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"AKIA" + strings.Repeat("A", 16), "pul-" + strings.Repeat("0", 40), "-----BEGIN RSA " + "PRIVATE KEY-----"} {
		if !credentials.MatchString(text) {
			t.Errorf("%s is not recognized", text)
		}
	}
	for _, name := range []string{".env", "a/.env", "prod.kubeconfig", "x/terraform.tfstate", ".pulumi/stacks/a.json"} {
		if !forbidden.MatchString(name) {
			t.Errorf("%s would be let through", name)
		}
	}
}

// TestGitIgnoresWhatMustNotBeCommitted asks git itself.
func TestGitIgnoresWhatMustNotBeCommitted(t *testing.T) {
	t.Parallel()
	for _, name := range []string{".env", "staging.kubeconfig", "terraform.tfstate", ".local/pipeline.kubeconfig", ".pulumi/stacks/a.json"} {
		command := exec.Command("git", "check-ignore", "--quiet", name)
		command.Dir = root
		if err := command.Run(); err != nil {
			t.Errorf("git would add %s", name)
		}
	}
}
