package monitoring

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// exporter is the blackbox exporter's program; test/install-packages brings it from Debian's package, because its module
// is not to be had everywhere.
func exporter(t *testing.T) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	local := filepath.Join(filepath.Dir(here), "..", "..", ".local", "bin", "prometheus-blackbox-exporter")
	for _, program := range []string{local, "prometheus-blackbox-exporter"} {
		if path, err := exec.LookPath(program); err == nil {
			return path
		}
	}
	t.Skip("SKIPPED: there is no prometheus-blackbox-exporter here: run test/install-packages")
	return ""
}

// mustStart runs the exporter with the configuration that is declared, and returns where.
func mustStart(t *testing.T) string {
	t.Helper()
	program := exporter(t)
	text, err := blackboxConfig()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), blackboxFile)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	command := exec.Command(program, "--config.file="+config, "--web.listen-address="+address)
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// It was killed: its exit status says that, and nothing else.
		if err := command.Process.Kill(); err == nil {
			_ = command.Wait()
		}
		if t.Failed() {
			t.Logf("the exporter said:\n%s", log.String())
		}
	})
	for deadline := time.Now().Add(30 * time.Second); ; {
		if response, err := http.Get("http://" + address + "/-/healthy"); err == nil {
			response.Body.Close() //nolint:errcheck // nothing of it is read
			if response.StatusCode == http.StatusOK {
				return "http://" + address
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the exporter is not healthy within half a minute")
		}
		time.Sleep(50 * time.Millisecond) // it says by nothing but an answer that it listens
	}
}

// mustProbe asks as Prometheus is declared to, and returns the value of a metric; empty if there is none.
func mustProbe(t *testing.T, address, target, metric string) string {
	t.Helper()
	scrape := Args{Probe: &Probe{Targets: []ProbeTarget{{Job: "probe", URL: target}}}}.probes()[1]
	response, err := http.Get(address + scrape.Path + "?" + url.Values(scrape.Params).Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it has been read
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v: %s", response.Status, err, text)
	}
	found := regexp.MustCompile(`(?m)^` + metric + `(?:\{.*\})? (\S+)$`).FindSubmatch(text)
	if found == nil {
		return ""
	}
	return string(found[1])
}

// TestTheExporterProbes runs the real exporter with what is declared: the shop that answers is up; one that answers with an
// error, that sends its visitors round in circles, whose certificate nobody accepts, or that is gone, is down.
func TestTheExporterProbes(t *testing.T) {
	t.Parallel()
	address := mustStart(t)
	var status atomic.Int64
	status.Store(http.StatusOK)
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status.Load() == http.StatusFound {
			http.Redirect(w, r, "/", http.StatusFound)
			return
		}
		w.WriteHeader(int(status.Load()))
	})
	shop, untrusted := httptest.NewServer(answer), httptest.NewTLSServer(answer)
	t.Cleanup(untrusted.Close)
	for _, c := range []struct {
		status int
		want   string
	}{{http.StatusOK, "1"}, {http.StatusServiceUnavailable, "0"}, {http.StatusNotFound, "0"}, {http.StatusFound, "0"}, {http.StatusOK, "1"}} {
		status.Store(int64(c.status))
		if got := mustProbe(t, address, shop.URL+"/ready", "probe_success"); got != c.want {
			t.Errorf("a shop that answers %d: probe_success %s, want %s", c.status, got, c.want)
		}
	}
	if got := mustProbe(t, address, untrusted.URL, "probe_success"); got != "0" {
		t.Errorf("a certificate that nobody has signed: probe_success %s", got)
	}
	if got := mustProbe(t, address, shop.URL, "probe_http_duration_seconds"); got == "" || strings.HasPrefix(got, "-") {
		t.Errorf("the phases of a request, for the runbook, are %q", got)
	}
	shop.Close()
	if got := mustProbe(t, address, shop.URL, "probe_success"); got != "0" {
		t.Errorf("a shop that is gone: probe_success %s", got)
	}
}
