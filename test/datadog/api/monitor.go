package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// refuse lists what is wrong with a monitor.
func (a *API) refuse(body object) []string {
	options, _ := body["options"].(map[string]any)
	given, _ := options["thresholds"].(map[string]any)
	thresholds, err := spec.ParseThresholds(given)
	if err != nil {
		return strings.Split(err.Error(), "\n")
	}
	m := spec.Monitor{
		Name: text(body, "name"), Type: text(body, "type"), Query: text(body, "query"), Message: text(body, "message"),
		Thresholds: thresholds, Escalation: text(options, "escalation_message"), Priority: whole(body["priority"]),
		Tags: list(body["tags"]), NotifyBy: list(options["notify_by"]),
		NoData: spec.NoData{
			On: text(options, "on_missing_data"), Notify: options["notify_no_data"] == true,
			Minutes: whole(options["no_data_timeframe"]),
		},
		Renotify: spec.Renotify{
			Minutes: whole(options["renotify_interval"]), Times: whole(options["renotify_occurrences"]),
		},
		CurrentPeriod: options["scheduling_options"] != nil,
	}
	if !m.NoData.Notify { // the provider sends a time in its questions even where nobody is notified
		m.NoData.Minutes = 0
	}
	scope := spec.Scope{Monitors: []string{}}
	for id, monitor := range a.stored[monitors] {
		scope.Monitors = append(scope.Monitors, id)
		if monitor["type"] == spec.Composite {
			scope.Composites = append(scope.Composites, id)
		}
	}
	return m.Check(scope)
}

func (a *API) validateMonitor(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if found := a.refuse(body); len(found) > 0 {
		send(w, http.StatusBadRequest, errors(found...))
		return
	}
	send(w, http.StatusOK, object{})
}

func (a *API) createMonitor(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if found := a.refuse(body); len(found) > 0 {
		send(w, http.StatusBadRequest, errors(found...))
		return
	}
	id := a.number()
	a.stored[monitors][strconv.Itoa(id)] = complete(body, id, now())
	send(w, http.StatusOK, a.stored[monitors][strconv.Itoa(id)])
}

// complete is a monitor as the API returns it: everything that was sent, and what only the API knows. Without options or
// with a date that is none the provider would end in a panic.
func complete(body object, id int, created time.Time) object {
	options, _ := body["options"].(map[string]any)
	if options == nil {
		options = object{}
	}
	options["notify_audit"], options["silenced"] = false, object{}
	if body["type"] == spec.Composite {
		delete(options, "thresholds")
	}
	reply := maps.Clone(body)
	maps.Copy(reply, object{
		"id": id, "org_id": 1, "multi": strings.Contains(text(body, "query"), " by {"), "options": options,
		"created_at": created.UnixMilli(), "created": created.Format(time.RFC3339), "modified": now().Format(time.RFC3339),
		"deleted": nil, "restricted_roles": nil, "assets": []any{}, "overall_state": "No Data",
		"creator": object{"name": "Pulumi", "handle": "pulumi@example.com", "email": "pulumi@example.com"},
	})
	return reply
}

func (a *API) listMonitors(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, slices.Collect(maps.Values(a.stored[monitors])))
}

// monitor finds one; where there is none the answer is sent.
func (a *API) monitor(w http.ResponseWriter, r *http.Request) (object, bool) {
	found, ok := a.stored[monitors][r.PathValue("id")]
	if !ok {
		send(w, http.StatusNotFound, errors("Monitor not found"))
	}
	return found, ok
}

func (a *API) readMonitor(w http.ResponseWriter, r *http.Request) {
	if found, ok := a.monitor(w, r); ok {
		send(w, http.StatusOK, found)
	}
}

func (a *API) updateMonitor(w http.ResponseWriter, r *http.Request) {
	known, ok := a.monitor(w, r)
	if !ok {
		return
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	if found := a.refuse(body); len(found) > 0 {
		send(w, http.StatusBadRequest, errors(found...))
		return
	}
	id := r.PathValue("id")
	a.stored[monitors][id] = complete(body, whole(known["id"]), now())
	send(w, http.StatusOK, a.stored[monitors][id])
}

// deleteMonitor refuses while something is made of the monitor.
func (a *API) deleteMonitor(w http.ResponseWriter, r *http.Request) {
	known, ok := a.monitor(w, r)
	if !ok {
		return
	}
	id := r.PathValue("id")
	if users := a.users(id); len(users) > 0 && r.URL.Query().Get("force") != "true" {
		send(w, http.StatusBadRequest, errors(fmt.Sprintf("monitor [%s,%s] is referenced in %s",
			id, text(known, "name"), strings.Join(users, ", "))))
		return
	}
	delete(a.stored[monitors], id)
	send(w, http.StatusOK, object{"deleted_monitor_id": known["id"]})
}

// users are the objectives and composites that are made of a monitor.
func (a *API) users(id string) []string {
	var found []string
	for _, objective := range a.stored[objectives] {
		ids, _ := objective["monitor_ids"].([]any)
		if slices.ContainsFunc(ids, func(other any) bool { return strconv.Itoa(whole(other)) == id }) {
			found = append(found, "slos: ["+text(objective, "id")+","+text(objective, "name")+"]")
		}
	}
	for other, monitor := range a.stored[monitors] {
		words := strings.FieldsFunc(text(monitor, "query"), func(r rune) bool { return r < '0' || r > '9' })
		if monitor["type"] == spec.Composite && slices.Contains(words, id) {
			found = append(found, "composite monitors: ["+other+","+text(monitor, "name")+"]")
		}
	}
	return found
}

// whole is a number of JSON; 0 where it is none.
func whole(value any) int {
	switch value := value.(type) {
	case float64:
		return int(value)
	case int:
		return value
	}
	return 0
}

func list(value any) []string {
	items, _ := value.([]any)
	var texts []string
	for _, item := range items {
		texts = append(texts, fmt.Sprint(item))
	}
	return texts
}
