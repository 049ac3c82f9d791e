package main

import (
	"context"
	"fmt"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
)

// handover is who keeps a number of pods while its owner changes.
const handover = "techcommerce-handover"

// keepReplicas holds the number of pods of Deployments that an autoscaler takes over. The declaration gives the field up,
// and a field that nobody has falls back to one pod until the autoscaler has decided; so somebody else owns it meanwhile.
func (o *operation) keepReplicas(ctx context.Context, of []review.Scaled) error {
	for _, d := range of {
		path := "/apis/apps/v1/namespaces/" + d.Namespace + "/deployments/" + d.Name
		object := map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment",
			"metadata": map[string]any{"name": d.Name, "namespace": d.Namespace},
			"spec":     map[string]any{"replicas": d.Replicas},
		}
		if err := o.client.Apply(ctx, path, handover, object); err != nil {
			return fmt.Errorf("keep the %v pods of %s: %w", d.Replicas, d.Name, err)
		}
		o.progress(fmt.Sprintf("%s keeps its %v pods until its autoscaler decides", d.Name, d.Replicas))
	}
	return nil
}
