// Package notify tells people what happened to a stack, where its settings say that somebody wants to know.
package notify

import (
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/releases"
)

// News is what happened to a stack.
type News struct {
	// Stack is the stack's name, Environment what Datadog calls it.
	Stack, Environment string
	Outcome            Outcome
	// Release is what runs now. Where nothing came up and nothing was there before, it is what was tried.
	Release releases.Record
	// Changes are what is another than before. Where a deployment failed, what would have been.
	Changes []string
	// By is who did it.
	By   string
	Took time.Duration
	// Why is what failed.
	Why string
}

// Outcome is how a deployment or a rollback ended.
type Outcome string

// The outcomes.
const (
	Deployed   Outcome = "deployed"
	RolledBack Outcome = "rolled back"
	// Restored is a deployment that failed, after which the release before serves again.
	Restored Outcome = "restored"
	// Failed is a deployment or a rollback after which nobody knows what serves.
	Failed Outcome = "failed"
)

// whyLimit keeps a message short enough to be read; the pipeline's log has the rest.
const whyLimit = 1500

// Title is the news in one line.
func (n News) Title() string {
	release, took := fmt.Sprintf("release %.12s", n.Release.Revision), n.Took.Round(time.Second)
	switch n.Outcome {
	case Deployed:
		return fmt.Sprintf("%s: %s deployed %s in %s", n.Stack, n.By, release, took)
	case RolledBack:
		return fmt.Sprintf("%s: %s went back to %s in %s", n.Stack, n.By, release, took)
	case Restored:
		return fmt.Sprintf("%s: a deployment by %s failed, %s serves again after %s", n.Stack, n.By, release, took)
	}
	return fmt.Sprintf("%s: what %s did failed after %s, look at it: %s", n.Stack, n.By, took, release)
}

// Text is the news, with what changed and what failed.
func (n News) Text() string {
	lines := []string{n.Title()}
	if len(n.Changes) > 0 {
		lines = append(lines, "changed: "+strings.Join(n.Changes, "; "))
	}
	if n.Why != "" {
		lines = append(lines, "why: "+n.why())
	}
	return strings.Join(lines, "\n")
}

func (n News) why() string {
	if len(n.Why) <= whyLimit {
		return n.Why
	}
	return strings.ToValidUTF8(n.Why[:whyLimit], "") + "…"
}
