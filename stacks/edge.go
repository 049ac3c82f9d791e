package stacks

// Edge is the ways in from outside the cluster.
type Edge struct {
	// NodePort opens the frontend on this port of every node. Absent: closed.
	NodePort int `json:"nodePort,omitempty" min:"30000" max:"32767"`
	// NodeHost is a node's name or address in the URL that is shown for the node port.
	NodeHost string `json:"nodeHost,omitempty" pattern:"host"`
	// Ingress opens the frontend under a host name. Absent: closed.
	Ingress *Ingress `json:"ingress,omitempty"`
	// Tunnel opens the shop through ngrok. Absent: closed.
	Tunnel *Tunnel `json:"tunnel,omitempty"`
	// PublicAdmin serves the operator's pages, /admin, to whoever reaches the shop and has the admin key. Without it they
	// answer kubectl port-forward alone.
	PublicAdmin bool `json:"publicAdmin,omitempty"`
	// Secure demands exactly one way in, and TLS on it: no node port, of monitoring neither, and no tunnel.
	Secure bool `json:"secure,omitempty"`
}

// Ingress opens the frontend under a host name.
type Ingress struct {
	// Class names the controller.
	Class string `json:"class,omitempty" pattern:"host"`
	// Host is the name under which the shop is found.
	Host string `json:"host" pattern:"host"`
	// Controller is the controller's namespace: its pods, and no others, may connect.
	Controller string `json:"controller,omitempty" pattern:"label"`
	// TLS encrypts. Absent: plain HTTP.
	TLS *TLS `json:"tls,omitempty"`
}

func (i *Ingress) setDefaults() { i.Class, i.Controller = "nginx", "ingress-nginx" }

// TLS says where the certificate is from: exactly one of its entries.
type TLS struct {
	// Secret is the name of a Secret that is there, with tls.crt and tls.key.
	Secret string `json:"secret,omitempty" pattern:"host"`
	// Issuer is the name of a cert-manager ClusterIssuer that makes one.
	Issuer string `json:"issuer,omitempty" pattern:"host"`
}

func (e Edge) validate(path string, secrets map[string]Secret) []Problem {
	var found problems
	if e.NodePort == 0 && e.Ingress == nil && e.Tunnel == nil {
		found.add(path, "nobody can reach the shop, want nodePort, ingress or tunnel")
	}
	if e.Tunnel != nil {
		found = append(found, e.Tunnel.validate(path+".tunnel", secrets)...)
	}
	if i := e.Ingress; i != nil {
		if i.Host == "" {
			found.add(path+".ingress.host", "missing")
		}
		if t := i.TLS; t != nil && (t.Secret == "") == (t.Issuer == "") {
			found.add(path+".ingress.tls", "want exactly one of secret, issuer")
		}
	}
	if !e.Secure {
		return found
	}
	if e.NodePort != 0 {
		found.add(path+".nodePort", "%d, but %s.secure allows only an ingress with TLS", e.NodePort, path)
	}
	if e.Tunnel != nil {
		found.add(path+".tunnel", "set, but %s.secure allows only an ingress with TLS", path)
	}
	if e.Ingress != nil && e.Ingress.TLS == nil {
		found.add(path+".ingress.tls", "missing, but %s.secure is set", path)
	}
	return found
}
