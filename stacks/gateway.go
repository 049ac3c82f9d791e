package stacks

// Gateway opens the frontend under a host name by an HTTPRoute: to a Gateway that is there (name), or to one of the
// stack's own (class).
type Gateway struct {
	// Host is the name under which the shop is found.
	Host string `json:"host" pattern:"host"`
	// Class makes a Gateway of this GatewayClass, in the stack's namespace, with a listener for HTTP and, with tls, one for
	// HTTPS. It suits classes whose proxies run elsewhere: pods in the stack's namespace meet its quota and admission rules.
	Class string `json:"class,omitempty" pattern:"host"`
	// Name is a Gateway that is there, whose listeners must let routes of the stack's namespace attach.
	Name string `json:"name,omitempty" pattern:"host"`
	// Namespace is that Gateway's.
	Namespace string `json:"namespace,omitempty" pattern:"label"`
	// Section is the listener of that Gateway. Default: every one that takes the host.
	Section string `json:"section,omitempty" pattern:"label"`
	// Controller is the namespace of the pods that serve the Gateway: they, and no others, may connect.
	Controller string `json:"controller,omitempty" pattern:"label"`
	// ControllerLabels narrow those pods down to the ones with all of these labels.
	ControllerLabels Pairs `json:"controllerLabels,omitempty"`
	// Networks lists the address ranges from which a load balancer sends requests and health checks to the shop's pods.
	Networks []CIDR `json:"networks,omitempty"`
	// HostNetwork says that the pods that serve the Gateway are on the nodes' network: nodes may connect.
	HostNetwork bool `json:"hostNetwork,omitempty"`
	// TLS encrypts. Absent: plain HTTP. With name it can only be terminated: the listeners are the Gateway's.
	TLS *TLS `json:"tls,omitempty"`
}

func (g Gateway) validate(path string) []Problem {
	var found problems
	if g.Host == "" {
		found.add(path+".host", "missing")
	}
	if (g.Class == "") == (g.Name == "") {
		found.add(path, "want exactly one of class (a Gateway of the stack's own), name (one that is there)")
	}
	if g.Name != "" && g.Namespace == "" {
		found.add(path+".namespace", "missing, want the namespace of the Gateway %s", g.Name)
	}
	if g.Name == "" && (g.Namespace != "" || g.Section != "") {
		found.add(path, "namespace and section are those of a Gateway that is there, but name is not set")
	}
	if g.TLS == nil {
		return found
	}
	found = append(found, g.TLS.validate(path+".tls")...)
	if g.Name != "" && !g.TLS.Terminated {
		found.add(path+".tls", "want terminated: the listeners of the Gateway %s have its certificates", g.Name)
	}
	return found
}
