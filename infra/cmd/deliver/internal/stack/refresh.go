package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/techcommerce/platform/infra/internal/settings"
)

// Refreshed is a resource that is not as the stack's state says.
type Refreshed struct {
	URN string
	// Gone says that it is not there any more.
	Gone bool
	// Paths are the properties that differ.
	Paths []string
}

// Name is what the resource is called: its kind and the program's name for it.
func (r Refreshed) Name() string {
	parts := strings.Split(r.URN, "::")
	if len(parts) < 4 {
		return r.URN
	}
	kind := parts[2][strings.LastIndex(parts[2], ":")+1:]
	return kind + " " + parts[3]
}

// Refreshed asks the providers of these resources what they are now, and changes nothing.
func (s Stack) Refreshed(ctx context.Context, resources []Resource) ([]Refreshed, error) {
	args := []string{"refresh", "--preview-only", "--json", "--stack", s.Name}
	for _, r := range resources {
		args = append(args, "--target", r.URN)
	}
	text, err := s.command(ctx, args).Output()
	var digest refreshDigest
	if len(text) == 0 || json.Unmarshal(text, &digest) != nil {
		return nil, fmt.Errorf("pulumi refresh: %w", orBad(settings.Explain(err)))
	}
	return digest.refreshed()
}

// refreshDigest is what a refresh prints as JSON.
type refreshDigest struct {
	Steps []struct {
		Op           string         `json:"op"`
		URN          string         `json:"urn"`
		DetailedDiff map[string]any `json:"detailedDiff"`
	} `json:"steps"`
	ChangeSummary map[string]int `json:"changeSummary"`
}

// refreshed lists what differs. Pulumi counts it, but names only what a provider gives the properties of: the rest is an
// error, so that nothing passes for "as declared".
func (d refreshDigest) refreshed() (found []Refreshed, err error) {
	for _, step := range d.Steps {
		switch step.Op {
		case "delete":
			found = append(found, Refreshed{URN: step.URN, Gone: true})
		case "update", "refresh":
			if paths := slices.Sorted(maps.Keys(step.DetailedDiff)); len(paths) > 0 {
				found = append(found, Refreshed{URN: step.URN, Paths: paths})
			}
		}
	}
	differ := 0
	for op, count := range d.ChangeSummary {
		if op != "same" {
			differ += count
		}
	}
	if unnamed := differ - len(found); unnamed > 0 {
		return found, fmt.Errorf("%d more differ, and pulumi does not say which: pulumi preview --refresh --diff shows them", unnamed)
	}
	return found, nil
}

func orBad(err error) error {
	if err == nil {
		return fmt.Errorf("it printed no JSON")
	}
	return err
}
