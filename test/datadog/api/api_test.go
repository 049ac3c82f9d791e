package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/test/datadog/api"
)

const (
	apiKey = "0123456789abcdef0123456789abcdef"
	appKey = "0123456789abcdef0123456789abcdef01234567"
)

// conversation is a server, and the answers of what came before by name.
type conversation struct {
	t      *testing.T
	api    *api.API
	url    string
	header http.Header
	// answered is the header of the last answer.
	answered http.Header
}

func talk(t *testing.T) *conversation {
	t.Helper()
	stand := api.New(apiKey, appKey)
	server := httptest.NewServer(stand)
	t.Cleanup(server.Close)
	return &conversation{t: t, api: stand, url: server.URL, header: http.Header{
		"Dd-Api-Key": {apiKey}, "Dd-Application-Key": {appKey},
	}}
}

// ask sends a request and returns the status and the decoded answer.
func (c *conversation) ask(method, path, body string) (int, map[string]any) {
	c.t.Helper()
	request, err := http.NewRequest(method, c.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = c.header
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // the test is about what was read
	c.answered = answer.Header
	var reply map[string]any
	if answer.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(answer.Body).Decode(&reply); err != nil {
			c.t.Fatal(err)
		}
	}
	return answer.StatusCode, reply
}

// want asks and demands a status.
func (c *conversation) want(status int, method, path, body string) map[string]any {
	c.t.Helper()
	got, reply := c.ask(method, path, body)
	if got != status {
		c.t.Fatalf("%s %s: %d %v, want %d", method, path, got, reply, status)
	}
	return reply
}

func monitor(query string, critical float64) string {
	text, err := json.Marshal(map[string]any{
		"name": "M", "type": "query alert", "query": query, "message": "m", "tags": []string{"env:production"}, "priority": 2,
		"options": map[string]any{"thresholds": map[string]any{"critical": critical}, "include_tags": true},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

var good = monitor("avg(last_5m):avg:system.load.1{*} > 4", 4)

func TestMonitors(t *testing.T) {
	t.Parallel()
	c := talk(t)
	c.want(200, "POST", "/api/v1/monitor/validate", good)
	made := c.want(200, "POST", "/api/v1/monitor", good)
	path := fmt.Sprintf("/api/v1/monitor/%.0f", made["id"])
	for _, field := range []string{"options", "created", "modified", "overall_state", "creator", "query", "type", "assets"} {
		if made[field] == nil {
			t.Errorf("the reply has no %s, without which the provider fails", field)
		}
	}
	if got := c.want(200, "GET", path+"?with_assets=true", ""); got["query"] != made["query"] {
		t.Errorf("got %v", got)
	}
	changed := c.want(200, "PUT", path, monitor("avg(last_5m):avg:system.load.1{*} > 5", 5))
	if changed["id"] != made["id"] || !strings.HasSuffix(fmt.Sprint(changed["query"]), "> 5") {
		t.Errorf("got %v", changed)
	}
	if got := c.want(200, "DELETE", path, ""); got["deleted_monitor_id"] != made["id"] {
		t.Errorf("got %v", got)
	}
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		if got := c.want(404, method, path, good); fmt.Sprint(got["errors"]) != "[Monitor not found]" {
			t.Errorf("%s: %v", method, got)
		}
	}
}

func TestMonitorsAreJudged(t *testing.T) {
	t.Parallel()
	c := talk(t)
	for _, path := range []string{"/api/v1/monitor", "/api/v1/monitor/validate"} {
		got := c.want(400, "POST", path, monitor("avg(last_5m):avg:system.load.1{*} > 4", 5))
		if want := "[thresholds: critical is 5, but the query says 4]"; fmt.Sprint(got["errors"]) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
	got := c.want(400, "POST", "/api/v1/monitor", strings.Replace(good, `"critical":4`, `"critical":"many"`, 1))
	if want := `[threshold critical: "many" is no number]`; fmt.Sprint(got["errors"]) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestWhatIsInUseStays(t *testing.T) {
	t.Parallel()
	c := talk(t)
	first := c.want(200, "POST", "/api/v1/monitor", good)["id"].(float64)
	second := c.want(200, "POST", "/api/v1/monitor", good)["id"].(float64)
	composite := c.want(200, "POST", "/api/v1/monitor", fmt.Sprintf(
		`{"name":"C","type":"composite","query":"%.0f && %.0f","message":"m","options":{"thresholds":{}}}`, first, second))
	if options := composite["options"].(map[string]any); options["thresholds"] != nil {
		t.Errorf("a composite's reply has thresholds: %v", options)
	}
	c.want(400, "POST", "/api/v1/monitor", `{"name":"C","type":"composite","query":"1 && 2","message":"m","options":{}}`)
	c.want(400, "POST", "/api/v1/monitor", fmt.Sprintf(
		`{"name":"C","type":"composite","query":"%.0f && %.0f","message":"m","options":{}}`, first, composite["id"]))
	slo := c.want(200, "POST", "/api/v1/slo", fmt.Sprintf(
		`{"name":"S","type":"monitor","monitor_ids":[%.0f],"thresholds":[{"timeframe":"30d","target":99}]}`, second))
	id := slo["data"].([]any)[0].(map[string]any)["id"]
	c.want(400, "DELETE", fmt.Sprintf("/api/v1/monitor/%.0f", first), "")
	c.want(400, "DELETE", fmt.Sprintf("/api/v1/monitor/%.0f", second), "")
	c.want(200, "DELETE", fmt.Sprintf("/api/v1/slo/%v", id), "")
	c.want(200, "DELETE", fmt.Sprintf("/api/v1/monitor/%.0f", composite["id"]), "")
	c.want(200, "DELETE", fmt.Sprintf("/api/v1/monitor/%.0f", second), "")
	c.want(200, "DELETE", fmt.Sprintf("/api/v1/monitor/%.0f?force=true", first), "")
	if left := c.api.Count(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestObjectives(t *testing.T) {
	t.Parallel()
	c := talk(t)
	const slice = `{"name":"S","type":"time_slice","thresholds":[{"timeframe":"30d","target":99,"warning":99.5}],` +
		`"sli_specification":{"time_slice":{"comparator":"<","threshold":0.5,"query_interval_seconds":300,` +
		`"query":{"formulas":[{"formula":"q1"}],"queries":[{"name":"q1","query":"p95:trace.http.server.request{env:p}"}]}}}}`
	made := c.want(200, "POST", "/api/v1/slo", slice)["data"].([]any)[0].(map[string]any)
	if made["target_threshold"] != 99.0 || made["warning_threshold"] != 99.5 || made["type_id"] != 2.0 {
		t.Errorf("got %v", made)
	}
	if shown := made["thresholds"].([]any)[0].(map[string]any)["target_display"]; shown != "99." {
		t.Errorf("got %v, want the target as the API writes it", shown)
	}
	path := fmt.Sprintf("/api/v1/slo/%v", made["id"])
	if _, ok := c.want(200, "GET", path, "")["data"].(map[string]any); !ok {
		t.Error("reading an objective gives no object")
	}
	if _, ok := c.want(200, "PUT", path, slice)["data"].([]any); !ok {
		t.Error("changing an objective gives no list")
	}
	c.want(400, "POST", "/api/v1/slo", strings.Replace(slice, "300", "120", 1))
	c.want(400, "POST", "/api/v1/slo", strings.Replace(slice, `"formulas":[{"formula":"q1"}],`, "", 1))
	c.want(200, "DELETE", path, "")
	c.want(404, "GET", path, "")
}

func TestDashboardsAndDowntimes(t *testing.T) {
	t.Parallel()
	c := talk(t)
	made := c.want(200, "POST", "/api/v1/dashboard", `{"title":"T","layout_type":"ordered","widgets":[{"definition":{}}]}`)
	if made["url"] == nil || len(fmt.Sprint(made["id"])) != 11 {
		t.Errorf("got %v", made)
	}
	c.want(400, "POST", "/api/v1/dashboard", `{"title":"T"}`)
	path := fmt.Sprintf("/api/v1/dashboard/%v", made["id"])
	c.want(200, "GET", path, "")
	c.want(200, "DELETE", path, "")
	c.want(404, "DELETE", path, "")
	quiet := c.want(200, "POST", "/api/v2/downtime", `{"data":{"attributes":{"scope":"env:p","monitor_identifier":{"monitor_tags":["a:b"]}}}}`)
	data := quiet["data"].(map[string]any)
	for _, attribute := range []string{"schedule", "display_timezone", "notify_end_states", "notify_end_types"} {
		if data["attributes"].(map[string]any)[attribute] == nil {
			t.Errorf("the reply has no %s, which the provider cannot do without", attribute)
		}
	}
	path = fmt.Sprintf("/api/v2/downtime/%v", data["id"])
	c.want(204, "DELETE", path, "")
	c.want(404, "GET", path, "")
}

func TestKeysAndStumbles(t *testing.T) {
	t.Parallel()
	c := talk(t)
	c.header = http.Header{"Dd-Api-Key": {apiKey}}
	c.want(200, "GET", "/api/v1/validate", "")
	if got := c.want(403, "GET", "/api/v1/monitor", ""); fmt.Sprint(got["errors"]) != "[Forbidden]" {
		t.Errorf("got %v", got)
	}
	c.header = http.Header{"Dd-Api-Key": {appKey}, "Dd-Application-Key": {apiKey}}
	c.want(403, "GET", "/api/v1/validate", "")
	c.header = http.Header{"Dd-Api-Key": {apiKey}, "Dd-Application-Key": {appKey}}
	c.api.Stumble(api.Stumble{Status: 429, Reset: 1}, api.Stumble{Status: 503})
	c.want(429, "POST", "/api/v1/monitor", good)
	if reset := c.answered.Get("X-Ratelimit-Reset"); reset != "1" {
		t.Errorf("a busy API says to come back in %q seconds, want 1", reset)
	}
	c.want(503, "POST", "/api/v1/monitor", good)
	c.want(200, "POST", "/api/v1/monitor", good)
}

// TestAnswersAreTheAPIs: what the real one orders and fills in itself, so that a program that expects its own order, or
// its own gaps, is found out here.
func TestAnswersAreTheAPIs(t *testing.T) {
	t.Parallel()
	c := talk(t)
	const two = `{"name":"S","type":"metric","timeframe":"30d","thresholds":[{"timeframe":"30d","target":99},{"timeframe":"7d","target":98}],` +
		`"query":{"numerator":"sum:trace.x.hits{env:p}.as_count()","denominator":"sum:trace.x.hits{env:p}.as_count()"}}`
	c.want(400, "POST", "/api/v1/slo", two) // our own rule: the shortest first
	ordered := strings.Replace(two, `{"timeframe":"30d","target":99},{"timeframe":"7d","target":98}`,
		`{"timeframe":"7d","target":98},{"timeframe":"30d","target":99}`, 1)
	made := c.want(200, "POST", "/api/v1/slo", ordered)["data"].([]any)[0].(map[string]any)
	if made["timeframe"] != "30d" || made["target_threshold"] != 99.0 {
		t.Errorf("the primary period is %v with %v", made["timeframe"], made["target_threshold"])
	}
	board := c.want(200, "POST", "/api/v1/dashboard",
		`{"title":"T","layout_type":"ordered","widgets":[{"definition":{"type":"group","widgets":[{"definition":{}}]}}]}`)
	group := board["widgets"].([]any)[0].(map[string]any)
	inner := group["definition"].(map[string]any)["widgets"].([]any)[0].(map[string]any)
	if group["id"] == nil || inner["id"] == nil || group["id"] == inner["id"] {
		t.Errorf("the widgets' ids are %v and %v", group["id"], inner["id"])
	}
	quiet := c.want(200, "POST", "/api/v2/downtime", `{"data":{"attributes":{"scope":"*","monitor_identifier":{"monitor_tags":["a:b"]},`+
		`"schedule":{"timezone":"UTC","recurrences":[{"rrule":"FREQ=DAILY;INTERVAL=1","duration":"12h"}]}}}}`)
	schedule := quiet["data"].(map[string]any)["attributes"].(map[string]any)["schedule"].(map[string]any)
	if start := schedule["recurrences"].([]any)[0].(map[string]any)["start"]; start == nil {
		t.Error("the API does not say when a recurrence begins")
	}
}

// TestOtherResources are made, read and deleted, and refused where they would do nothing.
func TestOtherResources(t *testing.T) {
	t.Parallel()
	c := talk(t)
	const synthetic = `{"type":"api","subtype":"http","name":"S","message":"m","locations":["aws:eu-central-1"],"options":{"tick_every":60,"min_location_failed":1},` +
		`"config":{"request":{"method":"GET","url":"https://shop.example.com"},"assertions":[{"type":"statusCode","operator":"is","target":"200"}]}}`
	made := c.want(200, "POST", "/api/v1/synthetics/tests/api", synthetic)
	c.want(200, "GET", fmt.Sprintf("/api/v1/synthetics/tests/api/%v", made["public_id"]), "")
	c.want(200, "PUT", fmt.Sprintf("/api/v1/synthetics/tests/api/%v", made["public_id"]), synthetic)
	for _, wrong := range []string{
		strings.Replace(synthetic, "https://", "http://", 1), strings.Replace(synthetic, `"tick_every":60`, `"tick_every":1`, 1),
		strings.Replace(synthetic, `"min_location_failed":1`, `"min_location_failed":2`, 1),
	} {
		c.want(400, "POST", "/api/v1/synthetics/tests/api", wrong)
	}
	const certificate = `{"type":"api","subtype":"ssl","name":"C","message":"m","locations":["aws:eu-central-1"],` +
		`"options":{"tick_every":900,"min_location_failed":1},"config":{"request":{"host":"shop.example.com","port":"443"},` +
		`"assertions":[{"type":"certificate","operator":"isInMoreThan","target":"1"}]}}`
	c.want(200, "POST", "/api/v1/synthetics/tests/api", certificate)
	for _, wrong := range []string{
		strings.Replace(certificate, "shop.example.com", "https://shop.example.com", 1),
		strings.Replace(certificate, "isInMoreThan", "isInMoreThanDays", 1), strings.Replace(certificate, `"target":"1"`, `"target":"0.5"`, 1),
		strings.Replace(certificate, `"ssl"`, `"tls"`, 1),
	} {
		c.want(400, "POST", "/api/v1/synthetics/tests/api", wrong)
	}
	c.want(200, "POST", "/api/v1/synthetics/tests/delete", fmt.Sprintf(`{"public_ids":["%v"]}`, made["public_id"]))
	c.want(404, "POST", "/api/v1/synthetics/tests/delete", fmt.Sprintf(`{"public_ids":["%v"]}`, made["public_id"]))

	const index = `{"name":"shop","filter":{"query":"kube_namespace:shop"},"exclusion_filters":[{"name":"x","filter":{"query":"status:debug","sample_rate":1}}]}`
	c.want(200, "POST", "/api/v1/logs/config/indexes", index)
	c.want(400, "POST", "/api/v1/logs/config/indexes", strings.Replace(index, `"sample_rate":1`, `"sample_rate":100`, 1))
	c.want(200, "GET", "/api/v1/logs/config/indexes/shop", "")
	const metric = `{"data":{"id":"lines","type":"logs_metrics","attributes":{"compute":{"aggregation_type":"count"},"filter":{"query":"a:b"}}}}`
	c.want(200, "POST", "/api/v2/logs/config/metrics", metric)
	changed := c.want(200, "PATCH", "/api/v2/logs/config/metrics/lines", `{"data":{"attributes":{"filter":{"query":"c:d"}}}}`)
	if attributes := changed["data"].(map[string]any)["attributes"].(map[string]any); attributes["compute"] == nil {
		t.Errorf("a change of the filter has changed more: %v", attributes)
	}
	c.want(200, "POST", "/api/v2/services/definitions", `{"schema-version":"v2.2","dd-service":"frontend","team":"shop"}`)
	c.want(400, "POST", "/api/v2/services/definitions", `{"schema-version":"v2.2","team":"shop"}`)
	c.want(200, "GET", "/api/v2/services/definitions/frontend", "")
	c.want(400, "POST", "/api/v2/team/t/notification-rules", `{"data":{"attributes":{}}}`)
	rule := c.want(200, "POST", "/api/v2/team/t/notification-rules", `{"data":{"attributes":{"email":{"enabled":true}}}}`)
	c.want(200, "GET", fmt.Sprintf("/api/v2/team/t/notification-rules/%v", rule["data"].(map[string]any)["id"]), "")
}
