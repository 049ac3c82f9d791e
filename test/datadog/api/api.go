// Package api stands in for Datadog's HTTP API, on this machine and in memory, so that Pulumi's provider can be run
// against something that answers, refuses and stumbles as the real one does. It judges monitors and objectives by the
// rules of package spec, so whatever it takes has passed every one of them.
package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// object is a resource as it travels.
type object = map[string]any

// API is the stand-in. It may be asked by many at once.
type API struct {
	// APIKey and AppKey are the ones that it knows.
	APIKey, AppKey string

	mu sync.Mutex
	// stored has every resource by kind and id.
	stored map[string]map[string]object
	last   int
	// stumbles are answers that come before the right ones.
	stumbles []Stumble
	log      []string
}

// Stumble is an answer that says that it did not work this time.
type Stumble struct {
	Status int
	// Reset is the number of seconds that 429 asks to wait for; 0 says nothing.
	Reset int
}

// New makes an API that holds nothing.
func New(apiKey, appKey string) *API {
	return &API{APIKey: apiKey, AppKey: appKey, stored: map[string]map[string]object{
		monitors: {}, objectives: {}, dashboards: {}, downtimes: {}, synthetics: {}, indexes: {}, metrics: {},
		definitions: {}, rules: {},
	}}
}

// Kinds of resources.
const (
	monitors    = "monitor"
	objectives  = "slo"
	dashboards  = "dashboard"
	downtimes   = "downtime"
	synthetics  = "synthetic"
	indexes     = "index"
	metrics     = "metric"
	definitions = "definition"
	rules       = "rule"
)

// Stumble makes the next answers fail.
func (a *API) Stumble(next ...Stumble) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stumbles = append(a.stumbles, next...)
}

// Count is how many resources there are of each kind; kinds without any are left out.
func (a *API) Count() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	counts := map[string]int{}
	for kind, list := range a.stored {
		if len(list) > 0 {
			counts[kind] = len(list)
		}
	}
	return counts
}

// Lose deletes a monitor by the end of its name, as somebody in the browser would.
func (a *API) Lose(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, monitor := a.named(name)
	delete(a.stored[monitors], id)
	return monitor != nil
}

// Edit changes one field of a monitor by the end of its name, as somebody in the browser would.
func (a *API) Edit(name, field string, value any) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, monitor := a.named(name)
	if monitor != nil {
		monitor[field] = value
	}
	return monitor != nil
}

// Find is the monitor whose name ends so, nil if there is none.
func (a *API) Find(name string) map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, monitor := a.named(name)
	return maps.Clone(monitor)
}

// named is the monitor whose name ends so, nil if there is none.
func (a *API) named(name string) (id string, monitor object) {
	for id, monitor := range a.stored[monitors] {
		if strings.HasSuffix(text(monitor, "name"), name) {
			return id, monitor
		}
	}
	return "", nil
}

// Log lists the requests that changed something, in their order: "POST /api/v1/monitor".
func (a *API) Log() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.log)
}

// ServeHTTP answers one request at a time, so that what was written is read by whoever asks next.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.stumbles) > 0 {
		stumble := a.stumbles[0]
		a.stumbles = a.stumbles[1:]
		if stumble.Reset > 0 {
			for name, value := range map[string]int{"Limit": 500, "Period": 10, "Remaining": 0, "Reset": stumble.Reset} {
				w.Header().Set("X-Ratelimit-"+name, fmt.Sprint(value))
			}
		}
		send(w, stumble.Status, errors("Try again"))
		return
	}
	if !a.known(r) {
		send(w, http.StatusForbidden, object{
			"status": "error", "code": 403, "errors": []string{"Forbidden"}, "statuspage": "http://status.datadoghq.com",
			"twitter": "http://twitter.com/datadogops", "email": "support@datadoghq.com",
		})
		return
	}
	a.routes().ServeHTTP(w, r)
}

// known reports whether the keys are right. Asking whether the API key is valid takes that key alone.
func (a *API) known(r *http.Request) bool {
	if r.Header.Get("DD-API-KEY") != a.APIKey {
		return false
	}
	return r.URL.Path == "/api/v1/validate" || r.Header.Get("DD-APPLICATION-KEY") == a.AppKey
}

func (a *API) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/validate", func(w http.ResponseWriter, _ *http.Request) {
		send(w, http.StatusOK, object{"valid": true})
	})
	mux.HandleFunc("GET /api/v1/monitor", a.listMonitors)
	mux.HandleFunc("POST /api/v1/monitor/validate", a.validateMonitor)
	mux.HandleFunc("POST /api/v1/monitor/{id}/validate", a.validateMonitor)
	mux.HandleFunc("POST /api/v1/monitor", a.changed(a.createMonitor))
	mux.HandleFunc("GET /api/v1/monitor/{id}", a.readMonitor)
	mux.HandleFunc("PUT /api/v1/monitor/{id}", a.changed(a.updateMonitor))
	mux.HandleFunc("DELETE /api/v1/monitor/{id}", a.changed(a.deleteMonitor))
	mux.HandleFunc("POST /api/v1/slo", a.changed(a.createObjective))
	mux.HandleFunc("GET /api/v1/slo/{id}", a.readObjective)
	mux.HandleFunc("PUT /api/v1/slo/{id}", a.changed(a.updateObjective))
	mux.HandleFunc("DELETE /api/v1/slo/{id}", a.changed(a.deleteObjective))
	mux.HandleFunc("POST /api/v1/dashboard", a.changed(a.createDashboard))
	mux.HandleFunc("GET /api/v1/dashboard/{id}", a.readDashboard)
	mux.HandleFunc("PUT /api/v1/dashboard/{id}", a.changed(a.updateDashboard))
	mux.HandleFunc("DELETE /api/v1/dashboard/{id}", a.changed(a.deleteDashboard))
	mux.HandleFunc("POST /api/v2/downtime", a.changed(a.createDowntime))
	mux.HandleFunc("GET /api/v2/downtime/{id}", a.readDowntime)
	mux.HandleFunc("PATCH /api/v2/downtime/{id}", a.changed(a.updateDowntime))
	mux.HandleFunc("DELETE /api/v2/downtime/{id}", a.changed(a.deleteDowntime))
	a.routeSynthetics(mux)
	a.routeLogs(mux)
	a.routeCatalogue(mux)
	return mux
}

// changed logs a request that changes something.
func (a *API) changed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a.log = append(a.log, r.Method+" "+r.URL.Path)
		next(w, r)
	}
}

func (a *API) number() int {
	a.last++
	return 1000 + a.last
}

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// read decodes a request's body; where it is none the answer is sent.
func read(w http.ResponseWriter, r *http.Request) (object, bool) {
	var body object
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		send(w, http.StatusBadRequest, errors("Invalid JSON: "+err.Error()))
		return nil, false
	}
	return body, true
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if status == http.StatusNoContent || body == nil {
		return
	}
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(err) // ends the request, and the test that made it
	}
}

func errors(list ...string) object { return object{"errors": list} }

// text is a field that is text; empty where it is not.
func text(of object, field string) string {
	value, _ := of[field].(string)
	return value
}
