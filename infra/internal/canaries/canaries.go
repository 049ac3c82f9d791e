// Package canaries is what a canary is on a cluster: a Deployment with one pod of a service's new version, beside the
// service's own and behind the same Service. No stack declares it and no state holds it: a deployment makes it, and
// whatever runs on the stack next removes it.
package canaries

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/infra/internal/api"
)

// The label that a canary and its pod have beside those of the service, so that Services, network policies and disruption
// budgets find the pod like any other of the service.
const (
	Label = "techcommerce/track"
	Value = "canary"
)

// Manager owns the fields of canaries.
const Manager = "techcommerce-canary"

const suffix = "-canary"

// Of names the canary of a service's Deployment.
func Of(deployment string) string { return deployment + suffix }

// Is says whether a Deployment or a pod with these labels is a canary.
func Is(labels map[string]string) bool { return labels[Label] == Value }

// ErrUnknown is that a new version cannot run before the update that makes what its pods refer to.
var ErrUnknown = errors.New("its pods refer to what the update has yet to make")

// What Pulumi's previews say in place of a value that the update has yet to make, and in place of a secret.
const (
	unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	secret  = "[secret]"
)

// New derives the canary from a Deployment's declaration.
//
// The selector of the service's own Deployment matches the canary's pod, too, and cannot be changed. That is harmless: a
// Deployment counts the pods of its own ReplicaSets. An autoscaler averages over the canary's pod as well, so it may ask
// for one pod more.
func New(declared map[string]any) (appsv1.Deployment, error) {
	var d appsv1.Deployment
	text, err := json.Marshal(map[string]any{"metadata": declared["metadata"], "spec": declared["spec"]})
	if err != nil {
		return d, err
	}
	if strings.Contains(string(text), unknown) || strings.Contains(string(text), secret) {
		return d, ErrUnknown
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("a Deployment's declaration: %w", err)
	}
	if d.Name == "" || d.Namespace == "" || d.Spec.Selector == nil || len(d.Spec.Template.Spec.Containers) == 0 {
		return d, errors.New("a Deployment's declaration has no name, namespace, selector or container")
	}
	one, none := int32(1), int32(0)
	d.APIVersion, d.Kind = "apps/v1", "Deployment"
	d.Name, d.Annotations = Of(d.Name), nil
	d.Labels = with(d.Labels)
	d.Spec.Selector.MatchLabels = with(d.Spec.Selector.MatchLabels)
	d.Spec.Template.Labels = with(d.Spec.Template.Labels)
	d.Spec.Replicas, d.Spec.RevisionHistoryLimit = &one, &none
	return d, nil
}

func with(labels map[string]string) map[string]string {
	all := map[string]string{Label: Value}
	for key, value := range labels {
		all[key] = value
	}
	return all
}

func path(namespace string) string { return "/apis/apps/v1/namespaces/" + namespace + "/deployments" }

// Start runs a canary.
func Start(ctx context.Context, client api.Client, d appsv1.Deployment) error {
	object, err := applied(d)
	if err != nil {
		return err
	}
	if err := client.Apply(ctx, path(d.Namespace)+"/"+d.Name, Manager, object); err != nil {
		return fmt.Errorf("start %s: %w", d.Name, err)
	}
	return nil
}

// applied is the Deployment as it is sent: without a status, and without the timestamps that Go's types add.
func applied(d appsv1.Deployment) (map[string]any, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, err
	}
	delete(object, "status")
	return object, nil
}

// Names lists the canaries of a namespace.
func Names(ctx context.Context, client api.Client, namespace string) ([]string, error) {
	var list appsv1.DeploymentList
	if err := client.Get(ctx, &list, path(namespace), "labelSelector", Label+"="+Value); err != nil {
		return nil, fmt.Errorf("canaries of %s: %w", namespace, err)
	}
	var names []string
	for _, d := range list.Items {
		if Is(d.Labels) {
			names = append(names, d.Name)
		}
	}
	return names, nil
}

// removeLimit bounds the wait for canaries' pods to be told to stop, every the time between two looks.
const (
	removeLimit = time.Minute
	every       = 200 * time.Millisecond
)

// Remove removes the canaries of a namespace and says which there were. It returns when their pods have been told to stop,
// so that nobody takes them for those of the next canary: the garbage collector does that some time after the Deployment
// is gone.
func Remove(ctx context.Context, client api.Client, namespace string) ([]string, error) {
	names, err := Names(ctx, client, namespace)
	if err != nil {
		return nil, err
	}
	var problems []error
	for _, name := range names {
		if err := client.Delete(ctx, path(namespace)+"/"+name); err != nil {
			problems = append(problems, fmt.Errorf("remove %s: %w", name, err))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return names, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, removeLimit, fmt.Errorf("not within %s", removeLimit))
	defer cancel()
	for {
		running, err := pods(ctx, client, namespace)
		if err != nil || len(running) == 0 {
			return names, err
		}
		select {
		case <-ctx.Done():
			return names, fmt.Errorf("pods of removed canaries do not stop: %w: %s", context.Cause(ctx), strings.Join(running, ", "))
		case <-time.After(every):
		}
	}
}

// pods are those of canaries that have not been told to stop.
func pods(ctx context.Context, client api.Client, namespace string) ([]string, error) {
	var list corev1.PodList
	if err := client.Get(ctx, &list, "/api/v1/namespaces/"+namespace+"/pods", "labelSelector", Label+"="+Value); err != nil {
		return nil, fmt.Errorf("pods of canaries of %s: %w", namespace, err)
	}
	var names []string
	for _, pod := range list.Items {
		if Is(pod.Labels) && pod.DeletionTimestamp == nil {
			names = append(names, pod.Name)
		}
	}
	return names, nil
}
