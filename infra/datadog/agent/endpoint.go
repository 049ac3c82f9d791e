package agent

import "strconv"

// OTLPPort is where the agent takes traces, over HTTP.
const OTLPPort = 4318

// Host is the agent of the caller's own node, by its Service.
func Host(namespace string) string { return Chart + "." + namespace + ".svc" }

// Endpoint is where services send their traces.
func Endpoint(namespace string) string {
	return "http://" + Host(namespace) + ":" + strconv.Itoa(OTLPPort)
}
