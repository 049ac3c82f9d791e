package api

import (
	"crypto/md5"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// dashboardID is three words of three letters.
func dashboardID(number int) string {
	sum := fmt.Sprintf("%x", md5.Sum([]byte(strconv.Itoa(number))))
	return sum[:3] + "-" + sum[3:6] + "-" + sum[6:9]
}

func (a *API) createDashboard(w http.ResponseWriter, r *http.Request) {
	a.putDashboard(w, r, dashboardID(a.number()))
}

func (a *API) updateDashboard(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.dashboard(w, r); ok {
		a.putDashboard(w, r, r.PathValue("id"))
	}
}

func (a *API) putDashboard(w http.ResponseWriter, r *http.Request, id string) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	widgets, _ := body["widgets"].([]any)
	if text(body, "layout_type") == "" || text(body, "title") == "" || len(widgets) == 0 {
		send(w, http.StatusBadRequest, errors("want title, layout_type and widgets"))
		return
	}
	number := 1000
	identifyWidgets(widgets, &number)
	reply := maps.Clone(body)
	maps.Copy(reply, object{
		"id": id, "url": "/dashboard/" + id + "/shop", "author_handle": "pulumi@example.com", "author_name": "Pulumi",
		"created_at": now().Format(time.RFC3339), "modified_at": now().Format(time.RFC3339), "is_read_only": false,
	})
	a.stored[dashboards][id] = reply
	send(w, http.StatusOK, reply)
}

// identifyWidgets gives an id to every widget, those inside groups too.
func identifyWidgets(widgets []any, next *int) {
	for _, item := range widgets {
		widget, ok := item.(map[string]any)
		if !ok {
			continue
		}
		*next++
		widget["id"] = *next
		definition, _ := widget["definition"].(map[string]any)
		inner, _ := definition["widgets"].([]any)
		identifyWidgets(inner, next)
	}
}

func (a *API) dashboard(w http.ResponseWriter, r *http.Request) (object, bool) {
	found, ok := a.stored[dashboards][r.PathValue("id")]
	if !ok {
		send(w, http.StatusNotFound, errors("Dashboard with ID "+r.PathValue("id")+" not found"))
	}
	return found, ok
}

func (a *API) readDashboard(w http.ResponseWriter, r *http.Request) {
	if found, ok := a.dashboard(w, r); ok {
		send(w, http.StatusOK, found)
	}
}

func (a *API) deleteDashboard(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.dashboard(w, r); ok {
		delete(a.stored[dashboards], r.PathValue("id"))
		send(w, http.StatusOK, object{"deleted_dashboard_id": r.PathValue("id")})
	}
}

func (a *API) createDowntime(w http.ResponseWriter, r *http.Request) {
	a.putDowntime(w, r, fmt.Sprintf("%x", md5.Sum([]byte(strconv.Itoa(a.number())))), object{})
}

func (a *API) updateDowntime(w http.ResponseWriter, r *http.Request) {
	if known, ok := a.downtime(w, r); ok {
		a.putDowntime(w, r, r.PathValue("id"), known)
	}
}

// putDowntime answers with every attribute: the provider takes one that is missing for a mistake of its own.
func (a *API) putDowntime(w http.ResponseWriter, r *http.Request, id string, attributes object) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	data, _ := body["data"].(map[string]any)
	given, _ := data["attributes"].(map[string]any)
	if text(given, "scope") == "" || given["monitor_identifier"] == nil {
		send(w, http.StatusBadRequest, errors("want scope and monitor_identifier"))
		return
	}
	reply := object{
		"display_timezone": "UTC", "mute_first_recovery_notification": false, "message": "",
		"notify_end_states": []string{"alert", "warn", "no data"}, "notify_end_types": []string{"expired"},
		"schedule": object{"start": now().Format(time.RFC3339)},
	}
	maps.Copy(reply, attributes)
	maps.Copy(reply, given)
	startRecurrences(reply["schedule"])
	a.stored[downtimes][id] = reply
	send(w, http.StatusOK, downtime(id, reply))
}

// startRecurrences says when each recurrence begins, where nobody did.
func startRecurrences(schedule any) {
	of, _ := schedule.(map[string]any)
	recurrences, _ := of["recurrences"].([]any)
	for _, item := range recurrences {
		if recurrence, ok := item.(map[string]any); ok && text(recurrence, "start") == "" {
			recurrence["start"] = now().Format("2006-01-02T15:04:05")
		}
	}
}

func downtime(id string, attributes object) object {
	return object{"data": object{"id": id, "type": "downtime", "attributes": attributes}}
}

func (a *API) downtime(w http.ResponseWriter, r *http.Request) (object, bool) {
	found, ok := a.stored[downtimes][r.PathValue("id")]
	if !ok {
		send(w, http.StatusNotFound, errors("Downtime not found"))
	}
	return found, ok
}

func (a *API) readDowntime(w http.ResponseWriter, r *http.Request) {
	if found, ok := a.downtime(w, r); ok {
		send(w, http.StatusOK, downtime(r.PathValue("id"), found))
	}
}

func (a *API) deleteDowntime(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.downtime(w, r); ok {
		delete(a.stored[downtimes], r.PathValue("id"))
		send(w, http.StatusNoContent, nil)
	}
}
