package api

import (
	"fmt"
	"maps"
	"net/http"
)

func (a *API) routeLogs(mux *http.ServeMux) {
	const index, metric = "/api/v1/logs/config/indexes", "/api/v2/logs/config/metrics"
	mux.HandleFunc("POST "+index, a.changed(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := read(w, r); ok {
			a.putIndex(w, text(body, "name"), body)
		}
	}))
	mux.HandleFunc("GET "+index+"/{id}", a.readPlain(indexes))
	mux.HandleFunc("PUT "+index+"/{id}", a.changed(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.find(w, indexes, r.PathValue("id")); !ok {
			return
		}
		if body, ok := read(w, r); ok {
			a.putIndex(w, r.PathValue("id"), body)
		}
	}))
	mux.HandleFunc("DELETE "+index+"/{id}", a.changed(a.remove(indexes, http.StatusAccepted)))
	mux.HandleFunc("POST "+metric, a.changed(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := read(w, r); ok {
			data, _ := body["data"].(map[string]any)
			a.putMetric(w, text(data, "id"), data)
		}
	}))
	mux.HandleFunc("GET "+metric+"/{id}", a.readData(metrics))
	mux.HandleFunc("PATCH "+metric+"/{id}", a.changed(a.patchMetric))
	mux.HandleFunc("DELETE "+metric+"/{id}", a.changed(a.remove(metrics, http.StatusNoContent)))
}

// readPlain answers with the resource, readData with the resource as JSON:API wraps it.
func (a *API) readPlain(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if found, ok := a.find(w, kind, r.PathValue("id")); ok {
			send(w, http.StatusOK, found)
		}
	}
}

func (a *API) readData(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if found, ok := a.find(w, kind, r.PathValue("id")); ok {
			send(w, http.StatusOK, object{"data": found})
		}
	}
}

func (a *API) remove(kind string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.find(w, kind, r.PathValue("id")); ok {
			delete(a.stored[kind], r.PathValue("id"))
			send(w, status, nil)
		}
	}
}

func (a *API) putIndex(w http.ResponseWriter, name string, body object) {
	filter, _ := body["filter"].(map[string]any)
	exclusions, _ := body["exclusion_filters"].([]any)
	for _, item := range exclusions {
		exclusion, _ := item.(map[string]any)
		of, _ := exclusion["filter"].(map[string]any)
		if rate, ok := of["sample_rate"].(float64); !ok || rate <= 0 || rate > 1 || text(exclusion, "name") == "" {
			send(w, http.StatusBadRequest, errors(fmt.Sprintf("exclusion filter %v: want a name, and a rate above 0 and up to 1", exclusion)))
			return
		}
	}
	if name == "" || text(filter, "query") == "" {
		send(w, http.StatusBadRequest, errors("want a name and a filter"))
		return
	}
	reply := maps.Clone(body)
	reply["name"] = name
	a.stored[indexes][name] = reply
	send(w, http.StatusOK, reply)
}

func (a *API) putMetric(w http.ResponseWriter, name string, data object) {
	attributes, _ := data["attributes"].(map[string]any)
	filter, _ := attributes["filter"].(map[string]any)
	compute, _ := attributes["compute"].(map[string]any)
	if name == "" || text(filter, "query") == "" || text(compute, "aggregation_type") != "count" {
		send(w, http.StatusBadRequest, errors("want an id, a filter and a count"))
		return
	}
	a.stored[metrics][name] = data
	send(w, http.StatusOK, object{"data": data})
}

// patchMetric keeps what a metric computes: that cannot be changed.
func (a *API) patchMetric(w http.ResponseWriter, r *http.Request) {
	known, ok := a.find(w, metrics, r.PathValue("id"))
	if !ok {
		return
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	data, _ := body["data"].(map[string]any)
	changed, _ := data["attributes"].(map[string]any)
	attributes, _ := known["attributes"].(map[string]any)
	merged := maps.Clone(attributes)
	maps.Copy(merged, changed)
	merged["compute"] = attributes["compute"]
	a.putMetric(w, r.PathValue("id"), object{"id": r.PathValue("id"), "type": "logs_metrics", "attributes": merged})
}
