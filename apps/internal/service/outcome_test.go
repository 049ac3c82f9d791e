package service_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// TestAClientThatLeavesIsNobodysFailure: it is counted as 499, and its line is no error.
func TestAClientThatLeavesIsNobodysFailure(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, nil)
	svc.Router.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		rest.Error(w, r, fault.Down("The store does not answer", r.Context().Err()))
	})
	server := httptest.NewServer(svc.Handler())
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // the request should be under way; if it is not, the outcome is the same
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if code := log.await(t, "http.status_code"); code != "499" {
		t.Errorf("the request counts as %s, want 499", code)
	}
	if strings.Contains(log.String(), `"status":"error"`) {
		t.Errorf("a client that left is an error: %s", log)
	}
	families, err := svc.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == contract.MetricRequests && !strings.Contains(family.String(), `"499"`) {
			t.Errorf("the metric says %s", family)
		}
	}
}

// TestAPanicIsOursThoughTheClientLeft: whoever leaves quickly cannot hide a fault of ours.
func TestAPanicIsOursThoughTheClientLeft(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, nil)
	svc.Router.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic("the cause") })
	gone, leave := context.WithCancel(t.Context())
	leave()
	svc.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, "GET", "/broken", nil))
	if code := log.await(t, "http.status_code"); code != "500" {
		t.Errorf("a panic counts as %s, want 500", code)
	}
}

// TestReadsAndWritesLeaveEachOtherRoom: however many of one kind hang, the other kind is served.
func TestReadsAndWritesLeaveEachOtherRoom(t *testing.T) {
	t.Parallel()
	const places = 8
	for _, tt := range []struct{ hanging, other string }{{"GET", "POST"}, {"POST", "GET"}} {
		t.Run(tt.hanging+" hangs", func(t *testing.T) {
			t.Parallel()
			svc, _ := mustService(t, map[string]string{contract.EnvMaxConnections: "8"})
			leave := make(chan struct{})
			svc.Router.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { <-leave })
			svc.Router.HandleFunc("/quick", func(http.ResponseWriter, *http.Request) {})
			handler := svc.Handler()
			var hanging sync.WaitGroup
			refused := make(chan struct{}, 10*places)
			for range 10 * places {
				hanging.Go(func() {
					answer := httptest.NewRecorder()
					handler.ServeHTTP(answer, httptest.NewRequest(tt.hanging, "/slow", nil))
					if answer.Code == http.StatusServiceUnavailable {
						refused <- struct{}{}
					}
				})
			}
			<-refused // who is refused has found every place taken that there is for them
			for range 20 {
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, httptest.NewRequest(tt.other, "/quick", nil))
				if answer.Code != http.StatusOK {
					t.Errorf("a %s while every %s hangs: %d, want 200", tt.other, tt.hanging, answer.Code)
					break // each of them waits
				}
			}
			close(leave)
			hanging.Wait()
		})
	}
}

// TestTimeLeftTravels: a service works no longer than its caller waits, and tells its callee what is left.
func TestTimeLeftTravels(t *testing.T) {
	t.Parallel()
	told := make(chan string, 1)
	callee := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		told <- r.Header.Get(header.RequestTimeout)
	}))
	defer callee.Close()
	svc, _ := mustService(t, nil)
	way := svc.Transport(http.DefaultTransport)
	svc.Router.HandleFunc("/call", func(_ http.ResponseWriter, r *http.Request) {
		out, err := http.NewRequestWithContext(r.Context(), "GET", callee.URL, nil)
		if err != nil {
			t.Error(err)
			return
		}
		response, err := way.RoundTrip(out)
		if err != nil || response.Body.Close() != nil {
			t.Errorf("call: %v", err)
		}
		if out.Header.Get(header.RequestTimeout) != "" {
			t.Error("the transport changed its caller's request")
		}
	})
	request := httptest.NewRequest("GET", "/call", nil)
	request.Header.Set(header.RequestTimeout, "5000")
	svc.Handler().ServeHTTP(httptest.NewRecorder(), request)
	if got := <-told; len(got) != 4 || got >= "4900" {
		t.Errorf("of 5000 ms the callee is told %s, want some less", got)
	}
}
