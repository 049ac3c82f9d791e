package notify_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
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

// mustStart runs Alertmanager on a free port of the loopback and returns where.
func mustStart(tb testing.TB, args notify.Args) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		tb.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(tooltest.Alertmanager(tb), "--config.file", mustWrite(tb, args),
		"--storage.path", tb.TempDir(), "--web.listen-address", address, "--cluster.listen-address=")
	command.Stderr = &log
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		// It was killed: its exit status says that, and nothing else.
		if err := command.Process.Kill(); err == nil {
			_ = command.Wait()
		}
		if tb.Failed() {
			tb.Logf("Alertmanager said:\n%s", log.String())
		}
	})
	return "http://" + address
}

// mustPost sends alerts as Prometheus does, once Alertmanager is ready for them.
func mustPost(tb testing.TB, base string, labels ...map[string]string) {
	tb.Helper()
	var list []map[string]any
	for _, l := range labels {
		list = append(list, map[string]any{"labels": l, "annotations": map[string]string{"summary": "test"}})
	}
	body, err := json.Marshal(list)
	if err != nil {
		tb.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		response, err := http.Post(base+"/api/v2/alerts", "application/json", bytes.NewReader(body))
		if err == nil {
			response.Body.Close() //nolint:errcheck // nothing of it is read
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			tb.Fatalf("Alertmanager does not take alerts: %v, %v", response, err)
		}
		time.Sleep(50 * time.Millisecond) // it says by nothing but an answer that it listens
	}
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
	base := mustStart(t, notify.Args{Alerts: alerts.All(alerts.Reference()), Evaluation: time.Second, Webhook: &notify.Webhook{URL: hook.URL}})
	alert := func(name, severity string, more ...string) map[string]string {
		labels := map[string]string{"alertname": name, "severity": severity, "environment": "test", "namespace": "shop"}
		for i := 0; i < len(more); i += 2 {
			labels[more[i]] = more[i+1]
		}
		return labels
	}
	mustPost(t, base,
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
