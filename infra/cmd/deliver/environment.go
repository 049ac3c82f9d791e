package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
)

// pullRequest is what the stack of a pull request is called, so that no other can be taken for one by mistake.
var pullRequest = regexp.MustCompile(`^pr-[0-9]+$`)

// prepare makes the stack of a pull request, or makes it anew where it is there: its file from the settings of all of them,
// with a host name of its own.
func prepare(ctx context.Context, j job) error {
	if err := j.ofPullRequest(); err != nil {
		return err
	}
	if err := j.layOut(); err != nil {
		return err
	}
	there, err := j.stack.Exists(ctx)
	if err != nil {
		return err
	}
	if !there {
		if err := j.stack.Run(ctx, "stack", "init", "--no-select"); err != nil {
			return err
		}
	}
	if j.domain == "" {
		return nil
	}
	return j.stack.Run(ctx, "config", "set", "--path", "edge.ingress.host", j.stack.Name+"."+j.domain)
}

// layOut writes the stack's file. How its secrets are encrypted stays as it was.
func (j job) layOut() error {
	shared, err := os.ReadFile(j.from)
	if err != nil {
		return err
	}
	own, err := os.ReadFile(j.stack.File())
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var settings, kept map[string]any
	if err := yaml.Unmarshal(shared, &settings); err != nil {
		return fmt.Errorf("%s: %w", j.from, err)
	}
	if err := yaml.Unmarshal(own, &kept); err != nil {
		return fmt.Errorf("%s: %w", j.stack.File(), err)
	}
	for _, key := range []string{"encryptionsalt", "encryptedkey", "secretsprovider"} {
		delete(settings, key)
		if value, ok := kept[key]; ok {
			settings[key] = value
		}
	}
	text, err := yaml.Marshal(settings)
	if err != nil {
		return err
	}
	return os.WriteFile(j.stack.File(), text, 0o644)
}

// takeAway destroys the stack of a pull request and forgets it. One that is gone already is as it should be.
func takeAway(ctx context.Context, j job) error {
	if err := j.ofPullRequest(); err != nil {
		return err
	}
	there, err := j.stack.Exists(ctx)
	if err != nil {
		return err
	}
	if !there {
		_, err := fmt.Fprintf(j.out, "there is no stack %s\n", j.stack.Name)
		return err
	}
	if err := j.stack.Destroy(ctx); err != nil {
		return err
	}
	return j.stack.Run(ctx, "stack", "rm", "--yes")
}

func (j job) ofPullRequest() error {
	if !pullRequest.MatchString(j.stack.Name) {
		return fmt.Errorf("%s is no pull request's stack: those are called pr-<number>", j.stack.Name)
	}
	return nil
}

// where writes down, as a comment of the pull request, where its shop is and which commit it runs.
func where(ctx context.Context, j job) error {
	if err := j.ofPullRequest(); err != nil {
		return err
	}
	text, err := j.whereabouts(ctx)
	if err != nil {
		return err
	}
	// The first line is how the pipeline finds the comment again.
	_, err = fmt.Fprintf(j.out, "<!-- review of %s -->\n### A shop of its own\n\n%s\n", j.stack.Name, text)
	return err
}

func (j job) whereabouts(ctx context.Context) (string, error) {
	there, err := j.stack.Exists(ctx)
	if err != nil {
		return "", err
	}
	if !there {
		return fmt.Sprintf("`%s` was taken away.", j.stack.Name), nil
	}
	outputs, err := j.stack.Outputs(ctx)
	if err != nil {
		return "", err
	}
	records, err := j.stack.Releases(ctx)
	if err != nil {
		return "", err
	}
	if len(records) == 0 {
		return fmt.Sprintf("`%s` did not come up: the job's log says why.", j.stack.Name), nil
	}
	return fmt.Sprintf("| where | commit | since |\n|---|---|---|\n| %s | `%.12s` | %s |\n\n"+
		"A push deploys it again; without the label `review`, or with the pull request closed, it is taken away, its data too.",
		reachedAt(outputs), records[0].Revision, records[0].Time.Format("2006-01-02 15:04 MST")), nil
}

// reachedAt are the shop's addresses or, where the stack knows none, the command that opens it on the reader's machine.
func reachedAt(outputs stack.Outputs) string {
	if len(outputs.URLs) > 0 {
		return strings.Join(outputs.URLs, "<br>")
	}
	port := contract.Frontend.Port
	return fmt.Sprintf("`kubectl --namespace %s port-forward service/%s %d`, then http://localhost:%[3]d",
		outputs.Namespace, contract.Frontend.Host(), port)
}
