package drift_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/drift"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
)

const deployments = "/apis/apps/v1/namespaces/shop/deployments/order-api"

// cluster serves one Deployment, or none.
func cluster(t *testing.T, live string) api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]string{
			"/apis/apps/v1": `{"kind":"APIResourceList","resources":[{"name":"deployments","kind":"Deployment","namespaced":true}]}`,
			deployments:     live,
		}[r.URL.Path]
		if answer == "" {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`
		}
		if _, err := w.Write([]byte(answer)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	client, err := api.Connect(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// object is a Deployment with two replicas and one container, and what is put into it.
func object(replicas, image, env, managers string) string {
	return `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"order-api","namespace":"shop",
		"labels":{"app.kubernetes.io/name":"order-api"},"managedFields":[` + managers + `]},
		"spec":{"replicas":` + replicas + `,"template":{"spec":{"containers":[
		{"name":"order-api","image":"` + image + `","resources":{"requests":{"cpu":"1"}},"env":[` + env + `]}]}}}}`
}

func manager(name, fields string) string {
	return `{"manager":"` + name + `","operation":"Update","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":` + fields + `}`
}

func TestFind(t *testing.T) {
	t.Parallel()
	declared := strings.ReplaceAll(object("2", "shop@1", "", ""), `"cpu":"1"`, `"cpu":"1000m"`)
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	change := func(c drift.Change) []drift.Change {
		c.URN, c.Object = "urn::order-api", "Deployment shop/order-api"
		return []drift.Change{c}
	}
	container := `{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"order-api\"}":`
	autoscaler := `{"spec":{"scaleTargetRef":{"kind":"Deployment","name":"order-api"}},"metadata":{"namespace":"shop"}}`
	for _, c := range []struct {
		name, live, beside string
		want               []drift.Change
	}{
		{name: "nothing, whatever the notation", live: object("2", "shop@1", "", "")},
		{name: "more replicas", live: object("3", "shop@1", "", manager("kubectl", `{"f:spec":{"f:replicas":{}}}`)),
			want: change(drift.Change{Field: "spec.replicas", What: "is 3, declared as 2", By: "kubectl", Since: since,
				Adopt: "'services.order-api.replicas' 3"})},
		{name: "replicas that an autoscaler owns", live: object("3", "shop@1", "", ""), beside: autoscaler},
		{name: "another image", live: object("2", "shop@2", "", manager("kubectl-set", container+`{"f:image":{}}}}}}}`)),
			want: change(drift.Change{Field: "spec.template.spec.containers[order-api].image",
				What: `is "shop@2", declared as "shop@1"`, By: "kubectl-set", Since: since})},
		{name: "a variable that nobody declared",
			live: object("2", "shop@1", `{"name":"DEBUG","value":"1"}`,
				manager("kubectl-edit", container+`{"f:env":{"k:{\"name\":\"DEBUG\"}":{".":{},"f:name":{},"f:value":{}}}}}}}}}`)),
			want: change(drift.Change{Field: "spec.template.spec.containers[order-api].env[DEBUG]",
				What: `is {"name":"DEBUG","value":"1"}, not declared`, By: "kubectl-edit", Since: since,
				Remove: "/spec/template/spec/containers/0/env/0"})},
		{name: "an object that is gone", want: change(drift.Change{What: "is gone"})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			resources := []stack.Resource{resource(t, "urn::order-api", declared)}
			if c.beside != "" {
				other := resource(t, "urn::autoscaler", c.beside)
				other.Custom = false // only what it scales matters here
				resources = append(resources, other)
			}
			got, err := drift.Find(t.Context(), cluster(t, c.live), resources)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v -want +got:\n%s", err, diff)
			}
		})
	}
}

// TestMountsOfOneVolumeAreToldApart: PostgreSQL's configuration is mounted as a folder and, one file of it, elsewhere.
func TestMountsOfOneVolumeAreToldApart(t *testing.T) {
	t.Parallel()
	mounts := strings.Replace(object("2", "shop@1", "", ""), `"image"`, `"volumeMounts":[{"name":"config","mountPath":"/config"},`+
		`{"name":"config","mountPath":"/etc/passwd","subPath":"passwd"}],"image"`, 1)
	if !strings.Contains(mounts, "subPath") {
		t.Fatal("the object has no mounts")
	}
	for live, want := range map[string]int{mounts: 0, strings.Replace(mounts, `"passwd"`, `"shadow"`, 1): 1} {
		got, err := drift.Find(t.Context(), cluster(t, live), []stack.Resource{resource(t, "urn::order-api", mounts)})
		if err != nil || len(got) != want {
			t.Errorf("got %v, %v, want %d changes", got, err, want)
		}
	}
}

func resource(t *testing.T, urn, object string) stack.Resource {
	t.Helper()
	r := stack.Resource{URN: urn, Type: "kubernetes:apps/v1:Deployment", Custom: true}
	if err := json.Unmarshal([]byte(object), &r.Inputs); err != nil {
		t.Fatal(err)
	}
	return r
}
