package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// shop is a shop that can be made to go wrong.
type shop struct {
	mu     sync.Mutex
	orders map[string]string
	keys   map[string]bool
	// placed answers an order, before it is kept; nil keeps it.
	placed func(number int, w http.ResponseWriter) (forgotten bool)
	// read answers whatever is read.
	read http.HandlerFunc
	// served counts what was read: the first page is looked at before the customers come.
	served atomic.Int64
}

func (s *shop) start(t *testing.T) string {
	t.Helper()
	s.orders, s.keys = map[string]string{}, map[string]bool{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if s.read != nil && s.served.Add(1) > 1 && r.URL.RawQuery != "limit=100" {
			s.read(w, r)
			return
		}
		fmt.Fprint(w, `{"products": [{"id": 1, "name": "Laptop"}, {"id": 2, "name": "Mouse pad"}]}`)
	})
	mux.HandleFunc("POST /api/orders", s.place)
	mux.HandleFunc("POST /api/orders/{id}/cancel", s.cancel)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func (s *shop) place(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	if key == "" || s.keys[key] {
		http.Error(w, "no new key", http.StatusBadRequest)
		return
	}
	s.keys[key] = true
	id := len(s.keys)
	forgotten := s.placed != nil && s.placed(id, w)
	if !forgotten {
		s.orders[fmt.Sprint(id)] = "confirmed"
	}
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(order{ID: int64(id), Status: "confirmed", Access: fmt.Sprint("secret", id)})
}

func (s *shop) cancel(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	if s.orders[id] == "" || r.Header.Get("Order-Access") != "secret"+id {
		http.NotFound(w, r)
		return
	}
	s.orders[id] = "cancelled"
	fmt.Fprintf(w, `{"id": %s, "status": "cancelled"}`, id)
}

func (s *shop) open() (count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, status := range s.orders {
		if status != "cancelled" {
			count++
		}
	}
	return count
}

func TestLoadLeavesNoOrderBehind(t *testing.T) {
	t.Parallel()
	for name, pace := range map[string][]string{"open loop": {"-rate", "200"}, "closed loop": {"-users", "4"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, page := shop{}, filepath.Join(t.TempDir(), "plots.html")
			var said strings.Builder
			args := append(pace, "-url", s.start(t), "-duration", "2s", "-report", page)
			if err := run(t.Context(), args, &said); err != nil {
				t.Fatalf("%v\n%s", err, said.String())
			}
			if len(s.orders) == 0 || s.open() != 0 {
				t.Errorf("%d orders were placed, %d stay", len(s.orders), s.open())
			}
			for _, want := range []string{fmt.Sprintf("%d orders acknowledged, %[1]d cancelled again", len(s.orders)), "this second", "p99"} {
				if !strings.Contains(said.String(), want) {
					t.Errorf("want %q:\n%s", want, said.String())
				}
			}
			if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), "own order") && !strings.Contains(string(text), "search") {
				t.Errorf("the page of plots: %v, %d bytes", err, len(text))
			}
		})
	}
}

func TestLoadFailsForWhatAShopMustNotDo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		shop *shop
		want string
	}{
		{
			name: "it loses an order that it has acknowledged",
			shop: &shop{placed: func(number int, _ http.ResponseWriter) bool { return number == 2 }},
			want: "acknowledged orders are lost, the first is order 2",
		},
		{
			name: "it answers with errors",
			shop: &shop{read: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
			want: "requests failed",
		},
		{
			name: "it hangs up",
			shop: &shop{read: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
			want: "requests failed",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var said strings.Builder
			err := run(t.Context(), []string{"-url", test.shop.start(t), "-rate", "200", "-duration", "2s"}, &said)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q\n%s", err, test.want, said.String())
			}
		})
	}
}

// TestLoadEndsEarly interrupts a run: it ends at once, and takes its orders back.
func TestLoadEndsEarly(t *testing.T) {
	t.Parallel()
	s := shop{}
	ctx, interrupt := context.WithCancel(t.Context())
	time.AfterFunc(time.Second, interrupt)
	var said strings.Builder
	begun := time.Now()
	if err := run(ctx, []string{"-url", s.start(t), "-rate", "200", "-duration", "10m"}, &said); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
	if took := time.Since(begun); took > 30*time.Second || s.open() != 0 {
		t.Errorf("took %s, %d orders stay", took, s.open())
	}
}

// TestLoadReportsThoughOrdersStay: the shop goes away before its orders are cancelled.
func TestLoadReportsThoughOrdersStay(t *testing.T) {
	t.Parallel()
	s := &shop{orders: map[string]string{}, keys: map[string]bool{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch {
		case r.URL.RawQuery == "limit=100":
			fmt.Fprint(w, `{"products": [{"id": 1, "name": "Laptop"}]}`)
		case strings.HasSuffix(r.URL.Path, "/cancel"):
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.Method == http.MethodPost:
			s.place(w, r)
		}
	}))
	t.Cleanup(server.Close)
	var said strings.Builder
	err := run(t.Context(), []string{"-url", server.URL, "-rate", "200", "-duration", "1s", "-tidy", "1s"}, &said)
	if err == nil || !strings.Contains(err.Error(), "stay: order") || !strings.Contains(said.String(), "requests a second") {
		t.Errorf("got %v\n%s", err, said.String())
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{name: "every problem at once", args: []string{"-url", "localhost", "-rate", "-1", "-users", "2000", "-duration", "0s"},
			want: []string{`URL: "localhost"`, "RATE: -1", "USERS: 2000", "give one of them", "DURATION: 0s"}},
		{name: "somebody else's host", args: []string{"-url", "https://shop.example.com", "-stack", "nobody"},
			want: []string{"shop.example.com is neither this machine nor an address of stack nobody", "ALLOW_HOST=shop.example.com"}},
		{name: "a path", args: []string{"-url", "http://localhost:3000/products"}, want: []string{"want only the shop's address: http://localhost:3000"}},
		{name: "no duration", args: []string{"-duration", "10"}, want: []string{"DURATION as 10s or 2m"}},
		{name: "no folder for the report", args: []string{"-report", "nowhere/at/all.html"}, want: []string{"there is no folder nowhere/at"}},
		{name: "no shop", args: []string{"-url", "http://127.0.0.1:1"}, want: []string{"no shop answers"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), test.args, new(strings.Builder))
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("want %q, got %v", want, err)
				}
			}
		})
	}
}

// TestLoadWantsTheFrontend: the addresses of the APIs look much like it.
func TestLoadWantsTheFrontend(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"products": [{"id": 1, "name": "Laptop"}]}`)
	}))
	t.Cleanup(server.Close)
	err := run(t.Context(), []string{"-url", server.URL}, new(strings.Builder))
	if err == nil || !strings.Contains(err.Error(), "want the frontend's address") {
		t.Errorf("got %v", err)
	}
}

func TestSharesAreAHundred(t *testing.T) {
	t.Parallel()
	counts := map[kind]int{}
	for number := range 100 {
		counts[pick(number)]++
	}
	for _, s := range shares() {
		if counts[s.kind] != s.percent {
			t.Errorf("%s: %d of a hundred, want %d", s.kind, counts[s.kind], s.percent)
		}
	}
}
