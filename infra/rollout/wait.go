package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/techcommerce/platform/infra/internal/api"
)

// Wait returns once every Deployment of the namespace has finished rolling out; one that stands still for its own
// deadline is explained in the error. It does not trust an earlier wait: Pulumi's can take a Deployment's state before the
// change for the one after it.
func Wait(ctx context.Context, client api.Client, namespace string) error {
	for {
		var list appsv1.DeploymentList
		if err := client.Get(ctx, &list, "/apis/apps/v1/namespaces/"+namespace+"/deployments"); err != nil {
			return err
		}
		waiting := false
		var failed []error
		for _, d := range list.Items {
			if stuck(d) {
				text, err := Explain(ctx, client, Workload{Namespace: namespace, Kind: "Deployment", Name: d.Name})
				failed = append(failed, errors.Join(err, errors.New(text)))
			}
			waiting = waiting || !finished(d)
		}
		if len(failed) > 0 {
			return errors.Join(failed...)
		}
		if !waiting {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("deployments of %s: %w", namespace, ctx.Err())
		case <-time.After(time.Second):
		}
	}
}

// seen says that the status is of the newest specification.
func seen(d appsv1.Deployment) bool { return d.Status.ObservedGeneration >= d.Generation }

func finished(d appsv1.Deployment) bool {
	want := int32(1)
	if d.Spec.Replicas != nil {
		want = *d.Spec.Replicas
	}
	return seen(d) && d.Status.UpdatedReplicas == want && d.Status.Replicas == want && d.Status.AvailableReplicas == want
}

func stuck(d appsv1.Deployment) bool {
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentProgressing && c.Reason == "ProgressDeadlineExceeded" {
			return seen(d)
		}
	}
	return false
}
