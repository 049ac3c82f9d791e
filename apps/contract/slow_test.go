package contract_test

import (
	"bufio"
	"errors"
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
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// TestSlowClients has far more clients than a service serves at once begin a request and then say no more. Everybody
// else is served as ever, and in the end they are told or cut off.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := servicetest.Start(t, servicetest.Build(t, contract.ProductAPI), map[string]string{
		contract.EnvAdminAPIKey: adminKey, contract.EnvReservationKey: reservationKey, contract.EnvOpenOrders: "true",
		contract.EnvDatabaseURL:    "sqlite://" + filepath.Join(t.TempDir(), "products.db"),
		contract.EnvMaxConnections: "5",
	}).AwaitReady()
	const head = "POST /api/products HTTP/1.1\r\nHost: shop\r\nX-API-Key: " + adminKey + "\r\n"
	const half = "Content-Type: application/json\r\nContent-Length: 60\r\n\r\n" + `{"name":"Slow",`
	var slow sync.WaitGroup
	for range 50 {
		slow.Go(func() {
			status, body := stall(t, s, head+half)
			if status != http.StatusRequestTimeout || body != `{"error":"Body did not arrive in time"}` {
				t.Errorf("half a body is answered %d %s, want 408", status, body)
			}
		})
		slow.Go(func() {
			if status, _ := stall(t, s, head); status != 0 {
				t.Errorf("half a header is answered %d, want the connection closed", status)
			}
		})
	}
	for range 20 {
		time.Sleep(50 * time.Millisecond) // the slow ones are all there before the last of these
		mustText(t, s.URL+"/api/products/1")
		if status := create(t, s, `{"name":"Quick","price":1}`); status != http.StatusCreated {
			t.Fatalf("somebody else's product is answered %d, want 201", status)
		}
	}
	slow.Wait()
	if list := mustText(t, s.URL+"/api/products?q=slow"); !strings.Contains(list, `"count":0`) {
		t.Errorf("of half a body this was stored: %s", list)
	}
}

func create(t *testing.T, s *servicetest.Process, body string) (status int) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, s.URL+"/api/products", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-API-Key", adminKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

// stall sends the beginning of a request and returns what comes of it; status 0 if nothing does.
func stall(t *testing.T, s *servicetest.Process, begin string) (status int, body string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer conn.Close() //nolint:errcheck // the service has closed it, or the test failed
	const patience = 40 * time.Second
	_, err = io.WriteString(conn, begin)
	if err = errors.Join(err, conn.SetReadDeadline(time.Now().Add(patience))); err != nil {
		t.Error(err)
		return 0, ""
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing happened in %s", patience)
	}
	if err != nil {
		return 0, ""
	}
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return response.StatusCode, strings.TrimSpace(string(content))
}
