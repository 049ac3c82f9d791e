package checks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gh stands in for GitHub's CLI: it knows the comments that the file comments has, as number and first line.
const gh = `#!/bin/sh
case "$*" in
*--jq*) mark=$(echo "$*" | sed -n 's/.*startswith("\(.*\)")).*/\1/p')
	grep -F -e "$mark" "$COMMENTS" | cut -d' ' -f1 ;;
*) echo "$*" >> "$COMMENTS.calls" ;;
esac
`

// TestACommentIsUpdatedInItsPlace runs what the pipeline runs, against a stand-in of GitHub.
func TestACommentIsUpdatedInItsPlace(t *testing.T) {
	t.Parallel()
	const others = "7 hello\n8 <!-- preview of production -->\n"
	for _, c := range []struct{ name, comments, want string }{
		{"the first one", others, "api --method POST repos/acme/shop/issues/12/comments --field body=@report.md --silent"},
		{"the second one", others + "9 <!-- preview of staging -->\n",
			"api --method PATCH repos/acme/shop/issues/comments/9 --field body=@report.md --silent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			mustWrite(t, filepath.Join(dir, "gh"), gh)
			mustWrite(t, filepath.Join(dir, "comments"), c.comments)
			mustWrite(t, filepath.Join(dir, "report.md"), "<!-- preview of staging -->\nNothing changes.\n")
			if said, err := comment(t, dir, "report.md"); err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			calls, err := os.ReadFile(filepath.Join(dir, "comments.calls"))
			if got := strings.TrimSpace(string(calls)); err != nil || got != c.want {
				t.Errorf("gh was called with %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

func TestNoReportIsNoComment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "gh"), gh)
	mustWrite(t, filepath.Join(dir, "report.md"), "")
	if said, err := comment(t, dir, "report.md"); err == nil || !strings.Contains(said, "there is no report in report.md") {
		t.Errorf("got %v: %s", err, said)
	}
}

func comment(t *testing.T, dir, report string) (string, error) {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(root, ".github", "comment"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(script, "12", report)
	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "GITHUB_REPOSITORY=acme/shop",
		"COMMENTS="+filepath.Join(dir, "comments"))
	said, err := command.CombinedOutput()
	return string(said), err
}

func mustWrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}
