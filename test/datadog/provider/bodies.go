package provider

import "encoding/json"

func dashboardBody(inputs map[string]any) any { return raw(inputs, "dashboard") }

func definitionBody(inputs map[string]any) any { return raw(inputs, "serviceDefinition") }

// raw is a property that has the body as text.
func raw(inputs map[string]any, property string) any {
	text, _ := inputs[property].(string)
	return json.RawMessage(text)
}

// objectiveBody leaves out what only the provider itself looks at.
func objectiveBody(inputs map[string]any) any {
	sent := snake(inputs)
	delete(sent, "validate")
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

// syntheticBody puts the request and what is expected of its answer where the API has them.
func syntheticBody(inputs map[string]any) any {
	sent := snake(inputs)
	sent["config"] = map[string]any{"request": sent["request_definition"], "assertions": sent["assertions"]}
	sent["options"] = sent["options_list"]
	for _, moved := range []string{"request_definition", "assertions", "options_list"} {
		delete(sent, moved)
	}
	return sent
}

// indexBody has one filter where the property is a list of one.
func indexBody(inputs map[string]any) any {
	sent := snake(inputs)
	sent["filter"] = first(sent["filters"])
	sent["num_retention_days"] = sent["retention_days"]
	delete(sent, "filters")
	delete(sent, "retention_days")
	exclusions, _ := sent["exclusion_filters"].([]any)
	for _, item := range exclusions {
		if exclusion, ok := item.(map[string]any); ok {
			exclusion["filter"] = first(exclusion["filters"])
			delete(exclusion, "filters")
		}
	}
	return sent
}

func first(list any) any {
	items, _ := list.([]any)
	if len(items) == 0 {
		return nil
	}
	return items[0]
}

func metricBody(inputs map[string]any) any {
	attributes := snake(inputs)
	attributes["group_by"] = attributes["group_bies"]
	delete(attributes, "group_bies")
	name := attributes["name"]
	delete(attributes, "name")
	return map[string]any{"data": map[string]any{"type": "logs_metrics", "id": name, "attributes": attributes}}
}

func teamRuleBody(inputs map[string]any) any {
	attributes := snake(inputs)
	delete(attributes, "team_id")
	return map[string]any{"data": map[string]any{"type": "team_notification_rules", "attributes": attributes}}
}

// snake renames the properties of an object as the API does, all the way down.
func snake(inputs map[string]any) map[string]any {
	sent := map[string]any{}
	for name, value := range inputs {
		switch value := value.(type) {
		case map[string]any:
			if formula, ok := value["formulaExpression"]; ok { // the API has a list of them
				sent["formulas"] = []any{map[string]any{"formula": formula}}
				continue
			}
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
