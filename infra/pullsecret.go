package main

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/stacks"
)

// pullSecret names the Secret that the stack's images are pulled with, in each of its namespaces; empty for none.
func pullSecret(stack stacks.Stack) string {
	if stack.Secrets[stacks.RegistryCredentials] != "" {
		return kube.PullSecretName
	}
	return stack.Images.PullSecret
}

// pullWith has each pod's images pulled with the Secret: Kubernetes gives it to every pod that runs under one of the
// stack's service accounts, and no pod of the stack runs under another. One place covers all parts, later ones too.
func pullWith(secret string) pulumi.ResourceTransformation {
	return func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		if account, ok := args.Props.(*corev1.ServiceAccountArgs); ok && secret != "" {
			account.ImagePullSecrets = corev1.LocalObjectReferenceArray{
				&corev1.LocalObjectReferenceArgs{Name: pulumi.String(secret)},
			}
		}
		return nil
	}
}
