package provider

import "strconv"

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

func monitorBody(inputs map[string]any) any {
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
