// Package api reads and writes a cluster's objects by their paths. The programs here ask few questions, of kinds that are
// known only when they run, so a typed client for every group would be a great deal of code for nothing.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Config finds the cluster as kubectl would: KUBECONFIG or its default place, and the named context or the current one.
func Config(context string) (*rest.Config, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: context}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
}

// Client is a cluster's API.
type Client struct {
	rest *rest.RESTClient
	// patience is how long a read or a deletion is tried again while the API server does not answer.
	patience time.Duration
}

// Patient is the client for those who wait for something anyway: an API server that restarts, or is too busy, does not end
// its reads and deletions unless it does so for longer than the limit.
func (c Client) Patient(limit time.Duration) Client {
	c.patience = limit
	return c
}

// Connect prepares a client; nothing is sent yet.
func Connect(config *rest.Config) (Client, error) {
	config = rest.CopyConfig(config)
	if config.QPS == 0 { // the library's own limit, 5 a second, is for programs that run for long
		config.QPS, config.Burst = 50, 100
	}
	codecs := serializer.NewCodecFactory(runtime.NewScheme())
	config.NegotiatedSerializer = serializer.WithoutConversionCodecFactory{CodecFactory: codecs}
	client, err := rest.UnversionedRESTClientFor(config)
	return Client{rest: client}, err
}

// Open prepares a client for the named context, or the current one.
func Open(context string) (Client, error) {
	config, err := Config(context)
	if err != nil {
		return Client{}, err
	}
	return Connect(config)
}

// Text is what the cluster answers to a path, with query parameters in pairs.
func (c Client) Text(ctx context.Context, path string, query ...string) ([]byte, error) {
	request := c.rest.Get().AbsPath(path)
	for i := 0; i+1 < len(query); i += 2 {
		request = request.Param(query[i], query[i+1])
	}
	return c.again(ctx, func() ([]byte, error) { return request.Do(ctx).Raw() })
}

// again sends a request that changes nothing more when it is sent twice, until it is answered or the patience is over.
func (c Client) again(ctx context.Context, send func() ([]byte, error)) ([]byte, error) {
	for since := time.Now(); ; {
		text, err := send()
		if err == nil || !transient(err) || ctx.Err() != nil || time.Since(since) >= c.patience {
			return text, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(retryAfter):
		}
	}
}

// retryAfter is how long to wait before an unanswered read is tried again.
const retryAfter = time.Second

// transient says that a failure may go by itself: no answer at all, or one that says to come back later. What the API
// server refuses, it refuses again.
func transient(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return !errors.Is(err, context.Canceled)
	}
	code := status.Status().Code
	return code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
}

// Get reads what is at a path, with query parameters in pairs.
func (c Client) Get(ctx context.Context, into any, path string, query ...string) error {
	text, err := c.Text(ctx, path, query...)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// Post sends a body to a path and reads the answer.
func (c Client) Post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request := c.rest.Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body(text)
	answer, err := request.Do(ctx).Raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// Put replaces what is at a path and reads the answer. It is refused if the object has changed since it was read.
func (c Client) Put(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := c.rest.Put().AbsPath(path).SetHeader("Content-Type", "application/json").Body(text).Do(ctx).Raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// Apply makes the object at a path as it is given, by server-side apply in the manager's name, whoever set its fields
// before.
func (c Client) Apply(ctx context.Context, path, manager string, object any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	request := c.rest.Patch(types.ApplyPatchType).AbsPath(path).Param("fieldManager", manager).Param("force", "true")
	return request.Body(text).Do(ctx).Error()
}

// Patch changes the object at a path by a JSON patch.
func (c Client) Patch(ctx context.Context, path string, patch []byte) error {
	return c.rest.Patch(types.JSONPatchType).AbsPath(path).Body(patch).Do(ctx).Error()
}

// Delete removes what is at a path. What is not there is as it should be, so it is tried again like a read.
func (c Client) Delete(ctx context.Context, path string) error {
	_, err := c.again(ctx, func() ([]byte, error) { return nil, c.rest.Delete().AbsPath(path).Do(ctx).Error() })
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
