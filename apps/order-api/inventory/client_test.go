package inventory_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/dial/dialtest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/inventory"
	"github.com/techcommerce/platform/apps/order-api/order"
)

var (
	laptop = []order.Item{{ProductID: 1, Quantity: 1}}
	quiet  = slog.New(slog.NewJSONHandler(io.Discard, nil))
)

func unwrapped(way http.RoundTripper) http.RoundTripper { return way }

const reserved = `"items":[{"product_id":1,"name":"Laptop","price":999.99,"quantity":1}]`

// A pod of order-api that has just begun may not be known to the network policies before product-api for a while.
func TestReachesAProductAPIThatDoesNotHearAtFirst(t *testing.T) {
	t.Parallel()
	productAPI := dialtest.Serve(t, 4*time.Second, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{`+reserved+`}`) // read below
	}))
	client := inventory.New(productAPI, []string{"key"}, unwrapped, quiet)
	got, err := client.Reserve(t.Context(), "r", laptop, nil)
	if err != nil || len(got.Items) != 1 || got.Items[0].Price != 99999 {
		t.Errorf("Reserve = %+v, %v, want the laptop once product-api hears", got, err)
	}
}

func TestReserveAsksForItInOneStep(t *testing.T) {
	t.Parallel()
	for status, confirmed := range map[string]bool{"confirmed": true, "held": false} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			productAPI := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut || r.URL.Path != "/internal/reservations/r" || r.URL.RawQuery != "confirm=true" ||
					r.Header.Get(contract.ExpectedTotalHeader) != "99999" || r.Header.Get("Authorization") != "Bearer key" {
					t.Errorf("asked %s %s with %v", r.Method, r.URL, r.Header)
				}
				_, _ = fmt.Fprintf(w, `{"status":%q,%s}`, status, reserved) // read below
			})
			expected := money.Cents(99999)
			got, err := inventory.New(productAPI, []string{"key"}, unwrapped, quiet).Reserve(t.Context(), "r", laptop, &expected)
			if err != nil || got.Confirmed != confirmed {
				t.Errorf("Reserve = %+v, %v, want it confirmed: %t", got, err, confirmed)
			}
		})
	}
}

// TestOnlyAWordOnTheOrderIsFinal: everything else may pass, an upgrade in the middle of which the two services do not
// understand each other for example.
func TestOnlyAWordOnTheOrderIsFinal(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]fault.Kind{
		`409 {"error":"Not enough stock","details":{"shortages":[]}}`:                fault.Conflict,
		`409 {"error":"Prices have changed","details":{"lines":[],"total":29.90}}`:   fault.Conflict,
		`409 {"error":"Reservation was released","details":{"status":"released"}}`:   fault.Conflict,
		`422 {"error":"Unknown product","fields":{"items[0].product_id":"is none"}}`: fault.Unprocessable,
		`409 {"error":"Conflict"}`:                                                 fault.Unavailable,
		`422 {"error":"Reservation exists with other items"}`:                      fault.Unavailable,
		`400 {"error":"Invalid fields","fields":{"items":"is not a known field"}}`: fault.Unavailable,
		`401 {"error":"A valid API key is required"}`:                              fault.Unavailable,
		`404 {"error":"Not found"}`:                                                fault.Unavailable,
		`405 {"error":"Method not allowed"}`:                                       fault.Unavailable,
		`413 {"error":"Body is larger than 10 bytes"}`:                             fault.Unavailable,
		`415 {"error":"Content-Type must be application/json"}`:                    fault.Unavailable,
		`429 {"error":"Too many requests"}`:                                        fault.Unavailable,
		`500 {"error":"Internal server error"}`:                                    fault.Unavailable,
		`302 elsewhere`:                                                            fault.Unavailable, `409 no JSON`: fault.Unavailable, `200 no JSON`: fault.Unavailable,
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			productAPI := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				var status int
				_, _ = fmt.Sscan(answer, &status) // it is there
				w.WriteHeader(status)
				_, _ = io.WriteString(w, answer[len("200 "):]) // read below
			})
			_, err := inventory.New(productAPI, []string{"key"}, unwrapped, quiet).Reserve(t.Context(), "r", laptop, nil)
			if got := fault.KindOf(err); got != want {
				t.Errorf("Reserve = %v (%s), want %s", err, got, want)
			}
			if total, ok := fault.As(err).Details["total"]; ok && fmt.Sprint(total) != "29.90" {
				t.Errorf("the total is told as %v, want it as it was written", total)
			}
		})
	}
}

// TestBreaker has product-api hang: the first few wait for it, the others are told at once, and it comes back by itself.
func TestBreaker(t *testing.T) {
	t.Parallel()
	var hanging atomic.Bool
	var calls atomic.Int64
	hanging.Store(true)
	productAPI := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if hanging.Load() {
			_, _ = io.Copy(io.Discard, r.Body) // the context ends with the connection once the body is read
			<-r.Context().Done()
			return
		}
		_, _ = io.WriteString(w, `{"status":"confirmed",`+reserved+`}`) // read below
	})
	client := inventory.New(productAPI, []string{"key"}, unwrapped, quiet)
	order := func(patience time.Duration) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		begun := time.Now()
		_, err := client.Reserve(ctx, "r", laptop, nil)
		return time.Since(begun), err
	}
	for range 10 {
		_, _ = order(50 * time.Millisecond) // customers without patience say nothing about product-api
	}
	if got := calls.Load(); got < 10 {
		t.Fatalf("only %d of 10 impatient customers got through: one customer can have the breaker opened", got)
	}
	for range 5 {
		_, _ = order(1200 * time.Millisecond) // these fail, as said above
	}
	before := calls.Load()
	if took, err := order(5 * time.Second); fault.KindOf(err) != fault.Unavailable || took > time.Second {
		t.Errorf("with the breaker open: %v after %s, want to be told at once", err, took)
	}
	if calls.Load() != before {
		t.Error("product-api was asked although the breaker is open")
	}
	hanging.Store(false)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if _, err := order(5 * time.Second); err == nil {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("product-api is back, and orders still hear %v", err)
		}
	}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
