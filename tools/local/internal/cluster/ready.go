package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// kubectl runs kubectl as the cluster's administrator and returns what it prints.
func (c Cluster) kubectl(ctx context.Context, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, c.program("kubectl"), append([]string{"--kubeconfig", c.Kubeconfig()}, args...)...)
	output, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("kubectl %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
	}
	return output, err
}

// awaitAPI waits until the API server says that it is ready, asked with a certificate that needs no binding.
func (c Cluster) awaitAPI(ctx context.Context) error {
	super := strings.Replace(c.Kubeconfig(), "admin.conf", "super-admin.conf", 1)
	return c.poll(ctx, func() error {
		output, err := exec.CommandContext(ctx, c.program("kubectl"), "--kubeconfig", super, "get", "--raw", "/readyz").
			CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s", strings.TrimSpace(string(output)))
		}
		return nil
	})
}

// awaitPods waits until the node is ready and every pod's containers run and are ready, as reported since then: right
// after a start the API still shows what was true before the cluster stopped.
func (c Cluster) awaitPods(ctx context.Context, since time.Time) error {
	return c.poll(ctx, func() error {
		if err := c.approveServingCertificate(ctx); err != nil {
			return err
		}
		if err := c.nodeReady(ctx, since); err != nil {
			return err
		}
		return c.podsReady(ctx, since)
	})
}

func (c Cluster) poll(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		if pid, keeperErr := c.keeper(); keeperErr != nil || pid == 0 {
			return errors.Join(errors.New("the cluster's keeper has ended"), keeperErr, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", err)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// approveServingCertificate approves the kubelet's requests for its serving certificate. The controller manager signs
// them after checking nothing about the address, which is why Kubernetes leaves the word to the cluster's owner.
func (c Cluster) approveServingCertificate(ctx context.Context) error {
	var requests struct {
		Items []struct {
			Metadata struct{ Name string }
			Spec     struct{ SignerName, Username string }
			Status   struct{ Conditions []struct{ Type string } }
		}
	}
	if err := c.list(ctx, &requests, "certificatesigningrequests"); err != nil {
		return err
	}
	for _, request := range requests.Items {
		ours := request.Spec.SignerName == "kubernetes.io/kubelet-serving" && request.Spec.Username == "system:node:"+nodeName
		if !ours || len(request.Status.Conditions) > 0 {
			continue
		}
		if _, err := c.kubectl(ctx, "certificate", "approve", request.Metadata.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c Cluster) nodeReady(ctx context.Context, since time.Time) error {
	var nodes struct {
		Items []struct {
			Status struct {
				Conditions []struct {
					Type, Status, Message string
					LastHeartbeatTime     time.Time
				}
			}
		}
	}
	if err := c.list(ctx, &nodes, "nodes"); err != nil {
		return err
	}
	for _, node := range nodes.Items {
		for _, condition := range node.Status.Conditions {
			if condition.Type != "Ready" {
				continue
			}
			if condition.Status != "True" {
				return fmt.Errorf("node: %s", condition.Message)
			}
			if condition.LastHeartbeatTime.Before(since.Truncate(time.Second)) {
				return errors.New("node: no heartbeat yet")
			}
			return nil
		}
	}
	return errors.New("node: not registered yet")
}

// podStatus is what podsReady reads of a pod.
type podStatus struct {
	Metadata struct{ Name, Namespace string }
	Status   struct {
		Phase             string
		ContainerStatuses []struct {
			Name  string
			Ready bool
			State struct {
				Running *struct{ StartedAt time.Time }
				Waiting *struct{ Reason, Message string }
			}
		}
	}
}

func (c Cluster) podsReady(ctx context.Context, since time.Time) error {
	var pods struct{ Items []podStatus }
	if err := c.list(ctx, &pods, "pods", "--all-namespaces"); err != nil {
		return err
	}
	if len(pods.Items) == 0 {
		return errors.New("no pods yet")
	}
	for _, pod := range pods.Items {
		if pod.Status.Phase == "Succeeded" || pod.Status.Phase == "Failed" {
			continue
		}
		name := pod.Metadata.Namespace + "/" + pod.Metadata.Name
		if len(pod.Status.ContainerStatuses) == 0 {
			return fmt.Errorf("pod %s: %s", name, pod.Status.Phase)
		}
		for _, container := range pod.Status.ContainerStatuses {
			if waiting := container.State.Waiting; waiting != nil {
				return fmt.Errorf("pod %s: %s %s", name, waiting.Reason, waiting.Message)
			}
			running := container.State.Running
			if running == nil || running.StartedAt.Before(since.Truncate(time.Second)) || !container.Ready {
				return fmt.Errorf("pod %s: not ready yet", name)
			}
		}
	}
	return nil
}

func (c Cluster) list(ctx context.Context, into any, kind string, flags ...string) error {
	output, err := c.kubectl(ctx, append([]string{"get", kind, "-o", "json"}, flags...)...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(output, into); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}
