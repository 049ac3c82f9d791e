// Package declared reads what a stack declares on its cluster from what pulumi preview --json --show-sames prints. It
// knows nothing of rights.
package declared

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Stack is a stack's part of the cluster: what is there now, and what the next update makes of it.
type Stack struct {
	// Context is the kube context that the stack is bound to; empty means the current one.
	Context string
	Objects []Object
}

// Object is one object of Kubernetes, its secrets masked.
type Object struct {
	unstructured.Unstructured
	// Protected says that Pulumi refuses to delete it.
	Protected bool
}

// Generated reports whether the object has a name that is another one after each replacement.
func (o Object) Generated() bool { return o.GetAnnotations()["pulumi.com/autonamed"] == "true" }

// String is the object as people call it: Deployment techcommerce/frontend.
func (o Object) String() string {
	return o.GetKind() + " " + strings.TrimPrefix(o.GetNamespace()+"/"+o.GetName(), "/")
}

// preview is what we read of Pulumi's digest.
type preview struct {
	Steps []struct {
		Op       string `json:"op"`
		OldState *state `json:"oldState"`
		NewState *state `json:"newState"`
	} `json:"steps"`
	Diagnostics []struct {
		Message  string `json:"message"`
		Severity string `json:"severity"`
	} `json:"diagnostics"`
}

type state struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	Custom  bool           `json:"custom"`
	Protect bool           `json:"protect"`
	Inputs  map[string]any `json:"inputs"`
}

// chart reports whether the state is of a Helm release.
func (s state) chart() bool { return strings.HasPrefix(s.Type, "kubernetes:helm.sh/") }

// Read reads a preview. One that failed, or that changes what only a chart knows, says too little.
func Read(from io.Reader) (Stack, error) {
	var p preview
	if err := json.NewDecoder(from).Decode(&p); err != nil {
		return Stack{}, fmt.Errorf("pulumi preview --json: %w", err)
	}
	var stack Stack
	var problems []error
	for _, d := range p.Diagnostics {
		if d.Severity == "error" {
			problems = append(problems, errors.New(strings.TrimSpace(d.Message)))
		}
	}
	for _, step := range p.Steps {
		for _, s := range []*state{step.OldState, step.NewState} {
			// A chart that stays as it is asks the cluster for nothing.
			if s != nil && !(s.chart() && step.Op == "same") {
				problems = append(problems, stack.add(*s))
			}
		}
	}
	err := errors.Join(problems...)
	if err == nil && len(stack.Objects) == 0 {
		err = errors.New("the preview has no object of Kubernetes")
	}
	return stack, err
}

// add takes the resource if it concerns the cluster.
func (s *Stack) add(r state) error {
	switch {
	case r.Type == "pulumi:providers:kubernetes":
		s.Context, _ = r.Inputs["context"].(string)
	case !r.Custom || !strings.HasPrefix(r.Type, "kubernetes:"):
	case r.chart():
		return fmt.Errorf("%s: what a chart makes on the cluster is known to the chart alone, so no rights for it can be "+
			"derived: run `pulumi up` as an administrator, then make the deployer, which deploys the rest of the stack", r.URN)
	default:
		object := Object{Unstructured: unstructured.Unstructured{Object: r.Inputs}, Protected: r.Protect}
		if object.GetKind() == "" || object.GetName() == "" {
			return fmt.Errorf("%s: its kind or its name cannot be told from a preview", r.URN)
		}
		s.Objects = append(s.Objects, object)
	}
	return nil
}
