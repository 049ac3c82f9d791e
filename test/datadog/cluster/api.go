// Package cluster stands in for a cluster where only what Datadog shall watch of it is tried: its API answers what the
// program itself asks, and Pulumi's Kubernetes provider records objects instead of making them.
package cluster

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

type object = map[string]any

// answers are what the program asks before it declares anything, by path.
func answers() map[string]any {
	standard := object{"metadata": object{"name": "standard", "annotations": object{
		"storageclass.kubernetes.io/is-default-class": "true",
	}}}
	return map[string]any{
		"/version":                                               object{"major": "1", "minor": "34"},
		"/apis/storage.k8s.io/v1/storageclasses":                 object{"items": []object{standard}},
		"/apis/networking.k8s.io/v1/ingressclasses":              object{"items": []object{{"metadata": object{"name": "nginx"}}}},
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": object{"status": object{"allowed": true}},
	}
}

// API answers the program: it has what the stacks need, and neither Deployments that still roll out nor pods of canaries.
type API struct{}

// ServeHTTP answers one question.
func (API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, known := answers()[r.URL.Path]
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasPrefix(r.URL.Path, "/apis/apps/v1/namespaces/") && strings.HasSuffix(r.URL.Path, "/deployments"),
		strings.HasPrefix(r.URL.Path, "/api/v1/namespaces/") && strings.HasSuffix(r.URL.Path, "/pods"):
		answer = object{"items": []object{}}
	case !known:
		w.WriteHeader(http.StatusNotFound)
		answer = object{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": http.StatusNotFound}
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		panic(err) // ends the request, and the test that made it
	}
}

// Kubeconfig is how kubectl, and so the program, finds the API.
func Kubeconfig(address string) []byte {
	return fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: stand-in
clusters: [{name: stand-in, cluster: {server: %s}}]
contexts: [{name: stand-in, context: {cluster: stand-in}}]
`, address)
}
