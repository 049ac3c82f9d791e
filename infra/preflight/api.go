package preflight

import (
	"context"
	"encoding/json"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Config finds the cluster as kubectl would: KUBECONFIG or its default place, and the named context or the current one.
func Config(context string) (*rest.Config, error) {
	overrides := &clientcmd.ConfigOverrides{CurrentContext: context}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
}

// api is the cluster's API by paths. The questions are few and their answers small, so typed clients for every group
// would be a great deal of code for nothing.
type api struct{ client *rest.RESTClient }

func connect(config *rest.Config) (api, error) {
	config = rest.CopyConfig(config)
	codecs := serializer.NewCodecFactory(runtime.NewScheme())
	config.NegotiatedSerializer = serializer.WithoutConversionCodecFactory{CodecFactory: codecs}
	client, err := rest.UnversionedRESTClientFor(config)
	return api{client: client}, err
}

func (a api) get(ctx context.Context, path string, into any) error {
	text, err := a.client.Get().AbsPath(path).Do(ctx).Raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

func (a api) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request := a.client.Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body(text)
	answer, err := request.Do(ctx).Raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
