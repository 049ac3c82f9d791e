package service_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// TestARestartCutsNoRequest: clients that never retry are served by two replicas, each of which is replaced several
// times while connections are in use.
func TestARestartCutsNoRequest(t *testing.T) {
	t.Parallel()
	const replicas, clients, restarts = 2, 16, 6
	var ready sync.Map // of addresses, by replica: what a balancer sends new connections to
	replace := func(replica int) (stop func()) {
		svc, log := mustService(t, map[string]string{contract.EnvDrainDelay: "300ms"})
		svc.Router.HandleFunc("/work", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "done") // the client checks it
		})
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- svc.Serve(ctx) }()
		ready.Store(replica, log.await(t, "address"))
		return func() {
			end()
			if err := <-ended; err != nil {
				t.Errorf("Serve = %v", err)
			}
		}
	}
	var stops [replicas]func()
	for i := range stops {
		stops[i] = replace(i)
	}
	over, stopClients := context.WithCancel(t.Context())
	var served atomic.Int64
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for over.Err() == nil {
				address, _ := ready.Load(client % replicas)
				count, err := keepAsking(over, address.(string))
				served.Add(int64(count))
				if err != nil {
					t.Errorf("a request was cut: %v", err)
				}
			}
		})
	}
	for restart := range restarts {
		i := restart % replicas
		old := stops[i]
		stops[i] = replace(i)
		old()
	}
	stopClients()
	all.Wait()
	for _, stop := range stops {
		stop()
	}
	t.Logf("%d requests in %d restarts", served.Load(), restarts)
	if served.Load() < 1000 {
		t.Errorf("%d requests were served, want enough to notice a cut", served.Load())
	}
}

// TestConnectionsHaveAnAge: a client that would keep its connection for ever is asked to open another one.
func TestConnectionsHaveAnAge(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, map[string]string{contract.EnvConnectionAge: "300ms"})
	svc.Router.HandleFunc("/work", func(http.ResponseWriter, *http.Request) {})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- svc.Serve(ctx) }()
	begun := time.Now()
	count, err := keepAsking(t.Context(), log.await(t, "address"))
	if took := time.Since(begun); err != nil || count < 2 || took < 200*time.Millisecond {
		t.Errorf("the connection ended after %d requests and %s: %v; want its age", count, took, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

// keepAsking sends one request after the other over one connection until an answer asks for another connection. It never
// retries, as http.Transport would.
func keepAsking(ctx context.Context, address string) (served int, err error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // all answers were read
	answers := bufio.NewReader(conn)
	for ctx.Err() == nil {
		if _, err := io.WriteString(conn, "GET /work HTTP/1.1\r\nHost: shop\r\n\r\n"); err != nil {
			return served, err
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return served, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			return served, fmt.Errorf("status %d: %w", answer.StatusCode, err)
		}
		served++
		if answer.Close {
			return served, nil
		}
	}
	return served, nil
}
