package notify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/tooltest"
	"github.com/techcommerce/platform/infra/notify"
)

// everybody is a stack that tells in every way there is.
func everybody() notify.Args {
	return notify.Args{
		Alerts: alerts.All(alerts.Reference()), Secrets: "/secrets",
		Webhook: &notify.Webhook{}, Slack: &notify.Slack{Channel: "#alerts"}, PagerDuty: &notify.PagerDuty{},
		Email:     &notify.Email{To: "ops@example.com", From: "alerts@example.com", Server: "smtp.example.com:587", User: "alerts"},
		Heartbeat: &notify.Heartbeat{},
	}
}

func mustWrite(tb testing.TB, args notify.Args) string {
	tb.Helper()
	text, err := notify.Config(args)
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "alertmanager.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// TestCheck has Alertmanager's own checker read what a stack with every receiver, one and none gets.
func TestCheck(t *testing.T) {
	t.Parallel()
	amtool := tooltest.Amtool(t)
	for name, args := range map[string]notify.Args{
		"every receiver": everybody(),
		"a webhook":      {Webhook: &notify.Webhook{URL: "http://hook.example.com:8080/alerts"}},
		"nobody":         {Alerts: alerts.All(alerts.Reference())},
	} {
		tooltest.Run(t, "", amtool, "check-config", mustWrite(t, args))
		t.Log(name, "is a valid configuration")
	}
}

// TestRoutes asks Alertmanager's own router where each alert of a stack goes.
func TestRoutes(t *testing.T) {
	t.Parallel()
	amtool, config := tooltest.Amtool(t), mustWrite(t, everybody())
	route := func(labels ...string) string {
		output := tooltest.Run(t, "", amtool, append([]string{"config", "routes", "test", "--config.file", config}, labels...)...)
		return strings.TrimSpace(output)
	}
	for _, alert := range alerts.All(alerts.Reference()) {
		want := string(alert.Severity)
		if alert.Name == "Watchdog" {
			want = "watchdog"
		}
		if got := route("alertname="+alert.Name, "severity="+string(alert.Severity)); got != want {
			t.Errorf("%s, which is %s, goes to %q, want %q", alert.Name, alert.Severity, got, want)
		}
	}
	for _, test := range []struct{ name, alert, severity, want string }{
		{name: "a stack may make an alert critical", alert: "HighCPUUsage", severity: "critical", want: "critical"},
		{name: "a stack may make an alert harmless", alert: "HighErrorRate", severity: "info", want: "info"},
		{name: "Watchdog is itself whatever its severity", alert: "Watchdog", severity: "critical", want: "watchdog"},
		{name: "what has none of our severities reaches nobody", alert: "Foreign", severity: "unheard-of", want: "nobody"},
	} {
		if got := route("alertname="+test.alert, "severity="+test.severity); got != test.want {
			t.Errorf("%s: goes to %q, want %q", test.name, got, test.want)
		}
	}
}

// TestReceivers says who is behind each receiver.
func TestReceivers(t *testing.T) {
	t.Parallel()
	text, err := notify.Config(everybody())
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Receivers []map[string]any
	}
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, receiver := range config.Receivers {
		ways := []string{}
		for _, way := range []string{"webhook", "slack", "pagerduty", "email"} {
			if receiver[way+"_configs"] != nil {
				ways = append(ways, way)
			}
		}
		got[receiver["name"].(string)] = ways
	}
	want := map[string][]string{
		"critical": {"webhook", "slack", "pagerduty", "email"},
		"warning":  {"webhook", "slack", "email"},
		"info":     {"webhook"},
		"watchdog": {"webhook"},
		"nobody":   {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who is told (-want +got):\n%s", diff)
	}
}

// TestHeartbeat proves that what waits for a sign of life hears Watchdog and nothing else, and never that it is over.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	text, err := notify.Config(notify.Args{Secrets: "/secrets", Heartbeat: &notify.Heartbeat{}})
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Receivers []struct {
			Name     string
			Webhooks []struct {
				URLFile      string `yaml:"url_file"`
				SendResolved bool   `yaml:"send_resolved"`
			} `yaml:"webhook_configs"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &config); err != nil {
		t.Fatal(err)
	}
	for _, r := range config.Receivers {
		heard := len(r.Webhooks) > 0
		if want := r.Name == "watchdog"; heard != want {
			t.Errorf("receiver %s has the heartbeat: %v, want %v", r.Name, heard, want)
		}
		for _, hook := range r.Webhooks {
			if hook.SendResolved || hook.URLFile != "/secrets/"+notify.HeartbeatURL {
				t.Errorf("the heartbeat is %+v", hook)
			}
		}
	}
}

// TestSecrets proves that no address or key is in the configuration when it is a secret.
func TestSecrets(t *testing.T) {
	t.Parallel()
	text, err := notify.Config(everybody())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{notify.WebhookURL, notify.SlackURL, notify.PagerDutyKey, notify.SMTPPassword, notify.HeartbeatURL} {
		if !strings.Contains(text, "/secrets/"+file) {
			t.Errorf("the configuration does not read %s", file)
		}
	}
}

// TestHides proves that an alert hides only others that there are, by labels that both have.
func TestInhibitions(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, name := range alerts.Names() {
		known[name] = true
	}
	for _, alert := range everybody().Alerts {
		for _, inhibited := range alert.Inhibits {
			for _, name := range inhibited.Alerts {
				if !known[name] || name == alert.Name {
					t.Errorf("%s hides %s", alert.Name, name)
				}
			}
			if len(inhibited.Equal) == 0 {
				t.Errorf("%s hides alerts of anything", alert.Name)
			}
		}
	}
}
