package notify_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/tooltest"
	"github.com/techcommerce/platform/infra/notify"
)

// told is what a webhook hears of one alert.
type told struct {
	Receiver string
	Alerts   []struct{ Labels map[string]string }
}

// TestDelivery has a real Alertmanager tell a real webhook: what follows from another alert is not told, everything else
// is, by the receiver of its severity.
func TestDelivery(t *testing.T) {
	t.Parallel()
	heard := make(chan told, 16)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var message told
		if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
			t.Error(err)
		}
		heard <- message
	}))
	t.Cleanup(hook.Close)
	base := tooltest.StartAlertmanager(t, mustWrite(t, notify.Args{Alerts: alerts.All(alerts.Reference()), Evaluation: time.Second, Webhook: &notify.Webhook{URL: hook.URL}}))
	alert := func(name, severity string, more ...string) map[string]string {
		labels := map[string]string{"alertname": name, "severity": severity, "environment": "test", "namespace": "shop"}
		for i := 0; i < len(more); i += 2 {
			labels[more[i]] = more[i+1]
		}
		return labels
	}
	tooltest.PostAlerts(t, base,
		alert("DatabaseDown", "critical"),
		alert("ServiceDown", "critical", "service", "order-api"), // follows from it
		alert("PodNotReady", "warning", "pod", "order-api-a"),    // so does this
		alert("HighCPUUsage", "warning", "node", "node-1"),
		alert("StockExhausted", "info", "product", "4"),
	)
	want := []string{"critical DatabaseDown", "info StockExhausted", "warning HighCPUUsage"}
	var got []string
	for timeout := time.After(time.Minute); len(got) < len(want); {
		select {
		case message := <-heard:
			for _, a := range message.Alerts {
				got = append(got, message.Receiver+" "+a.Labels["alertname"])
			}
		case <-timeout:
			t.Fatalf("heard of %q within a minute, want %q", got, want)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("heard of %q, want %q", got, want)
	}
}
