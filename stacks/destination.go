package stacks

import (
	"fmt"
	"net/url"
	"strings"
)

// A destination is the address of something that services send to. In the cluster it is a Service,
// http://name.namespace.svc:8080; outside, only https will do.

// namespaceOf is where a destination's Service is, empty for one outside the cluster.
func namespaceOf(destination string) string {
	address, err := url.Parse(destination)
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.TrimSuffix(address.Hostname(), ".cluster.local"), ".")
	if len(parts) != 3 || parts[2] != "svc" {
		return ""
	}
	return parts[1]
}

// checkDestination says what is wrong with a destination, empty if nothing is.
func checkDestination(destination, example string) string {
	address, err := url.Parse(destination)
	switch {
	case err != nil || address.Host == "":
		return fmt.Sprintf("%q, want an address such as %s", destination, example)
	case address.User != nil:
		return "has a user or a password, which would be stored in clear"
	case address.Scheme == "http" && namespaceOf(destination) == "":
		return fmt.Sprintf("http://%s, want https, or a Service of the cluster such as http://name.namespace.svc", address.Host)
	}
	return ""
}
