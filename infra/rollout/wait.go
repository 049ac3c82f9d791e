package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/canaries"
)

// Wait returns once every Deployment of the namespace has finished rolling out; one that stands still for its own
// deadline is explained in the error. It does not trust an earlier wait: Pulumi's can take a Deployment's state before the
// change for the one after it. Canaries are not waited for: whoever tries one judges it.
//
// Progress, which may be nil, is told what is still waited for, each time that it is something else.
func Wait(ctx context.Context, client api.Client, namespace string, progress func(string)) error {
	client = client.Patient(patience)
	said := ""
	for {
		var list appsv1.DeploymentList
		if err := client.Get(ctx, &list, "/apis/apps/v1/namespaces/"+namespace+"/deployments"); err != nil {
			return err
		}
		var waiting []string
		var failed []error
		for _, d := range list.Items {
			if canaries.Is(d.Labels) {
				continue
			}
			if stuck(d) {
				text, err := Explain(ctx, client, Workload{Namespace: namespace, Kind: "Deployment", Name: d.Name})
				failed = append(failed, errors.Join(err, errors.New(text)))
			}
			if !Finished(d) {
				waiting = append(waiting, fmt.Sprintf("%s (%d of %d pods)", d.Name, d.Status.UpdatedReplicas, want(d)))
			}
		}
		if len(failed) > 0 {
			return errors.Join(failed...)
		}
		if len(waiting) == 0 {
			return nil
		}
		if now := strings.Join(waiting, ", "); progress != nil && now != said {
			progress("waiting for " + now)
			said = now
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("rollouts of %s: %w: %s", namespace, context.Cause(ctx), strings.Join(waiting, ", "))
		case <-time.After(time.Second):
		}
	}
}

// seen says that the status is of the newest specification.
func seen(d appsv1.Deployment) bool { return d.Status.ObservedGeneration >= d.Generation }

// Finished says that a Deployment has no pods but those of its newest specification, and that all of them serve.
func Finished(d appsv1.Deployment) bool {
	want := want(d)
	return seen(d) && d.Status.UpdatedReplicas == want && d.Status.Replicas == want && d.Status.AvailableReplicas == want
}

// want is how many pods a Deployment shall have.
func want(d appsv1.Deployment) int32 {
	if d.Spec.Replicas != nil {
		return *d.Spec.Replicas
	}
	return 1
}

// patience is how long the API server may leave a poll unanswered, as while it restarts.
const patience = 2 * time.Minute

func stuck(d appsv1.Deployment) bool {
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentProgressing && c.Reason == "ProgressDeadlineExceeded" {
			return seen(d)
		}
	}
	return false
}
