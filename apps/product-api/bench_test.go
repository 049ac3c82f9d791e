package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/service"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

// testKey is the admin key and the reservation key of tests.
const testKey = "a-key"

func TestMain(m *testing.M) { databasetest.Main(m) }

// BenchmarkRead compares reads, with everything that a request passes through, with a bare handler that writes the
// same bytes. The ratio within one run on one machine is what counts.
func BenchmarkRead(b *testing.B) {
	handler := mustHandler(b)
	for _, read := range []struct{ name, path string }{
		{"list of 100", "/api/products"}, {"by id", "/api/products/1"},
	} {
		b.Run(read.name+"/service", func(b *testing.B) { benchmarkGet(b, handler, read.path) })
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, read.path, nil))
		body := answer.Body.Bytes()
		bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body) // a client that left ends the benchmark
		})
		b.Run(read.name+"/bare", func(b *testing.B) { benchmarkGet(b, bare, read.path) })
	}
}

func benchmarkGet(b *testing.B, handler http.Handler, path string) {
	b.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(loop *testing.PB) {
		client := &http.Client{Transport: &http.Transport{}}
		defer client.CloseIdleConnections()
		for loop.Next() {
			response, err := client.Get(server.URL + path)
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
				b.Errorf("status %d, %v", response.StatusCode, err)
			}
			_ = response.Body.Close() // it was read to its end
		}
	})
}

// mustHandler is the service with 100 products, logging to a file as it would to a container's log.
func mustHandler(tb testing.TB) http.Handler {
	tb.Helper()
	return mustHandlerOn(tb, databasetest.SQLite(tb))
}

func mustHandlerOn(tb testing.TB, stored database.Settings) http.Handler {
	tb.Helper()
	ctx := context.Background()
	log, err := os.CreateTemp(tb.TempDir(), "log")
	if err != nil {
		tb.Fatal(err)
	}
	getenv := func(name string) string { return map[string]string{contract.EnvWriteRate: "1000000"}[name] }
	svc, err := service.New(ctx, service.ReadSettings(environ.New(getenv), contract.ProductAPI), log)
	if err != nil {
		tb.Fatal(err)
	}
	store := sqlstore.New(databasetest.MustOpen(tb, stored))
	if err := store.Migrate(ctx); err != nil {
		tb.Fatal(err)
	}
	if _, err := store.Seed(ctx); err != nil {
		tb.Fatal(err)
	}
	for range 95 {
		if _, _, err := store.Create(ctx, product.Product{Name: "Thing", Price: 100, Stock: 10}, product.Once{}); err != nil {
			tb.Fatal(err)
		}
	}
	api := &api{store: store, service: svc, answers: newAnswers(),
		operators: svc.Keys(contract.EnvAdminAPIKey, []string{testKey}),
		services:  svc.Keys(contract.EnvReservationKey, []string{testKey})}
	api.routes()
	return svc.Handler()
}
