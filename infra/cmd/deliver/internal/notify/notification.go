// Package notify tells people what happened to a stack, where its settings say that somebody wants to know.
package notify

import (
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/releases"
)

// Notification is what happened to a stack: what failed, what runs now, and what to do next.
type Notification struct {
	// Stack is the stack's name, Environment what Datadog calls it.
	Stack, Environment string
	Outcome            Outcome
	// Release is what runs whole and verified; the zero value where nothing does.
	Release releases.Record
	// Tried is what was to run, where that failed.
	Tried releases.Record
	// Running is what runs where it is no whole release, as the cluster says.
	Running string
	// Changes are what is another than before. Where a deployment failed, what would have been.
	Changes []string
	// By is who did it.
	By   string
	Took time.Duration
	// Why is what failed.
	Why string
	// Next is what to do.
	Next string
}

// Outcome is how a deployment or a rollback ended.
type Outcome string

// The outcomes.
const (
	Deployed   Outcome = "deployed"
	RolledBack Outcome = "rolled back"
	// Restored is a deployment that failed, after which the release before serves again.
	Restored Outcome = "restored"
	// Failed is a deployment or a rollback after which no verified release serves.
	Failed Outcome = "failed"
	// Interrupted is a deployment or a rollback that somebody cut off.
	Interrupted Outcome = "interrupted"
)

// whyLimit keeps a message short enough to be read; the pipeline's log has the rest.
const whyLimit = 1500

// Title is the notification in one line: what happened, and why if it failed.
func (n Notification) Title() string {
	took := n.Took.Round(time.Second)
	switch n.Outcome {
	case Deployed:
		return fmt.Sprintf("%s: deployed release %s (by %s, in %s)", n.Stack, short(n.Release), n.By, took)
	case RolledBack:
		return fmt.Sprintf("%s: rolled back to release %s (by %s, in %s)", n.Stack, short(n.Release), n.By, took)
	case Interrupted:
		return fmt.Sprintf("%s: interrupted after %s: release %s by %s", n.Stack, took, short(n.Tried), n.By)
	}
	return fmt.Sprintf("%s: release %s by %s failed: %s", n.Stack, short(n.Tried), n.By, firstLine(n.Why))
}

// Text is the notification: reason, what runs now, what changed, what to do next.
func (n Notification) Text() string {
	lines := []string{n.Title()}
	if _, more, _ := strings.Cut(n.why(), "\n"); more != "" && (n.Outcome == Failed || n.Outcome == Restored) {
		lines = append(lines, more)
	}
	if n.Outcome == Interrupted && n.Why != "" {
		lines = append(lines, "during: "+n.why())
	}
	if running := n.running(); running != "" {
		lines = append(lines, "running now: "+running)
	}
	if len(n.Changes) > 0 {
		what := "changed: "
		if n.Outcome == Restored || n.Outcome == Failed || n.Outcome == Interrupted {
			what = "would have changed: "
		}
		lines = append(lines, what+strings.Join(n.Changes, "; "))
	}
	if n.Next != "" {
		lines = append(lines, "next: "+n.Next)
	}
	return strings.Join(lines, "\n")
}

// running says what runs, where the title does not.
func (n Notification) running() string {
	switch {
	case n.Outcome == Restored:
		return fmt.Sprintf("release %s again, verified %s after the deployment began", short(n.Release), n.Took.Round(time.Second))
	case n.Running != "":
		return strings.ReplaceAll(n.Running, "\n", "\n  ")
	}
	return ""
}

func (n Notification) why() string {
	if len(n.Why) <= whyLimit {
		return n.Why
	}
	return strings.ToValidUTF8(n.Why[:whyLimit], "") + "…"
}

// short is a release by the first digits of its commit.
func short(r releases.Record) string {
	if r.Revision == "" {
		return "unknown"
	}
	return fmt.Sprintf("%.12s", r.Revision)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > 200 {
		line = strings.ToValidUTF8(line[:200], "") + "…"
	}
	return line
}
