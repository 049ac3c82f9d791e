package kube

import (
	"encoding/base64"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PullSecretName is what the Secret is called that images are pulled with, in each namespace.
const PullSecretName = "image-pull"

// PullSecret is the Secret that images are pulled with: a Docker configuration file. It keeps its name when its content
// changes, so that new credentials reach pods that are there already.
func PullSecret(namespace pulumi.StringOutput, labels pulumi.StringMap, config string) *corev1.SecretArgs {
	return &corev1.SecretArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(PullSecretName), Namespace: namespace, Labels: labels},
		Type:     pulumi.String("kubernetes.io/dockerconfigjson"),
		Data: pulumi.ToSecret(pulumi.StringMap{
			".dockerconfigjson": pulumi.String(base64.StdEncoding.EncodeToString([]byte(config))),
		}).(pulumi.StringMapOutput),
	}
}
