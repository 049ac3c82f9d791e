package rollout

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/infra/internal/api"
)

// describe is what stands in a pod's way, without its name.
func describe(ctx context.Context, client api.Client, pod corev1.Pod) []string {
	var text []string
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			text = append(text, "    not placed: "+condition.Message)
		}
	}
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		if status.Ready || completed(status) {
			continue
		}
		text = append(text, state(status)...)
		text = append(text, logs(ctx, client, pod, status)...)
	}
	return append(text, answers(ctx, client, pod)...)
}

// completed says that an init container has done its work.
func completed(status corev1.ContainerStatus) bool {
	return status.State.Terminated != nil && status.State.Terminated.ExitCode == 0
}

// state is the container's own state, and how it ended before if it did.
func state(status corev1.ContainerStatus) []string {
	var text []string
	switch now := status.State; {
	case now.Waiting != nil:
		text = append(text, "    "+status.Name+": "+join(now.Waiting.Reason, now.Waiting.Message))
	case now.Terminated != nil:
		text = append(text, "    "+status.Name+": "+ended(*now.Terminated))
	case now.Running != nil:
		text = append(text, "    "+status.Name+": runs, but is not ready")
	}
	if before := status.LastTerminationState.Terminated; before != nil {
		text = append(text, fmt.Sprintf("    %s: restarted %d times; %s", status.Name, status.RestartCount, ended(*before)))
	}
	return text
}

func ended(t corev1.ContainerStateTerminated) string {
	return join(fmt.Sprintf("ended with code %d (%s)", t.ExitCode, t.Reason), t.Message)
}

func join(reason, message string) string {
	if message == "" {
		return reason
	}
	return reason + ": " + message
}

// logs are the last lines of a container: of the run before, if it is between two.
func logs(ctx context.Context, client api.Client, pod corev1.Pod, status corev1.ContainerStatus) []string {
	previous := "false"
	if status.State.Running == nil && status.LastTerminationState.Terminated != nil {
		previous = "true"
	}
	path := "/api/v1/namespaces/" + pod.Namespace + "/pods/" + pod.Name + "/log"
	written, err := client.Text(ctx, path, "container", status.Name, "tailLines", logLines, "previous", previous)
	lines := strings.TrimSpace(string(written))
	if err != nil || lines == "" {
		return nil // a container that never ran has none
	}
	text := []string{"    " + status.Name + " wrote last:"}
	for line := range strings.SplitSeq(lines, "\n") {
		text = append(text, "      "+line)
	}
	return text
}

// answers are what the probes were answered, from the pod's events.
func answers(ctx context.Context, client api.Client, pod corev1.Pod) []string {
	var text []string
	for _, event := range warnings(ctx, client, pod.Namespace) {
		if event.InvolvedObject.UID == pod.UID && event.Reason == "Unhealthy" {
			text = append(text, fmt.Sprintf("    %s (%d times)", event.Message, max(event.Count, 1)))
		}
	}
	return text
}
