package bench_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// bareAnswer names the variable that makes this test binary a server of the answer in the file that it names.
const bareAnswer, bareAddress = "BENCH_BARE_ANSWER", "BENCH_BARE_ADDRESS"

const key = "a key for the benchmarks alone"

// serveBare is what we are compared with: net/http and a Write of an answer, headers and all, that a service gave.
func serveBare(path string) {
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(file), nil)
	if err != nil {
		panic(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	answer.Header.Del("Date") // which net/http sets itself
	panic(http.ListenAndServe(os.Getenv(bareAddress), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range answer.Header {
			w.Header().Set(name, values[0])
		}
		_, _ = w.Write(body) // a client that left ends the round
	})))
}

// mustRunBare serves what an address answers, from a process of its own.
func mustRunBare(b *testing.B, url string) string {
	b.Helper()
	response, err := http.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	answer, err := httputil.DumpResponse(response, true)
	if err != nil {
		b.Fatal(err)
	}
	file, address := filepath.Join(b.TempDir(), "answer"), mustFreeAddress(b)
	if err := os.WriteFile(file, answer, 0o600); err != nil {
		b.Fatal(err)
	}
	server := exec.Command(os.Args[0])
	server.Env = []string{bareAnswer + "=" + file, bareAddress + "=" + address}
	mustRun(b, server, "http://"+address)
	return "http://" + address
}

// mustRunFlask is the old product-api's list as it was, but for its sleep, under the server that it came with and did
// not use.
func mustRunFlask(b *testing.B) string {
	b.Helper()
	address := mustFreeAddress(b)
	server := exec.Command("gunicorn", "--chdir", "testdata", "--bind", address, "--log-level", "error",
		"--workers", strconv.Itoa(runtime.NumCPU()), "--threads", strconv.Itoa(clients), "--keep-alive", "30",
		"old_product_api:app")
	mustRun(b, server, "http://"+address+"/api/products")
	return "http://" + address + "/api/products"
}

// mustRun runs a server until the benchmark ends, and waits until it answers.
func mustRun(b *testing.B, server *exec.Cmd, url string) {
	b.Helper()
	var said bytes.Buffer
	server.Stderr = &said
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt) // it may have ended
		_ = server.Wait()                       // however it did
	})
	for range 300 {
		if response, err := http.Get(url); err == nil {
			_ = response.Body.Close() // nothing of it is wanted
			return
		}
		time.Sleep(50 * time.Millisecond) // a server that starts says nothing
	}
	b.Fatalf("%s does not answer: %s", url, &said)
}

func mustFreeAddress(b *testing.B) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil || listener.Close() != nil {
		b.Fatal(err)
	}
	return listener.Addr().String()
}

// mustFill makes it a hundred products, with more in stock than any benchmark sells.
func mustFill(b *testing.B, url string) {
	b.Helper()
	send := func(method, path, body string, want int) {
		request, err := http.NewRequest(method, url+path, bytes.NewReader([]byte(body)))
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-API-Key", key)
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.Body.Close() != nil || response.StatusCode != want {
			b.Fatalf("%s %s: %+v, %v", method, path, response, err)
		}
	}
	for id := 1; id <= 5; id++ {
		send(http.MethodPatch, fmt.Sprint("/api/products/", id), `{"stock":1000000000}`, http.StatusOK)
	}
	for id := 6; id <= 100; id++ {
		send(http.MethodPost, "/api/products", fmt.Sprintf(`{"name":"Thing %d","price":10.00,"stock":1000000000}`, id),
			http.StatusCreated)
	}
}
