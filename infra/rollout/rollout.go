// Package rollout says why a rollout does not come to its end: for each pod that is not ready the reason that Kubernetes
// gives, what the probes were answered, and the last lines that the container wrote. It only reads.
package rollout

import (
	"context"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/techcommerce/platform/infra/internal/api"
)

// logLines is how many of a container's last lines are shown.
const logLines = "10"

// Workload is what rolls out.
type Workload struct {
	Namespace string
	// Kind is Deployment, StatefulSet or DaemonSet.
	Kind string
	Name string
}

// Explain describes every pod of the workload that is not ready. Pods that fail alike are described once.
func Explain(ctx context.Context, client api.Client, w Workload) (string, error) {
	pods, err := podsOf(ctx, client, w)
	if err != nil {
		return "", err
	}
	var failing, serving []corev1.Pod
	for _, pod := range pods {
		if ready(pod) {
			serving = append(serving, pod)
		} else if pod.DeletionTimestamp == nil {
			failing = append(failing, pod)
		}
	}
	text := []string{fmt.Sprintf("%s %s/%s: %d pods serve, %d do not become ready",
		w.Kind, w.Namespace, w.Name, len(serving), len(failing))}
	if len(pods) == 0 {
		text = append(text, refused(ctx, client, w)...)
	}
	seen := map[string]bool{}
	for _, pod := range failing {
		described := describe(ctx, client, pod)
		if alike := strings.Join(described, "\n"); !seen[alike] {
			seen[alike] = true
			text = append(text, "  pod "+pod.Name)
			text = append(text, described...)
		}
	}
	return strings.Join(text, "\n"), nil
}

// podsOf finds the pods by the workload's own selector.
func podsOf(ctx context.Context, client api.Client, w Workload) ([]corev1.Pod, error) {
	// The three kinds have the same selector at the same place.
	var workload appsv1.Deployment
	path := "/apis/apps/v1/namespaces/" + w.Namespace + "/" + strings.ToLower(w.Kind) + "s/" + w.Name
	if err := client.Get(ctx, &workload, path); err != nil {
		return nil, err
	}
	selector := metav1.FormatLabelSelector(workload.Spec.Selector)
	var list corev1.PodList
	err := client.Get(ctx, &list, "/api/v1/namespaces/"+w.Namespace+"/pods", "labelSelector", selector)
	return list.Items, err
}

func ready(pod corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// refused says why there are no pods at all: a quota or an admission rule turned them away.
func refused(ctx context.Context, client api.Client, w Workload) []string {
	var found []string
	for _, event := range warnings(ctx, client, w.Namespace) {
		if strings.HasPrefix(event.InvolvedObject.Name, w.Name) && event.Reason == "FailedCreate" {
			found = append(found, "  no pod: "+event.Message)
		}
	}
	return slices.Compact(found)
}

// warnings are the namespace's warning events. Without them an explanation is only less complete.
func warnings(ctx context.Context, client api.Client, namespace string) []corev1.Event {
	var list corev1.EventList
	path := "/api/v1/namespaces/" + namespace + "/events"
	if err := client.Get(ctx, &list, path, "fieldSelector", "type=Warning"); err != nil {
		return nil
	}
	return list.Items
}
