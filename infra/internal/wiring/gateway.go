package wiring

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Gateway is the part of a Gateway of the Gateway API that the declaration uses; another field in it is an error.
type Gateway struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		GatewayClassName string `json:"gatewayClassName"`
		Listeners        []struct {
			Name     string `json:"name"`
			Protocol string `json:"protocol"`
			Port     int32  `json:"port"`
			Hostname string `json:"hostname"`
			TLS      *struct {
				Mode            string `json:"mode"`
				CertificateRefs []struct {
					Name string `json:"name"`
				} `json:"certificateRefs"`
			} `json:"tls"`
			AllowedRoutes any `json:"allowedRoutes"`
		} `json:"listeners"`
	} `json:"spec"`
}

// Route is the part of an HTTPRoute that the declaration uses; another field in it is an error.
type Route struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		ParentRefs []struct {
			Name        string `json:"name"`
			Namespace   string `json:"namespace"`
			SectionName string `json:"sectionName"`
		} `json:"parentRefs"`
		Hostnames []string `json:"hostnames"`
		Rules     []struct {
			Filters     []any `json:"filters"`
			BackendRefs []struct {
				Name string `json:"name"`
				Port int32  `json:"port"`
			} `json:"backendRefs"`
		} `json:"rules"`
	} `json:"spec"`
}

// routes demands that a route leads to a Service's port, and comes from a listener for the same host.
func (c *checker) routes() {
	for _, r := range c.Routes {
		where := "HTTPRoute " + r.Name
		for _, rule := range r.Spec.Rules {
			if len(rule.BackendRefs) == 0 && len(rule.Filters) == 0 {
				c.fail(where, "leads nowhere")
			}
			for _, to := range rule.BackendRefs {
				if s := c.service(r.Namespace, to.Name); s == nil {
					c.fail(where, "there is no Service %s", to.Name)
				} else if !hasPort(s, to.Port) {
					c.fail(where, "Service %s has no port %d", to.Name, to.Port)
				}
			}
		}
		for _, parent := range r.Spec.ParentRefs {
			if parent.Namespace != "" && !c.declares(parent.Namespace) {
				continue // somebody else's
			}
			if !c.listens(r.Namespace, parent.Name, parent.SectionName, r.Spec.Hostnames) {
				c.fail(where, "Gateway %s has no listener %s for %v", parent.Name, parent.SectionName, r.Spec.Hostnames)
			}
		}
	}
}

func (c *checker) listens(namespace, gateway, section string, hosts []string) bool {
	for _, g := range c.Gateways {
		if g.Namespace != namespace || g.Name != gateway {
			continue
		}
		for _, l := range g.Spec.Listeners {
			if l.Name == section && slices.Equal(hosts, []string{l.Hostname}) && (l.Protocol == "HTTPS") == (l.TLS != nil) {
				return true
			}
		}
	}
	return false
}

// solves reports whether a selector means the pods by which cert-manager proves to an issuer whose a host is, and
// something declared asks it for a certificate.
func (c *checker) solves(selector map[string]string) bool {
	if selector["acme.cert-manager.io/http01-solver"] != "true" {
		return false
	}
	for where, meta := range c.meta() {
		kind, _ := cutKind(where)
		if (kind == "Ingress" || kind == "Gateway") && meta.Annotations["cert-manager.io/cluster-issuer"] != "" {
			return true
		}
	}
	return false
}
