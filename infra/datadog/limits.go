package datadog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// Threshold is when a stack wants one of its monitors to alert.
type Threshold struct {
	Critical float64
	// Warning is nil where it shall not warn.
	Warning *float64
}

// limits are a monitor's thresholds: the stack's for that monitor, or those that come with it. Every
// monitor takes them from here, so that a new one needs no setting of its own.
func (a Args) limits(name string, critical float64, warning *float64) (float64, *float64) {
	if own, ok := a.Thresholds[name]; ok {
		return own.Critical, own.Warning
	}
	return critical, warning
}

// checkThresholds finds the stack's thresholds that no monitor follows.
func (a Args) checkThresholds(p Plan) []error {
	var follow []string
	for _, m := range p.monitors {
		if m.monitor.Type != spec.Composite && m.monitor.Type != spec.ServiceCheck {
			follow = append(follow, m.name)
		}
	}
	if a.Synthetic != nil {
		follow = append(follow, expiring)
	}
	slices.Sort(follow)
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(a.Thresholds)) {
		if !slices.Contains(follow, name) {
			problems = append(problems, fmt.Errorf("thresholds: the stack has no monitor %s with a threshold; it has %s",
				name, strings.Join(follow, ", ")))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return []error{errors.Join(problems...)}
}
