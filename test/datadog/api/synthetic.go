package api

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

func (a *API) routeSynthetics(mux *http.ServeMux) {
	const path = "/api/v1/synthetics/tests"
	mux.HandleFunc("POST "+path+"/api", a.changed(func(w http.ResponseWriter, r *http.Request) {
		a.putSynthetic(w, r, dashboardID(a.number()))
	}))
	mux.HandleFunc("PUT "+path+"/api/{id}", a.changed(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.find(w, synthetics, r.PathValue("id")); ok {
			a.putSynthetic(w, r, r.PathValue("id"))
		}
	}))
	read := func(w http.ResponseWriter, r *http.Request) {
		if found, ok := a.find(w, synthetics, r.PathValue("id")); ok {
			send(w, http.StatusOK, found)
		}
	}
	mux.HandleFunc("GET "+path+"/{id}", read)
	mux.HandleFunc("GET "+path+"/api/{id}", read)
	mux.HandleFunc("POST "+path+"/delete", a.changed(a.deleteSynthetics))
}

// find finds a resource of a kind; where there is none the answer is sent.
func (a *API) find(w http.ResponseWriter, kind, id string) (object, bool) {
	found, ok := a.stored[kind][id]
	if !ok {
		send(w, http.StatusNotFound, errors(kind+" "+id+" not found"))
	}
	return found, ok
}

// putSynthetic refuses a test that asks for nothing, expects nothing, or comes from nowhere.
func (a *API) putSynthetic(w http.ResponseWriter, r *http.Request, id string) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if found := refuseSynthetic(body); len(found) > 0 {
		send(w, http.StatusBadRequest, errors(found...))
		return
	}
	reply := maps.Clone(body)
	maps.Copy(reply, object{"public_id": id, "monitor_id": a.number(), "created_at": now(), "modified_at": now()})
	a.stored[synthetics][id] = reply
	send(w, http.StatusOK, reply)
}

func refuseSynthetic(body object) []string {
	config, _ := body["config"].(map[string]any)
	request, _ := config["request"].(map[string]any)
	options, _ := body["options"].(map[string]any)
	assertions, _ := config["assertions"].([]any)
	var found []string
	switch subtype := text(body, "subtype"); subtype {
	case "http":
		if !strings.HasPrefix(text(request, "url"), "https://") || text(request, "method") != "GET" {
			found = append(found, fmt.Sprintf("request: want GET https://…, got %v", request))
		}
	case "ssl":
		found = append(found, refuseCertificate(request, assertions)...)
	default:
		found = append(found, fmt.Sprintf("subtype: %q is not known here", subtype))
	}
	if len(assertions) == 0 || len(list(body["locations"])) == 0 || text(body, "message") == "" {
		found = append(found, "want assertions, locations and a message")
	}
	if every := whole(options["tick_every"]); every < 30 || every > 604800 {
		found = append(found, fmt.Sprintf("options.tick_every: %d, want 30 to 604800", every))
	}
	if failing := whole(options["min_location_failed"]); failing < 1 || failing > len(list(body["locations"])) {
		found = append(found, fmt.Sprintf("options.min_location_failed: %d of %d locations", failing, len(list(body["locations"]))))
	}
	return found
}

// refuseCertificate refuses a test of a certificate that says no host, or asks for anything but days that are left.
func refuseCertificate(request object, assertions []any) []string {
	var found []string
	if host := text(request, "host"); host == "" || strings.Contains(host, "/") || fmt.Sprint(request["port"]) != "443" {
		found = append(found, fmt.Sprintf("request: want a host and port 443, got %v", request))
	}
	for _, item := range assertions {
		a, _ := item.(map[string]any)
		days, err := strconv.Atoi(fmt.Sprint(a["target"]))
		if a["type"] != "certificate" || a["operator"] != "isInMoreThan" || err != nil || days < 1 {
			found = append(found, fmt.Sprintf("assertions: %v, want certificate isInMoreThan days", a))
		}
	}
	return found
}

func (a *API) deleteSynthetics(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	var gone []object
	for _, id := range list(body["public_ids"]) {
		if _, ok := a.find(w, synthetics, id); !ok {
			return
		}
		delete(a.stored[synthetics], id)
		gone = append(gone, object{"public_id": id, "deleted_at": now()})
	}
	send(w, http.StatusOK, object{"deleted_tests": gone})
}
