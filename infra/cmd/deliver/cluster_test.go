package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// answer is the cluster, the shop and the receivers.
func (s *setup) answer(out http.ResponseWriter, r *http.Request) {
	out.Header().Set("Content-Type", "application/json")
	b, err := readBackend()
	if err != nil {
		http.Error(out, err.Error(), http.StatusInternalServerError)
		return
	}
	s.lock.Lock()
	broken := s.broken != "" && s.broken == b.Cluster["frontend"]
	s.lock.Unlock()
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/cluster/"):
		s.cluster(out, r, b)
	case path == "/webhook" || path == "/slack" || path == "/api/v1/events" && r.Header.Get("DD-API-KEY") != "":
		s.hear(path, r)
	case strings.HasPrefix(path, "/shop/") && broken:
		http.Error(out, "{}", http.StatusInternalServerError)
	case path == "/shop/api/orders" && r.Method == http.MethodPost:
		http.Error(out, "{}", http.StatusUnprocessableEntity)
	case strings.HasPrefix(path, "/shop/"):
		fmt.Fprint(out, "{}")
	default:
		http.NotFound(out, r)
	}
}

func (s *setup) hear(path string, r *http.Request) {
	var said map[string]any
	if err := json.NewDecoder(r.Body).Decode(&said); err != nil {
		s.t.Errorf("%s was sent what is no JSON: %v", path, err)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.heard[path] = append(s.heard[path], said)
}

// ours is how the API server knows fields that the program has set.
const ours = `[{"manager":"pulumi-kubernetes-techcommerce","operation":"Apply","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1",
	"fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"NAME\"}":{"f:image":{},
	"f:env":{"k:{\"name\":\"LOG_LEVEL\"}":{"f:value":{}}}}}}}}}}]`

// cluster has the Deployments of the shop, all of their pods ready, and one Lease.
func (s *setup) cluster(out http.ResponseWriter, r *http.Request, b backend) {
	const apps = "/apis/apps/v1"
	path := strings.TrimPrefix(r.URL.Path, "/cluster")
	if strings.HasPrefix(path, "/apis/coordination.k8s.io/") {
		s.leases(out, r)
		return
	}
	if strings.HasPrefix(path, "/apis/batch/v1/") {
		s.batch(out, r, strings.TrimPrefix(path, "/apis/batch/v1/namespaces/shop/"))
		return
	}
	live := func(name string) map[string]any {
		object := deployment(name, b.Cluster)
		metadata := object["metadata"].(map[string]any)
		metadata["managedFields"] = json.RawMessage(strings.ReplaceAll(ours, "NAME", name))
		object["status"] = map[string]any{"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}
		return object
	}
	var answer any
	switch name := path[strings.LastIndex(path, "/")+1:]; {
	case path == apps:
		answer = map[string]any{"resources": []any{map[string]any{"name": "deployments", "kind": "Deployment", "namespaced": true}}}
	case strings.HasSuffix(path, "-canary"):
		s.canary(out, r, name)
		return
	case path == apps+"/namespaces/shop/deployments":
		items := canariesOf(b)
		if r.URL.Query().Get("labelSelector") == "techcommerce/track=canary" {
			if s.hidesCanaries {
				refuse(out, http.StatusForbidden, "Forbidden")
				return
			}
			answer = map[string]any{"items": items}
			break
		}
		for _, one := range []string{"frontend", "order-api", "product-api"} {
			if b.Cluster[one] != "" {
				items = append(items, live(one))
			}
		}
		answer = map[string]any{"items": items}
	case strings.HasPrefix(path, apps+"/namespaces/shop/deployments/") && b.Cluster[name] != "":
		if r.Method == http.MethodPatch {
			s.patched(r, name)
		}
		answer = live(name)
	case path == "/api/v1/namespaces/shop/pods":
		answer = map[string]any{"items": []any{}}
	case path == "/api/v1/namespaces/kube-system":
		answer = map[string]any{"metadata": map[string]any{"uid": "u-1"}}
	case path == "/api/v1/namespaces/shop" && len(b.Cluster) > 0:
		answer = map[string]any{"metadata": map[string]any{"annotations": map[string]string{
			"techcommerce/release": b.Release, "techcommerce/stack": b.Owner,
		}}}
	default:
		refuse(out, http.StatusNotFound, "NotFound")
		return
	}
	if err := json.NewEncoder(out).Encode(answer); err != nil {
		s.t.Error(err)
	}
}

// patched takes over the image and the log level of an applied Deployment.
func (s *setup) patched(r *http.Request, name string) {
	var object struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						Image string
						Env   []struct{ Value string }
					}
				}
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&object); err != nil {
		s.t.Error(err)
		return
	}
	container := object.Spec.Template.Spec.Containers[0]
	s.change(func(b *backend) {
		b.Cluster[name], b.Cluster["logLevel"] = container.Image, container.Env[0].Value
	})
}

// leases keeps one Lease, and refuses a change of one that has changed since.
func (s *setup) leases(out http.ResponseWriter, r *http.Request) {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch {
	case len(s.backendOf().Cluster) == 0 || r.Method == http.MethodGet && s.lease == nil:
		refuse(out, http.StatusNotFound, "NotFound")
		return
	case r.Method == http.MethodPost && s.lease != nil:
		refuse(out, http.StatusConflict, "AlreadyExists")
		return
	case r.Method == http.MethodPost || r.Method == http.MethodPut:
		var given map[string]any
		if err := json.NewDecoder(r.Body).Decode(&given); err != nil {
			s.t.Error(err)
		}
		metadata := given["metadata"].(map[string]any)
		if r.Method == http.MethodPut && metadata["resourceVersion"] != strconv.Itoa(s.version) {
			refuse(out, http.StatusConflict, "Conflict")
			return
		}
		s.version++
		metadata["resourceVersion"] = strconv.Itoa(s.version)
		s.lease = given
	}
	if err := json.NewEncoder(out).Encode(s.lease); err != nil {
		s.t.Error(err)
	}
}

func (s *setup) backendOf() backend {
	b, err := readBackend()
	if err != nil {
		s.t.Error(err)
	}
	return b
}

func refuse(out http.ResponseWriter, code int, reason string) {
	out.WriteHeader(code)
	fmt.Fprintf(out, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d}`, reason, code)
}
