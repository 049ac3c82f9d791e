package edge

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Ingress is a host name that a controller answers for.
type Ingress struct {
	// Class names the controller.
	Class string
	// Host is the name.
	Host string
	// Annotations are the controller's own settings.
	Annotations map[string]string
	// TLS encrypts; nil does not.
	TLS *TLS
}

// TLS is a certificate that is there (Secret), that cert-manager makes (Issuer), or that is none of the cluster's
// (Terminated).
type TLS struct {
	Secret, Issuer string
	Terminated     bool
}

// issuerAnnotation tells cert-manager who makes the certificate.
const issuerAnnotation = "cert-manager.io/cluster-issuer"

// url is where the shop is found.
func (i Ingress) url() string { return scheme(i.TLS) + "://" + i.Host }

func scheme(tls *TLS) string {
	if tls != nil {
		return "https"
	}
	return "http"
}

// secret is where the certificate is, or will be.
func (t TLS) secret(app kube.App) string {
	if t.Secret != "" {
		return t.Secret
	}
	return app.Name + "-tls"
}

func ingress(a Args) *networkingv1.IngressArgs {
	spec := &networkingv1.IngressSpecArgs{
		IngressClassName: pulumi.String(a.Ingress.Class),
		Rules: networkingv1.IngressRuleArray{&networkingv1.IngressRuleArgs{
			Host: pulumi.String(a.Ingress.Host),
			Http: &networkingv1.HTTPIngressRuleValueArgs{
				Paths: networkingv1.HTTPIngressPathArray{everything(a)},
			},
		}},
	}
	// A controller may be installed later, and its address come later still: nothing waits for it.
	annotations := pulumi.ToStringMap(a.Ingress.Annotations)
	annotations["pulumi.com/skipAwait"] = pulumi.String("true")
	if tls := a.Ingress.TLS; tls != nil && !tls.Terminated {
		spec.Tls = networkingv1.IngressTLSArray{&networkingv1.IngressTLSArgs{
			Hosts: pulumi.ToStringArray([]string{a.Ingress.Host}), SecretName: pulumi.String(tls.secret(a.App)),
		}}
		if tls.Issuer != "" {
			annotations[issuerAnnotation] = pulumi.String(tls.Issuer)
		}
	}
	return &networkingv1.IngressArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(a.App.Name), Namespace: a.Namespace.ToStringOutput(),
			Labels: a.App.Labels(), Annotations: annotations,
		},
		Spec: spec,
	}
}

// everything sends every path to the service.
func everything(a Args) *networkingv1.HTTPIngressPathArgs {
	return &networkingv1.HTTPIngressPathArgs{
		Path:     pulumi.String("/"),
		PathType: pulumi.String("Prefix"),
		Backend: &networkingv1.IngressBackendArgs{Service: &networkingv1.IngressServiceBackendArgs{
			Name: pulumi.String(a.Host), Port: &networkingv1.ServiceBackendPortArgs{Number: pulumi.Int(a.Port)},
		}},
	}
}
