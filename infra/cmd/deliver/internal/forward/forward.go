// Package forward reaches a shop that has no address from here: through the API server, into one of its pods, as kubectl
// port-forward does.
package forward

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"github.com/techcommerce/platform/infra/internal/api"
)

// Pods are those that answer.
type Pods struct {
	Config    *rest.Config
	Namespace string
	// App is their label app.kubernetes.io/name, Port where they listen.
	App  string
	Port int
}

// Open connects to one of the pods that are ready and returns the address on this machine that leads there.
func (p Pods) Open(ctx context.Context) (address string, stop func(), err error) {
	pod, err := p.ready(ctx)
	if err != nil {
		return "", nil, err
	}
	return p.OpenPod(ctx, pod)
}

// OpenPod connects to the pod of that name.
func (p Pods) OpenPod(ctx context.Context, pod string) (address string, stop func(), err error) {
	transport, upgrader, err := spdy.RoundTripperFor(p.Config)
	if err != nil {
		return "", nil, err
	}
	server, _, err := rest.DefaultServerUrlFor(p.Config)
	if err != nil {
		return "", nil, err
	}
	to := &url.URL{Scheme: server.Scheme, Host: server.Host,
		Path: strings.TrimSuffix(server.Path, "/") + "/api/v1/namespaces/" + p.Namespace + "/pods/" + pod + "/portforward"}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, to)
	stopped, ready := make(chan struct{}), make(chan struct{})
	var problems bytes.Buffer
	forwarder, err := portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:" + strconv.Itoa(p.Port)},
		stopped, ready, io.Discard, &problems)
	if err != nil {
		return "", nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case err := <-ended:
		return "", nil, fmt.Errorf("port-forward to pod %s: %w", pod, err)
	case <-ctx.Done():
		close(stopped)
		return "", nil, ctx.Err()
	case <-ready:
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		close(stopped)
		return "", nil, err
	}
	return "http://127.0.0.1:" + strconv.Itoa(int(ports[0].Local)), func() { close(stopped); <-ended }, nil
}

// ready finds a pod that serves.
func (p Pods) ready(ctx context.Context) (string, error) {
	client, err := api.Connect(p.Config)
	if err != nil {
		return "", err
	}
	var list corev1.PodList
	err = client.Get(ctx, &list, "/api/v1/namespaces/"+p.Namespace+"/pods", "labelSelector", "app.kubernetes.io/name="+p.App)
	if err != nil {
		return "", err
	}
	for _, pod := range list.Items {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil {
				return pod.Name, nil
			}
		}
	}
	return "", errors.New("no pod of " + p.App + " is ready")
}
