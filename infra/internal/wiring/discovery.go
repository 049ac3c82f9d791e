package wiring

import (
	"encoding/json"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// discovered demands that what a pod's annotations tell Datadog's agent is about a container that the pod has, and that
// the agent reaches the metrics: it finds pods by itself, so nothing else says that it does not.
func (c *checker) discovered(p pod) {
	for annotation, text := range p.template.Annotations {
		about, ok := strings.CutPrefix(annotation, "ad.datadoghq.com/")
		if !ok {
			continue
		}
		container, what, _ := strings.Cut(about, ".")
		if find(p.containers(), container, func(c *corev1.Container) string { return c.Name }) == nil {
			c.fail(p.owner, "annotation %s: there is no container %s", annotation, container)
		}
		if what != "checks" {
			continue
		}
		number, err := checkedPort(text)
		switch {
		case err != nil:
			c.fail(p.owner, "annotation %s: %v", annotation, err)
		case !p.listens(number):
			c.fail(p.owner, "annotation %s: asks port %d, which the pod does not have", annotation, number)
		case !c.admits(p, number, fromAgent):
			c.fail(p.owner, "annotation %s: no policy lets the agent in to port %d", annotation, number)
		}
	}
}

// checkedPort is the port that the agent is told to ask.
func checkedPort(text string) (int32, error) {
	var checks struct {
		OpenMetrics struct {
			Instances []struct {
				Endpoint string `json:"openmetrics_endpoint"`
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &checks); err != nil {
		return 0, err
	}
	var number int64
	for _, at := range checks.OpenMetrics.Instances {
		_, port, _ := strings.Cut(at.Endpoint, "%%host%%:")
		port, _, _ = strings.Cut(port, "/")
		var err error
		if number, err = strconv.ParseInt(port, 10, 32); err != nil {
			return 0, err
		}
	}
	return int32(number), nil
}

// fromAgent reports whether the pods that Datadog's chart makes on each node are among the peers.
func fromAgent(peers []networkingv1.NetworkPolicyPeer) bool {
	for _, peer := range peers {
		if peer.NamespaceSelector != nil && peer.PodSelector != nil && peer.PodSelector.MatchLabels["app"] == "datadog" {
			return true
		}
	}
	return false
}
