package edge

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Gateway is a host name that is routed by the Gateway API.
type Gateway struct {
	// Host is the name.
	Host string
	// Class makes a Gateway of this class; empty attaches to the one that is called Name, in Namespace, at the listener
	// Section or at every one.
	Class                    string
	Name, Namespace, Section string
	// TLS encrypts; nil does not.
	TLS *TLS
}

// The listeners of a Gateway of our own.
const listenerHTTP, listenerHTTPS = "http", "https"

func (g Gateway) url() string { return scheme(g.TLS) + "://" + g.Host }

// encrypts reports whether the listener for HTTPS is one of ours.
func (g Gateway) encrypts() bool { return g.Class != "" && g.TLS != nil && !g.TLS.Terminated }

// route declares the route to the service, and the Gateway where it is one of ours.
func (e *Edge) route(ctx *pulumi.Context, name string, a Args) error {
	g := *a.Gateway
	parent := pulumi.Map{"name": pulumi.String(g.Name), "namespace": pulumi.String(g.Namespace)}
	if g.Section != "" {
		parent["sectionName"] = pulumi.String(g.Section)
	}
	if g.Class != "" {
		if err := e.resource(ctx, name+"-gateway", a, "Gateway", a.App.Name, gatewaySpec(a)); err != nil {
			return err
		}
		parent = listener(a, listenerHTTP)
	}
	if g.encrypts() {
		parent = listener(a, listenerHTTPS)
		redirect := routeSpec(a, listener(a, listenerHTTP), pulumi.Map{"filters": pulumi.Array{pulumi.Map{
			"type":            pulumi.String("RequestRedirect"),
			"requestRedirect": pulumi.Map{"scheme": pulumi.String("https"), "statusCode": pulumi.Int(301)},
		}}})
		if err := e.resource(ctx, name+"-redirect", a, "HTTPRoute", a.App.Name+"-redirect", redirect); err != nil {
			return err
		}
	}
	to := pulumi.Map{"backendRefs": pulumi.Array{pulumi.Map{"name": pulumi.String(a.Host), "port": pulumi.Int(a.Port)}}}
	return e.resource(ctx, name+"-route", a, "HTTPRoute", a.App.Name, routeSpec(a, parent, to))
}

// listener is one of our own Gateway's.
func listener(a Args, section string) pulumi.Map {
	return pulumi.Map{"name": pulumi.String(a.App.Name), "sectionName": pulumi.String(section)}
}

func routeSpec(a Args, parent, rule pulumi.Map) pulumi.Map {
	return pulumi.Map{
		"parentRefs": pulumi.Array{parent},
		"hostnames":  pulumi.ToStringArray([]string{a.Gateway.Host}),
		"rules":      pulumi.Array{rule},
	}
}

func gatewaySpec(a Args) pulumi.Map {
	g := *a.Gateway
	listeners := pulumi.Array{listening(g, listenerHTTP, "HTTP", 80)}
	if g.encrypts() {
		secure := listening(g, listenerHTTPS, "HTTPS", 443)
		secure["tls"] = pulumi.Map{
			"mode":            pulumi.String("Terminate"),
			"certificateRefs": pulumi.Array{pulumi.Map{"name": pulumi.String(g.TLS.secret(a.App))}},
		}
		listeners = append(listeners, secure)
	}
	return pulumi.Map{"gatewayClassName": pulumi.String(g.Class), "listeners": listeners}
}

func listening(g Gateway, name, protocol string, port int) pulumi.Map {
	return pulumi.Map{
		"name": pulumi.String(name), "protocol": pulumi.String(protocol), "port": pulumi.Int(port),
		"hostname":      pulumi.String(g.Host),
		"allowedRoutes": pulumi.Map{"namespaces": pulumi.Map{"from": pulumi.String("Same")}},
	}
}

// resource declares an object of the Gateway API. Its controller may be installed later: nothing waits for it.
func (e *Edge) resource(ctx *pulumi.Context, logical string, a Args, kind, name string, spec pulumi.Map) error {
	annotations := pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	if t := a.Gateway.TLS; kind == "Gateway" && t != nil && t.Issuer != "" {
		annotations[issuerAnnotation] = pulumi.String(t.Issuer)
	}
	_, err := apiextensions.NewCustomResource(ctx, logical, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("gateway.networking.k8s.io/v1"),
		Kind:       pulumi.String(kind),
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Namespace: a.Namespace.ToStringOutput(), Labels: a.App.Labels(), Annotations: annotations,
		},
		OtherFields: kubernetes.UntypedArgs{"spec": spec},
	}, pulumi.Parent(e))
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, name, err)
	}
	return nil
}
