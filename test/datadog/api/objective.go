package api

import (
	"crypto/md5"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// refuseObjective lists what is wrong with an objective.
func (a *API) refuseObjective(body object) []string {
	o := spec.Objective{Name: text(body, "name"), Description: "x" + text(body, "description"), Tags: list(body["tags"])}
	thresholds, _ := body["thresholds"].([]any)
	for _, item := range thresholds {
		threshold, _ := item.(map[string]any)
		target, _ := threshold["target"].(float64)
		warning, _ := threshold["warning"].(float64)
		o.Targets = append(o.Targets, spec.Target{Period: text(threshold, "timeframe"), Percent: target, Warning: warning})
	}
	switch text(body, "type") {
	case spec.ByCount:
		query, _ := body["query"].(map[string]any)
		o.Count = &spec.Count{Good: text(query, "numerator"), Total: text(query, "denominator")}
	case spec.BySlice:
		o.Slice = sliceOf(body)
	case spec.ByMonitor:
		o.Monitored = &spec.Monitored{}
	}
	found := o.Check(spec.Scope{})
	ids, _ := body["monitor_ids"].([]any)
	for _, id := range ids {
		if _, ok := a.stored[monitors][strconv.Itoa(whole(id))]; !ok {
			found = append(found, fmt.Sprintf("Monitor %d not found", whole(id)))
		}
	}
	return found
}

// sliceOf finds the query and its limit in an SLI specification.
func sliceOf(body object) *spec.Slice {
	sli, _ := body["sli_specification"].(map[string]any)
	slice, _ := sli["time_slice"].(map[string]any)
	query, _ := slice["query"].(map[string]any)
	queries, _ := query["queries"].([]any)
	found := &spec.Slice{Seconds: whole(slice["query_interval_seconds"])}
	found.Limit, _ = slice["threshold"].(float64)
	for _, item := range queries {
		named, _ := item.(map[string]any)
		found.Query = text(named, "query")
	}
	if formulas, _ := query["formulas"].([]any); len(formulas) != 1 { // without one nothing of the queries is measured
		found.Query = ""
	}
	return found
}

// completeObjective is an objective as the API returns it: its periods from the shortest on, and beside them the one that
// was called the primary, or the shortest.
func completeObjective(body object, id string) object {
	reply := maps.Clone(body)
	thresholds, _ := body["thresholds"].([]any)
	slices.SortFunc(thresholds, func(a, b any) int { return days(a) - days(b) })
	primary := text(body, "timeframe")
	for i, item := range thresholds {
		threshold, ok := item.(map[string]any)
		if !ok {
			continue
		}
		for field, shown := range map[string]string{"target": "target_display", "warning": "warning_display"} {
			if value, ok := threshold[field].(float64); ok {
				threshold[shown] = display(value)
			}
		}
		if i == 0 && primary == "" || threshold["timeframe"] == primary {
			reply["timeframe"], reply["target_threshold"] = threshold["timeframe"], threshold["target"]
			reply["warning_threshold"] = threshold["warning"]
		}
	}
	kinds := map[string]int{spec.ByMonitor: 0, spec.ByCount: 1, spec.BySlice: 2}
	maps.Copy(reply, object{
		"id": id, "type_id": kinds[text(body, "type")], "monitor_tags": []any{}, "created_at": now().Unix(),
		"modified_at": now().Unix(), "creator": object{"email": "pulumi@example.com"},
	})
	return reply
}

// days in a threshold's period.
func days(threshold any) int {
	of, _ := threshold.(map[string]any)
	count, _ := strconv.Atoi(strings.TrimSuffix(text(of, "timeframe"), "d"))
	return count
}

// display writes a percentage as the API does: "99." for 99.
func display(value float64) string {
	shown := spec.Number(value)
	if !strings.Contains(shown, ".") {
		shown += "."
	}
	return shown
}

func (a *API) createObjective(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if found := a.refuseObjective(body); len(found) > 0 {
		send(w, http.StatusBadRequest, errors(found...))
		return
	}
	id := fmt.Sprintf("%x", md5.Sum([]byte(strconv.Itoa(a.number()))))
	a.stored[objectives][id] = completeObjective(body, id)
	// A list of one, where reading gives the objective itself.
	send(w, http.StatusOK, object{"data": []any{a.stored[objectives][id]}, "error": nil})
}

func (a *API) objective(w http.ResponseWriter, r *http.Request) (object, bool) {
	found, ok := a.stored[objectives][r.PathValue("id")]
	if !ok {
		send(w, http.StatusNotFound, errors("SLO not found: "+r.PathValue("id")+" not found"))
	}
	return found, ok
}

func (a *API) readObjective(w http.ResponseWriter, r *http.Request) {
	if found, ok := a.objective(w, r); ok {
		send(w, http.StatusOK, object{"data": found, "error": nil})
	}
}

func (a *API) updateObjective(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.objective(w, r); !ok {
		return
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	if found := a.refuseObjective(body); len(found) > 0 {
		send(w, http.StatusBadRequest, errors(found...))
		return
	}
	id := r.PathValue("id")
	a.stored[objectives][id] = completeObjective(body, id)
	send(w, http.StatusOK, object{"data": []any{a.stored[objectives][id]}, "error": nil})
}

// deleteObjective refuses while a monitor watches its budget, as deleting a monitor does while it is in use.
func (a *API) deleteObjective(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.objective(w, r); !ok {
		return
	}
	id := r.PathValue("id")
	for other, monitor := range a.stored[monitors] {
		if monitor["type"] == spec.Burn && strings.Contains(text(monitor, "query"), id) {
			send(w, http.StatusConflict, errors("SLO "+id+" is referenced in monitors: ["+other+"]"))
			return
		}
	}
	delete(a.stored[objectives], id)
	send(w, http.StatusOK, object{"data": []string{id}, "error": nil})
}
