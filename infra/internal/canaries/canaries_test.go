package canaries_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/canaries"
)

// declared is a Deployment as a preview says that it will be declared.
const declared = `{
  "apiVersion": "apps/v1", "kind": "Deployment",
  "metadata": {
    "name": "order-api", "namespace": "shop", "labels": {"app.kubernetes.io/name": "order-api", "tier": "backend"},
    "annotations": {"pulumi.com/patchForce": "true"}
  },
  "spec": {
    "progressDeadlineSeconds": 300, "replicas": 3, "revisionHistoryLimit": 5,
    "selector": {"matchLabels": {"app.kubernetes.io/name": "order-api"}},
    "template": {
      "metadata": {"labels": {"app.kubernetes.io/name": "order-api", "app.kubernetes.io/version": "2"}},
      "spec": {
        "serviceAccountName": "order-api", "terminationGracePeriodSeconds": 25,
        "containers": [{"name": "order-api", "image": "order-api@sha256:2222", "env": [
          {"name": "ADMIN_API_KEY", "valueFrom": {"secretKeyRef": {"key": "value", "name": "admin-api-key-1"}}}
        ]}]
      }
    }
  }
}`

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestACanaryIsOnePodBehindTheSameService(t *testing.T) {
	t.Parallel()
	given := parse(t, declared)
	d, err := canaries.New(given)
	if err != nil {
		t.Fatal(err)
	}
	if d.Name != "order-api-canary" || d.Namespace != "shop" || d.Spec.Replicas == nil || *d.Spec.Replicas != 1 {
		t.Errorf("got %s/%s with %v pods, want one of shop/order-api-canary", d.Namespace, d.Name, d.Spec.Replicas)
	}
	if len(d.Annotations) > 0 {
		t.Errorf("it has Pulumi's annotations: %v", d.Annotations)
	}
	for key, value := range map[string]string{
		"app.kubernetes.io/name": "order-api", "app.kubernetes.io/version": "2", canaries.Label: canaries.Value,
	} {
		if d.Spec.Template.Labels[key] != value {
			t.Errorf("label %s of its pod: got %q, want %q", key, d.Spec.Template.Labels[key], value)
		}
	}
	if !canaries.Is(d.Labels) || !canaries.Is(d.Spec.Selector.MatchLabels) {
		t.Errorf("it could be taken for the service's own: labels %v, selector %v", d.Labels, d.Spec.Selector.MatchLabels)
	}
	pod, err := json.Marshal(d.Spec.Template.Spec)
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, string(pod))
	want := parse(t, declared)["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)
	for key := range want {
		if key != "containers" && !reflect.DeepEqual(got[key], want[key]) {
			t.Errorf("%s of its pod: got %v, want %v", key, got[key], want[key])
		}
	}
	if container := d.Spec.Template.Spec.Containers[0]; container.Image != "order-api@sha256:2222" || len(container.Env) != 1 {
		t.Errorf("its container: got %+v", container)
	}
	if !reflect.DeepEqual(given, parse(t, declared)) {
		t.Error("the declaration was changed")
	}
}

// TestNoCanaryOfWhatIsNotThereYet: a Secret that the update makes has no name before.
func TestNoCanaryOfWhatIsNotThereYet(t *testing.T) {
	t.Parallel()
	for _, unknown := range []string{"04da6b54-80e4-46f7-96ec-b56ff0331ba9", "[secret]"} {
		if _, err := canaries.New(parse(t, strings.ReplaceAll(declared, "admin-api-key-1", unknown))); !errors.Is(err, canaries.ErrUnknown) {
			t.Errorf("%s: got %v, want %v", unknown, err, canaries.ErrUnknown)
		}
	}
	for _, broken := range []string{`{}`, `{"metadata": {"name": "order-api"}, "spec": {}}`, `{"metadata": "x"}`} {
		if _, err := canaries.New(parse(t, broken)); err == nil {
			t.Errorf("%s: want an error", broken)
		}
	}
}

// TestRemoveOutlastsTheAPIServersTroubles: an answer that says to come back later is no reason to leave a canary, and its
// pod is told to stop some time after the Deployment is gone.
func TestRemoveOutlastsTheAPIServersTroubles(t *testing.T) {
	t.Parallel()
	var deletes, looks int
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "application/json")
		one := `{"items": [{"metadata": {"name": "order-api-canary", "labels": {"techcommerce/track": "canary"}}}]}`
		switch {
		case r.Method == http.MethodDelete:
			if deletes++; deletes == 1 {
				out.WriteHeader(http.StatusInternalServerError)
				one = `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 500}`
			}
		case strings.HasSuffix(r.URL.Path, "/pods"):
			if looks++; looks > 2 {
				one = strings.Replace(one, `"name"`, `"deletionTimestamp": "2026-01-02T03:04:05Z", "name"`, 1)
			}
		}
		if _, err := io.WriteString(out, one); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	client, err := api.Connect(&rest.Config{Host: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	names, err := canaries.Remove(t.Context(), client.Patient(10*time.Second), "shop")
	if err != nil || !slices.Equal(names, []string{"order-api-canary"}) || deletes != 2 || looks != 3 {
		t.Errorf("got %q, %v after %d deletions and %d looks, want order-api-canary after 2 and 3", names, err, deletes, looks)
	}
}
