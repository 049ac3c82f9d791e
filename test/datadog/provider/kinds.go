package provider

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// call is one request to the API.
type call struct {
	method, path string
	body         any
}

// kind is how one type of resource travels. Without calls a resource is recorded and sent nowhere: a type that the API's
// stand-in does not know needs nothing here.
type kind struct {
	create               func(inputs map[string]any) call
	read, update, remove func(id string, inputs map[string]any) call
	// identify finds the id, and what else the state keeps, in the answer to a creation.
	identify func(reply []byte, inputs map[string]any) (id string, more map[string]string, err error)
	// adopt puts into inputs what the answer to a reading says otherwise; nil takes them as they are.
	adopt func(reply []byte, inputs resource.PropertyMap) (resource.PropertyMap, error)
}

// kindOf finds a type's kind by the last word of its token.
func kindOf(token tokens.Type) kind {
	name := string(token[strings.LastIndex(string(token), ":")+1:])
	return map[string]kind{
		"Monitor":               monitors(),
		"ServiceLevelObjective": objectives(),
		"DashboardJson":         rest("/api/v1/dashboard", http.MethodPut, dashboardBody, dashboardID),
		"DowntimeSchedule":      rest("/api/v2/downtime", http.MethodPatch, downtimeBody, dataID),
		"SyntheticsTest":        syntheticTests(),
		"LogsIndex":             rest("/api/v1/logs/config/indexes", http.MethodPut, indexBody, nameID),
		"LogsMetric":            rest("/api/v2/logs/config/metrics", http.MethodPatch, metricBody, dataID),
		"ServiceDefinitionYaml": definitions(),
		"TeamNotificationRule":  teamRules(),
	}[name]
}

type identify func(reply []byte, inputs map[string]any) (string, map[string]string, error)

// rest is a kind whose resources lie below one path.
func rest(path, update string, body func(inputs map[string]any) any, id identify) kind {
	at := func(method string) func(string, map[string]any) call {
		return func(id string, _ map[string]any) call { return call{method: method, path: path + "/" + id} }
	}
	return kind{
		create: func(in map[string]any) call { return call{http.MethodPost, path, body(in)} },
		read:   at(http.MethodGet), remove: at(http.MethodDelete), identify: id,
		update: func(id string, in map[string]any) call { return call{update, path + "/" + id, body(in)} },
	}
}

func monitors() kind {
	k := rest("/api/v1/monitor", http.MethodPut, monitorBody, monitorID)
	k.adopt = adoptMonitor
	return k
}

// adoptMonitor takes what people edit by hand. A message loses its white space on the way to the API, as the real
// provider takes into account.
func adoptMonitor(reply []byte, inputs resource.PropertyMap) (resource.PropertyMap, error) {
	var of struct{ Name, Query, Message string }
	if err := json.Unmarshal(reply, &of); err != nil {
		return nil, err
	}
	adopted := inputs.Copy()
	for property, value := range map[resource.PropertyKey]string{"name": of.Name, "query": of.Query, "message": of.Message} {
		if strings.TrimSpace(plain(adopted[property])) != strings.TrimSpace(value) {
			adopted[property] = resource.NewProperty(value)
		}
	}
	return adopted, nil
}

// monitorID panics as the real provider does, which cannot read a monitor without options.
func monitorID(reply []byte, _ map[string]any) (string, map[string]string, error) {
	var of struct {
		ID      int
		Options map[string]any
	}
	err := json.Unmarshal(reply, &of)
	if of.Options == nil {
		panic("the real provider panics when a reply has no options")
	}
	return strconv.Itoa(of.ID), nil, err
}

func dashboardID(reply []byte, _ map[string]any) (string, map[string]string, error) {
	var of struct{ ID, URL string }
	err := json.Unmarshal(reply, &of)
	return of.ID, map[string]string{"url": of.URL}, err
}

func dataID(reply []byte, _ map[string]any) (string, map[string]string, error) {
	var of struct{ Data struct{ ID string } }
	err := json.Unmarshal(reply, &of)
	return of.Data.ID, nil, err
}

func nameID(_ []byte, inputs map[string]any) (string, map[string]string, error) {
	name, ok := inputs["name"].(string)
	if !ok {
		return "", nil, errors.New("no name")
	}
	return name, nil, nil
}

// objectives are answered as a list when they are made, and by themselves when they are read.
func objectives() kind {
	k := rest("/api/v1/slo", http.MethodPut, objectiveBody, func(reply []byte, _ map[string]any) (string, map[string]string, error) {
		var of struct{ Data []struct{ ID string } }
		err := json.Unmarshal(reply, &of)
		return of.Data[0].ID, nil, err
	})
	k.adopt = adoptThresholds
	return k
}

// adoptThresholds takes the order of the periods from the answer, as the real provider does: to it they are a list.
func adoptThresholds(reply []byte, inputs resource.PropertyMap) (resource.PropertyMap, error) {
	var of struct {
		Data struct{ Thresholds []struct{ Timeframe string } }
	}
	if err := json.Unmarshal(reply, &of); err != nil {
		return nil, err
	}
	var ordered []resource.PropertyValue
	for _, threshold := range of.Data.Thresholds {
		for _, given := range inputs["thresholds"].ArrayValue() {
			if given.ObjectValue()["timeframe"].StringValue() == threshold.Timeframe {
				ordered = append(ordered, given)
			}
		}
	}
	adopted := inputs.Copy()
	adopted["thresholds"] = resource.NewProperty(ordered)
	return adopted, nil
}

// syntheticTests are deleted by a list of them.
func syntheticTests() kind {
	k := rest("/api/v1/synthetics/tests/api", http.MethodPut, syntheticBody, func(reply []byte, _ map[string]any) (string, map[string]string, error) {
		var of struct {
			ID string `json:"public_id"`
		}
		err := json.Unmarshal(reply, &of)
		return of.ID, nil, err
	})
	k.remove = func(id string, _ map[string]any) call {
		return call{http.MethodPost, "/api/v1/synthetics/tests/delete", map[string]any{"public_ids": []string{id}}}
	}
	return k
}

// definitions are made and changed by the same request.
func definitions() kind {
	const path = "/api/v2/services/definitions"
	k := rest(path, http.MethodPost, definitionBody, func(_ []byte, inputs map[string]any) (string, map[string]string, error) {
		var of struct {
			Service string `json:"dd-service"`
		}
		text, _ := inputs["serviceDefinition"].(string)
		err := json.Unmarshal([]byte(text), &of)
		return of.Service, nil, err
	})
	k.update = func(_ string, in map[string]any) call { return call{http.MethodPost, path, definitionBody(in)} }
	return k
}

// teamRules lie below their team.
func teamRules() kind {
	path := func(in map[string]any) string {
		team, _ := in["teamId"].(string)
		return "/api/v2/team/" + team + "/notification-rules"
	}
	at := func(method string) func(string, map[string]any) call {
		return func(id string, in map[string]any) call { return call{method: method, path: path(in) + "/" + id} }
	}
	return kind{
		create: func(in map[string]any) call { return call{http.MethodPost, path(in), teamRuleBody(in)} },
		update: func(id string, in map[string]any) call {
			return call{http.MethodPut, path(in) + "/" + id, teamRuleBody(in)}
		},
		read: at(http.MethodGet), remove: at(http.MethodDelete), identify: dataID,
	}
}
