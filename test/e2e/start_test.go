package e2e_test

import (
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

const (
	readyLimit = 300 * time.Millisecond
	// starts is how often a service is started. The quickest counts: the others met somebody else's work.
	starts = 3
)

// startsSoon measures how long each service's program, as it is in the image, takes from its start until it is ready.
func (p *platform) startsSoon(t *testing.T) {
	for _, service := range contract.Services() {
		best := time.Hour
		for range starts {
			best = min(best, p.timeStart(t, service))
		}
		p.measure(service.Name+" from its start to ready", best, readyLimit)
	}
}

func (p *platform) timeStart(t *testing.T, service contract.Service) time.Duration {
	t.Helper()
	address := freeAddress(t)
	program := exec.Command(filepath.Join(p.dir, ".local", "images", "bin", runtime.GOARCH, service.Name))
	const key = "a key that is long enough for a test"
	program.Env = []string{
		contract.EnvListenAddress + "=" + address, contract.EnvInternalAddress + "=" + freeAddress(t),
		contract.EnvDatabaseURL + "=sqlite://" + filepath.Join(t.TempDir(), "new.db"),
		contract.EnvProductAPIURL + "=" + p.url, contract.EnvOrderAPIURL + "=" + p.url,
		contract.EnvReservationKey + "=" + key, contract.EnvSessionKey + "=" + key,
	}
	start := time.Now()
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Process.Kill(); _ = program.Wait() }() // it was started for this moment
	for time.Since(start) < time.Minute {
		response, err := http.Get("http://" + address + contract.ReadyPath)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return time.Since(start)
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("%s was not ready within a minute", service.Name)
	return 0
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
