package edge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/internal/kube"
)

type (
	// object describes the keys of a map.
	object map[string]field
	// field is a value that must be there, or may be.
	field struct {
		must bool
		// is describes the value: an object, a list, or the kind of scalar that %T names.
		is any
	}
	// list describes each of its elements.
	list [1]any
)

var (
	// ngrokFile is what ngrok's reference says of the configuration file, version 3, and of traffic policies
	// (https://ngrok.com/docs/agent/config/v3, https://ngrok.com/docs/traffic-policy), as far as a web shop could want it.
	// The agent refuses a file with a key that it does not know.
	ngrokFile = object{
		"version": {true, "int"},
		"agent": {true, object{
			"authtoken": {false, "string"}, "console_ui": {false, "bool"}, "log": {false, "string"},
			"log_format": {false, "string"}, "log_level": {false, "string"}, "metadata": {false, "string"},
			"update_check": {false, "bool"}, "web_addr": {false, "string"}, "inspect_db_size": {false, "int"},
			"remote_management": {false, "bool"},
		}},
		"endpoints": {false, list{object{
			"name": {true, "string"}, "url": {false, "string"}, "description": {false, "string"}, "metadata": {false, "string"},
			"upstream": {true, object{"url": {true, "string"}, "protocol": {false, "string"}}},
			"traffic_policy": {false, object{"on_http_request": {false, list{object{
				"name": {false, "string"}, "expressions": {false, list{"string"}}, "actions": {true, list{object{
					"type": {true, "string"}, "config": {false, "map[string]interface {}"},
				}}},
			}}}}},
		}}},
	}
	// ngrokActions are the settings of the actions that we use.
	ngrokActions = map[string]object{
		"basic-auth": {"credentials": {true, list{"string"}}, "realm": {false, "string"}, "enforce": {false, "bool"}},
		"oauth":      {"provider": {true, "string"}},
		"deny":       {"status_code": {false, "int"}},
	}
)

// misfits lists where a value is not what the reference says.
func misfits(path string, value, is any) []string {
	var found []string
	switch is := is.(type) {
	case object:
		entries, ok := value.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %T, want an object", path, value)}
		}
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			described, ok := is[key]
			if !ok {
				found = append(found, path+"."+key+": ngrok knows no such key")
				continue
			}
			found = append(found, misfits(path+"."+key, entries[key], described.is)...)
		}
		for _, key := range slices.Sorted(maps.Keys(is)) {
			if _, ok := entries[key]; !ok && is[key].must {
				found = append(found, path+"."+key+": missing")
			}
		}
	case list:
		elements, ok := value.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s: %T, want a list", path, value)}
		}
		for i, element := range elements {
			found = append(found, misfits(fmt.Sprintf("%s[%d]", path, i), element, is[0])...)
		}
	default:
		if got := fmt.Sprintf("%T", value); got != is {
			found = append(found, fmt.Sprintf("%s: %s, want %s", path, got, is))
		}
	}
	return found
}

// actions are all actions in a file, wherever they are.
func actions(value any) []map[string]any {
	var found []map[string]any
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			if key != "actions" {
				found = append(found, actions(inner)...)
				continue
			}
			for _, action := range inner.([]any) {
				found = append(found, action.(map[string]any))
			}
		}
	case []any:
		for _, inner := range value {
			found = append(found, actions(inner)...)
		}
	}
	return found
}

func TestTunnelConfigIsWhatNgrokKnows(t *testing.T) {
	t.Parallel()
	targets := []Target{
		{App: kube.App{Name: "frontend"}, Host: "frontend-service", Port: 3000, URL: "https://shop.ngrok.app"},
		{App: kube.App{Name: "order-api"}, Host: "order-api-service", Port: 5004},
	}
	for name, guard := range map[string]Guard{
		"a password": {BasicAuth: "ada:correct-horse"}, "nobody": {},
		"an account elsewhere": {OAuth: &OAuth{Provider: "google", Emails: []string{"a@b.c"}, Domains: []string{"d.e"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := tunnelConfig(Tunnel{Targets: targets, Guard: guard})
			if err != nil {
				t.Fatal(err)
			}
			var file map[string]any
			if err := yaml.Unmarshal(text, &file); err != nil {
				t.Fatal(err)
			}
			found := misfits("ngrok.yml", file, ngrokFile)
			for _, action := range actions(file) {
				config, _ := action["config"].(map[string]any)
				settings, ok := ngrokActions[fmt.Sprint(action["type"])]
				if !ok {
					found = append(found, fmt.Sprintf("ngrok knows no action %v", action["type"]))
				}
				found = append(found, misfits(fmt.Sprint(action["type"]), config, settings)...)
			}
			if len(found) > 0 {
				t.Errorf("%s\n%s", strings.Join(found, "\n"), text)
			}
		})
	}
}

func TestMisfitsAreFound(t *testing.T) {
	t.Parallel()
	var file map[string]any
	text := "version: '3'\ntunnels: {}\nendpoints: [{name: a, upstream: {addr: x}, traffic_policy: {on_http_request: {}}}]"
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"f.endpoints[0].traffic_policy.on_http_request: map[string]interface {}, want a list",
		"f.endpoints[0].upstream.addr: ngrok knows no such key", "f.endpoints[0].upstream.url: missing",
		"f.tunnels: ngrok knows no such key", "f.version: string, want int", "f.agent: missing",
	}
	if got := misfits("f", file, ngrokFile); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
