package provider

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// kind is how one type of resource travels.
type kind struct {
	name, path, update string
	body               func(inputs map[string]any) any
	// id finds the id, and what else the state keeps, in the answer to a creation.
	id func(reply []byte) (id string, more map[string]string, err error)
}

func (k *kind) created(reply []byte, inputs resource.PropertyMap) (string, resource.PropertyMap, error) {
	id, more, err := k.id(reply)
	outputs := inputs.Copy()
	for key, value := range more {
		outputs[resource.PropertyKey(key)] = resource.NewProperty(value)
	}
	return id, outputs, err
}

var (
	monitor = &kind{
		name: "Monitor", path: "/api/v1/monitor", update: http.MethodPut,
		body: func(inputs map[string]any) any { return monitorBody(inputs) },
		id: func(reply []byte) (string, map[string]string, error) {
			var of struct {
				ID      int
				Options map[string]any
			}
			err := json.Unmarshal(reply, &of)
			if of.Options == nil {
				panic("the real provider panics when a reply has no options")
			}
			return strconv.Itoa(of.ID), nil, err
		},
	}
	objective = &kind{
		name: "ServiceLevelObjective", path: "/api/v1/slo", update: http.MethodPut,
		body: func(inputs map[string]any) any { return snake(inputs) },
		id: func(reply []byte) (string, map[string]string, error) {
			var of struct{ Data []struct{ ID string } }
			err := json.Unmarshal(reply, &of)
			return of.Data[0].ID, nil, err
		},
	}
	dashboard = &kind{
		name: "DashboardJson", path: "/api/v1/dashboard", update: http.MethodPut,
		body: func(inputs map[string]any) any { return json.RawMessage(inputs["dashboard"].(string)) },
		id: func(reply []byte) (string, map[string]string, error) {
			var of struct{ ID, URL string }
			err := json.Unmarshal(reply, &of)
			return of.ID, map[string]string{"url": of.URL}, err
		},
	}
	downtime = &kind{
		name: "DowntimeSchedule", path: "/api/v2/downtime", update: http.MethodPatch,
		body: downtimeBody,
		id: func(reply []byte) (string, map[string]string, error) {
			var of struct{ Data struct{ ID string } }
			err := json.Unmarshal(reply, &of)
			return of.Data.ID, nil, err
		},
	}
)

// options of a monitor, by the name of the property.
func monitorOptions() map[string]string {
	return map[string]string{
		"escalationMessage": "escalation_message", "notifyBies": "notify_by", "onMissingData": "on_missing_data",
		"notifyNoData": "notify_no_data", "noDataTimeframe": "no_data_timeframe", "renotifyInterval": "renotify_interval",
		"renotifyOccurrences": "renotify_occurrences", "renotifyStatuses": "renotify_statuses",
		"newGroupDelay": "new_group_delay", "timeoutH": "timeout_h", "requireFullWindow": "require_full_window",
		"includeTags": "include_tags", "enableLogsSample": "enable_logs_sample",
	}
}

func monitorBody(inputs map[string]any) map[string]any {
	options := map[string]any{}
	for property, option := range monitorOptions() {
		if value, ok := inputs[property]; ok {
			options[option] = value
		}
	}
	if thresholds, ok := inputs["monitorThresholds"].(map[string]any); ok {
		options["thresholds"] = numbers(thresholds)
	}
	body := map[string]any{"options": options, "draft_status": "published"}
	for _, property := range []string{"name", "type", "query", "message", "tags"} {
		body[property] = inputs[property]
	}
	if text, ok := inputs["priority"].(string); ok {
		if priority, err := strconv.Atoi(text); err == nil {
			body["priority"] = priority
		}
	}
	return body
}

// numbers are thresholds, which are text in the SDK. Text that is no number is passed on, for the API to refuse.
func numbers(thresholds map[string]any) map[string]any {
	names := map[string]string{"criticalRecovery": "critical_recovery", "warningRecovery": "warning_recovery"}
	sent := map[string]any{}
	for property, value := range thresholds {
		name, renamed := names[property]
		if !renamed {
			name = property
		}
		text, _ := value.(string)
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			sent[name] = value
			continue
		}
		sent[name] = number
	}
	return sent
}

func downtimeBody(inputs map[string]any) any {
	attributes := snake(inputs)
	if schedule, ok := attributes["recurring_schedule"]; ok {
		attributes["schedule"] = schedule
		delete(attributes, "recurring_schedule")
	}
	return map[string]any{"data": map[string]any{"type": "downtime", "attributes": attributes}}
}

// snake renames the properties of an objective or a downtime as the API does, all the way down.
func snake(inputs map[string]any) map[string]any {
	sent := map[string]any{}
	for name, value := range inputs {
		switch value := value.(type) {
		case map[string]any:
			if inner, ok := value["metricQuery"].(map[string]any); ok {
				inner["data_source"] = "metrics"
				sent[underscored(name)] = inner
				continue
			}
			sent[underscored(name)] = snake(value)
		case []any:
			sent[underscored(name)] = each(value)
		default:
			sent[underscored(name)] = value
		}
	}
	return sent
}

func each(items []any) []any {
	var list []any
	for _, item := range items {
		object, ok := item.(map[string]any)
		if !ok {
			list = append(list, item)
			continue
		}
		if inner, ok := object["metricQuery"].(map[string]any); ok {
			inner["data_source"] = "metrics"
			list = append(list, inner)
			continue
		}
		list = append(list, snake(object))
	}
	return list
}

// underscored is a property's name as the API writes it: monitorIds is monitor_ids.
func underscored(name string) string {
	var text []rune
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			text = append(text, '_', r-'A'+'a')
			continue
		}
		text = append(text, r)
	}
	return string(text)
}
