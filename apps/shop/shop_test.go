package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// stub is a service that is ready and says a word; building the real ones would say no more about this program.
const stub = `package main

import (
	"io"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/ready", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/word", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "WORD") })
	_ = http.ListenAndServe(os.Getenv("LISTEN_ADDRESS"), nil)
}
`

// TestShop follows one shop: it opens, restarts what changes and nothing else, outlives source that does not compile,
// and ends.
func TestShop(t *testing.T) {
	t.Parallel()
	s, screen := mustLayOut(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	screen.await(t, "The shop is open")
	untouched := mustPID(t, s, contract.OrderAPI)

	s.mustWrite(t, contract.Frontend, "a new word")
	screen.await(t, "frontend is new")
	if got := mustGet(t, s, contract.Frontend); got != "a new word" {
		t.Errorf("after the change the frontend says %q", got)
	}
	if got := mustPID(t, s, contract.OrderAPI); got != untouched {
		t.Error("order-api was restarted though nothing of it changed")
	}

	s.mustWrite(t, contract.Frontend, `"; no Go`)
	screen.await(t, "syntax error")
	if got := mustGet(t, s, contract.Frontend); got != "a new word" {
		t.Errorf("while the source does not compile the frontend says %q, want what it said before", got)
	}

	stop()
	if err := <-ended; err != nil {
		t.Errorf("the shop ended: %v", err)
	}
	for _, service := range contract.Services() {
		if response, err := http.Get(s.url(service)); err == nil {
			t.Errorf("%s still answers, %v", service.Name, response.Body.Close())
		}
	}
}

func TestShopSaysWhoIsInTheWay(t *testing.T) {
	t.Parallel()
	s, _ := mustLayOut(t)
	busy, err := net.Listen("tcp", s.address(s.port(contract.OrderAPI)))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close() //nolint:errcheck // the test is over
	if err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "order-api cannot listen, is the shop") {
		t.Errorf("run with a port taken = %v, want the service named", err)
	}
}

func TestConsoleSpeaksToPeople(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, line, want string }{
		{"a request", `{"timestamp":"2026-11-25T10:00:00Z","status":"info","message":"request","service":"frontend",
			"http.method":"GET","http.route":"/orders","http.status_code":200,"duration":3141592,"request_id":"x"}`,
			"frontend     GET /orders 200 3.14ms\n"},
		{"a failed request", `{"status":"error","message":"request","http.method":"GET","http.route":"/","duration":1e6,
			"http.status_code":503,"error.message":"nobody there"}`,
			"frontend     ERROR GET / 503 1ms error.message=nobody there\n"},
		{"anything else", `{"status":"info","message":"draining"}`, "frontend     draining\n"},
		{"what is no JSON", `panic: oh`, "frontend     panic: oh\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			(&console{out: &out}).tell("frontend", []byte(test.line))
			if got := out.String()[len("15:04:05 "):]; got != test.want {
				t.Errorf("%s\nis told as %q, want %q", test.line, got, test.want)
			}
		})
	}
}

// mustLayOut is a shop of stubs, on ports that were free a moment ago.
func mustLayOut(t *testing.T) (*shop, *screen) {
	t.Helper()
	ports := map[string]int{}
	for _, service := range contract.Services() {
		ports[service.Name] = mustFreePort(t)
	}
	screen := &screen{}
	s := &shop{root: t.TempDir(), home: t.TempDir(), out: &console{out: screen},
		port: func(service contract.Service) int { return ports[service.Name] }}
	if err := os.WriteFile(filepath.Join(s.root, "go.mod"), []byte("module example.test/shop\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, service := range contract.Services() {
		s.mustWrite(t, service, "a word of "+service.Name)
	}
	return s, screen
}

func (s *shop) mustWrite(t *testing.T, service contract.Service, word string) {
	t.Helper()
	folder := filepath.Join(s.root, "apps", service.Name)
	source := strings.Replace(stub, "WORD", word, 1)
	err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "main.go"), []byte(source), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

func mustFreePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil || listener.Close() != nil {
		t.Fatal(err)
	}
	return listener.Addr().(*net.TCPAddr).Port
}

func mustGet(t *testing.T, s *shop, service contract.Service) string {
	t.Helper()
	response, err := http.Get(s.url(service) + "/word")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func mustPID(t *testing.T, s *shop, service contract.Service) int {
	t.Helper()
	for _, p := range s.running {
		if p.service.Name == service.Name {
			return p.command.Process.Pid
		}
	}
	t.Fatalf("%s does not run", service.Name)
	return 0
}

// screen collects what people would read.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(data)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *screen) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(s.String(), text) {
			return
		}
	}
	t.Fatalf("waited in vain for %q:\n%s", text, fmt.Sprint(s))
}
