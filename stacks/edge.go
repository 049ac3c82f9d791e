package stacks

import "fmt"

// Edge is the ways in from outside the cluster.
type Edge struct {
	// NodePort opens the frontend on this port of every node. Absent: closed.
	NodePort int `json:"nodePort,omitempty" min:"30000" max:"32767"`
	// ExternalTrafficPolicy says how the node port finds a pod. Cluster: every node answers, but clients share the address of
	// the node that they came through, and with it the limit of writes. Local: clients keep their address, but only nodes
	// that run a pod of the frontend answer.
	ExternalTrafficPolicy TrafficPolicy `json:"externalTrafficPolicy,omitempty"`
	// NodeHost is a node's name or address in the URL that is shown for the node port.
	NodeHost string `json:"nodeHost,omitempty" pattern:"host"`
	// Ingress opens the frontend under a host name. Absent: closed.
	Ingress *Ingress `json:"ingress,omitempty"`
	// Gateway opens the frontend under a host name, by the Gateway API instead of an Ingress. Absent: closed.
	Gateway *Gateway `json:"gateway,omitempty"`
	// Tunnel opens the shop through ngrok. Absent: closed.
	Tunnel *Tunnel `json:"tunnel,omitempty"`
	// TrustedNetworks are the networks of the proxies before the frontend, whose X-Forwarded-For names the client. Absent: all
	// private networks where the only ways in are an ingress and a tunnel, and none where there is a node port, because
	// whoever comes through it would choose an address. With a node port beside an ingress or a tunnel, name the network of
	// the cluster's pods; otherwise all who come through the ingress are one client.
	TrustedNetworks []CIDR `json:"trustedNetworks,omitempty"`
	// PublicAdmin serves the operator's pages, /admin, to whoever reaches the shop and has the admin key. Without it they
	// answer kubectl port-forward alone.
	PublicAdmin bool `json:"publicAdmin,omitempty"`
	// Secure demands exactly one way in, and TLS on it: no node port, of monitoring neither, and no tunnel.
	Secure bool `json:"secure,omitempty"`
}

// TrafficPolicy says how a node port finds a pod.
type TrafficPolicy string

// The ways from a node port to a pod.
const (
	// TrafficCluster sends to a pod on any node.
	TrafficCluster TrafficPolicy = "Cluster"
	// TrafficLocal sends to pods on the node that is asked.
	TrafficLocal TrafficPolicy = "Local"
)

func (TrafficPolicy) options() []string {
	return []string{string(TrafficCluster), string(TrafficLocal)}
}

// Ingress opens the frontend under a host name.
type Ingress struct {
	// Class names the controller.
	Class string `json:"class,omitempty" pattern:"host"`
	// Host is the name under which the shop is found.
	Host string `json:"host" pattern:"host"`
	// Annotations are the controller's own settings, put on the Ingress as they are.
	Annotations Pairs `json:"annotations,omitempty"`
	// Controller is the controller's namespace: its pods, and no others, may connect. Default: ingress-nginx with the class
	// nginx, none with any other.
	Controller string `json:"controller,omitempty" pattern:"label"`
	// ControllerLabels narrow those pods down to the ones with all of these labels.
	ControllerLabels Pairs `json:"controllerLabels,omitempty"`
	// Networks lists the address ranges from which a load balancer sends requests and health checks to the shop's pods, as
	// AWS' and Google's do.
	Networks []CIDR `json:"networks,omitempty"`
	// HostNetwork says that the controller's pods are on the nodes' network: nodes may connect.
	HostNetwork bool `json:"hostNetwork,omitempty"`
	// Metrics says that the controller is ingress-nginx with its metrics on (controller.metrics.enabled): monitoring then
	// looks for it in the namespace, and goes by what it says of the certificate. Without, the probe says that.
	Metrics bool `json:"metrics,omitempty"`
	// TLS encrypts. Absent: plain HTTP.
	TLS *TLS `json:"tls,omitempty"`
}

func (i *Ingress) setDefaults() { i.Class = nginxClass }

// TLS says where the certificate is from: exactly one of secret, issuer and terminated.
type TLS struct {
	// Secret is the name of a Secret that is there, with tls.crt and tls.key.
	Secret string `json:"secret,omitempty" pattern:"host"`
	// Issuer is the name of a cert-manager ClusterIssuer that makes one.
	Issuer string `json:"issuer,omitempty" pattern:"host"`
	// Terminated says that what stands before the shop has a certificate of its own: a cloud's load balancer, or a Gateway.
	Terminated bool `json:"terminated,omitempty"`
	// Solver is the image, without a tag, of the pods that cert-manager starts in the stack's namespace to answer an
	// issuer's HTTP-01 challenge. They may run there whatever images.registries says.
	Solver string `json:"solver,omitempty" pattern:"repository"`
}

func (t *TLS) setDefaults() { t.Solver = "quay.io/jetstack/cert-manager-acmesolver" }

func (t TLS) validate(path string) []Problem {
	var found problems
	if count(t.Secret != "", t.Issuer != "", t.Terminated) != 1 {
		found.add(path, "want exactly one of secret, issuer, terminated")
	}
	return found
}

func (e Edge) validate(path string, secrets map[string]Secret) []Problem {
	var found problems
	if e.NodePort == 0 && e.Ingress == nil && e.Gateway == nil && e.Tunnel == nil {
		found.add(path, "nobody can reach the shop, want nodePort, ingress, gateway or tunnel")
	}
	if e.Ingress != nil && e.Gateway != nil {
		found.add(path, "ingress and gateway are set, want only one of them")
	}
	if e.Tunnel != nil {
		found = append(found, e.Tunnel.validate(path+".tunnel", secrets)...)
	}
	for i, network := range e.TrustedNetworks {
		if network.prefix.Bits() == 0 {
			found.add(fmt.Sprintf("%s.trustedNetworks[%d]", path, i),
				"%s trusts everybody, so that a client may choose its address; want the networks of the proxies", network)
		}
	}
	if i := e.Ingress; i != nil {
		if i.Host == "" {
			found.add(path+".ingress.host", "missing")
		}
		if i.TLS != nil {
			found = append(found, i.TLS.validate(path+".ingress.tls")...)
		}
		if i.Metrics && i.Class != nginxClass {
			found.add(path+".ingress.metrics", "set, but the class is %s: only those of ingress-nginx are known", i.Class)
		}
		if i.Metrics && i.HostNetwork {
			found.add(path+".ingress.metrics", "set, but with hostNetwork no policy can lead to the controller alone")
		}
	}
	if e.Gateway != nil {
		found = append(found, e.Gateway.validate(path+".gateway")...)
	}
	if !e.Secure {
		return found
	}
	if e.NodePort != 0 {
		found.add(path+".nodePort", "%d, but %s.secure allows only an ingress or a gateway with TLS", e.NodePort, path)
	}
	if e.Tunnel != nil {
		found.add(path+".tunnel", "set, but %s.secure allows only an ingress or a gateway with TLS", path)
	}
	if e.Ingress != nil && e.Ingress.TLS == nil {
		found.add(path+".ingress.tls", "missing, but %s.secure is set", path)
	}
	if e.Gateway != nil && e.Gateway.TLS == nil {
		found.add(path+".gateway.tls", "missing, but %s.secure is set", path)
	}
	return found
}
