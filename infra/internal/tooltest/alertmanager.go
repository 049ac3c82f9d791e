package tooltest

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"
)

// StartAlertmanager runs Alertmanager on a free port of the loopback and returns where.
func StartAlertmanager(tb testing.TB, config string) (address string) {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	host := listener.Addr().String()
	if err := listener.Close(); err != nil {
		tb.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(Alertmanager(tb), "--config.file", config,
		"--storage.path", tb.TempDir(), "--web.listen-address", host, "--cluster.listen-address=")
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
	return "http://" + host
}

// PostAlerts sends alerts as Prometheus does, once Alertmanager is ready for them.
func PostAlerts(tb testing.TB, address string, labels ...map[string]string) {
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
		response, err := http.Post(address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
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
