package account

import (
	"context"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/techcommerce/platform/infra/internal/api"
)

// Token is a new token of the account that ends by itself. The cluster may have a limit of its own; ends says when.
func (a Account) Token(ctx context.Context, client api.Client, lifetime time.Duration) (token string, ends time.Time, err error) {
	seconds := int64(lifetime.Seconds())
	request := authenticationv1.TokenRequest{
		TypeMeta: metav1.TypeMeta{APIVersion: authenticationv1.SchemeGroupVersion.String(), Kind: "TokenRequest"},
		Spec:     authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds},
	}
	path := "/api/v1/namespaces/" + home + "/serviceaccounts/" + a.ID() + "/token"
	if err := client.Post(ctx, path, request, &request); err != nil {
		return "", ends, fmt.Errorf("token: %w", err)
	}
	return request.Status.Token, request.Status.ExpirationTimestamp.Time, nil
}

// Kubeconfig is a configuration with the cluster of a context, or of the current one, and the token, and nothing else of
// the administrator's. The context keeps its name, since stacks may be bound to it.
func Kubeconfig(from clientcmdapi.Config, context, token string) ([]byte, error) {
	config := from.DeepCopy()
	if context != "" {
		config.CurrentContext = context
	}
	if err := clientcmdapi.MinifyConfig(config); err != nil {
		return nil, err
	}
	if err := clientcmdapi.FlattenConfig(config); err != nil {
		return nil, err
	}
	const user = "deployer"
	config.AuthInfos = map[string]*clientcmdapi.AuthInfo{user: {Token: token}}
	kept := config.Contexts[config.CurrentContext]
	config.Contexts[config.CurrentContext] = &clientcmdapi.Context{Cluster: kept.Cluster, AuthInfo: user}
	config.Extensions = nil
	return clientcmd.Write(*config)
}
