package api

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"strconv"
)

func (a *API) routeCatalogue(mux *http.ServeMux) {
	const definition, rule = "/api/v2/services/definitions", "/api/v2/team/{team}/notification-rules"
	mux.HandleFunc("POST "+definition, a.changed(a.putDefinition))
	mux.HandleFunc("GET "+definition+"/{id}", a.readData(definitions))
	mux.HandleFunc("DELETE "+definition+"/{id}", a.changed(a.remove(definitions, http.StatusNoContent)))
	mux.HandleFunc("POST "+rule, a.changed(func(w http.ResponseWriter, r *http.Request) {
		sum := fmt.Sprintf("%x", md5.Sum([]byte(strconv.Itoa(a.number()))))
		a.putRule(w, r, sum[:8]+"-"+sum[8:12]+"-"+sum[12:16]+"-"+sum[16:20]+"-"+sum[20:])
	}))
	mux.HandleFunc("GET "+rule+"/{id}", a.readData(rules))
	mux.HandleFunc("PUT "+rule+"/{id}", a.changed(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.find(w, rules, r.PathValue("id")); ok {
			a.putRule(w, r, r.PathValue("id"))
		}
	}))
	mux.HandleFunc("DELETE "+rule+"/{id}", a.changed(a.remove(rules, http.StatusNoContent)))
}

// putDefinition makes or changes an entry: one request does both.
func (a *API) putDefinition(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	service := text(body, "dd-service")
	if service == "" || text(body, "schema-version") != "v2.2" || text(body, "team") == "" {
		send(w, http.StatusBadRequest, errors("want schema-version v2.2, dd-service and team"))
		return
	}
	a.stored[definitions][service] = object{
		"id": service, "type": "service-definition", "attributes": object{"schema": body, "meta": object{"ingested-schema-version": "v2.2"}},
	}
	send(w, http.StatusOK, object{"data": []any{a.stored[definitions][service]}})
}

func (a *API) putRule(w http.ResponseWriter, r *http.Request, id string) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	data, _ := body["data"].(map[string]any)
	attributes, _ := data["attributes"].(map[string]any)
	if len(attributes) == 0 {
		send(w, http.StatusBadRequest, errors("want at least one way of notifying the team"))
		return
	}
	a.stored[rules][id] = object{"id": id, "type": "team_notification_rules", "attributes": attributes}
	send(w, http.StatusOK, object{"data": a.stored[rules][id]})
}
