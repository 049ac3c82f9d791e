package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// caller is somebody who asks for orders, by what the request carries.
type caller struct {
	name   string
	header map[string]string
	query  string
}

// TestOrdersBelongToWhoPlacedThem tries every route that shows or changes an order as everybody who might ask.
func TestOrdersBelongToWhoPlacedThem(t *testing.T) {
	t.Parallel()
	s := mustShop(t, false)
	id, access := s.mustPlaceAs(t, map[string]string{
		"Order-Owner": "ada-secret", "Idempotency-Key": "1", "Idempotency-Scope": "ada-secret",
	})
	nobody := caller{name: "nobody"}
	other := caller{name: "another visitor", header: map[string]string{"Order-Owner": "bob-secret"}}
	ada := caller{name: "the owner", header: map[string]string{"Order-Owner": "ada-secret"}}
	link := caller{name: "whoever has the link", query: "?access=" + access}
	secret := caller{name: "whoever has the order's secret", header: map[string]string{"Order-Access": access}}
	guess := caller{name: "whoever guesses a secret", header: map[string]string{"Order-Access": access[1:] + access[:1] + "A"}, query: "?access="}
	key := caller{name: "the key's holder", header: map[string]string{"Idempotency-Key": "1", "Idempotency-Scope": "ada-secret"}}
	bareKey := caller{name: "whoever guesses the key", header: map[string]string{"Idempotency-Key": "1"}}
	admin := caller{name: "the operator", header: map[string]string{"X-API-Key": adminKey}}
	fraud := caller{name: "whoever guesses the admin key", header: map[string]string{"X-API-Key": "guessed"}}
	own := fmt.Sprintf("/api/orders/%d", id)
	for _, route := range []struct {
		method, path string
		want         map[*caller]int
	}{
		{http.MethodGet, own, map[*caller]int{
			&nobody: 404, &other: 404, &ada: 200, &link: 200, &secret: 200, &guess: 404, &key: 200, &bareKey: 404, &admin: 200,
			&fraud: 404,
		}},
		{http.MethodGet, "/orders/1", map[*caller]int{
			&nobody: 404, &other: 404, &ada: 404, &link: 404, &guess: 404, &bareKey: 404, &admin: 200, &fraud: 404,
		}},
		{http.MethodGet, "/api/orders", map[*caller]int{
			&nobody: 401, &other: 200, &ada: 200, &link: 400, &secret: 401, &key: 401, &admin: 200, &fraud: 401,
		}},
		{http.MethodPost, own + "/access", map[*caller]int{
			&nobody: 404, &other: 404, &link: 404, &secret: 404, &guess: 404, &bareKey: 404, &fraud: 404,
		}},
		{http.MethodPost, own + "/cancel", map[*caller]int{
			&nobody: 404, &other: 404, &guess: 404, &bareKey: 404, &fraud: 404,
		}},
		{http.MethodPatch, own, map[*caller]int{
			&nobody: 401, &other: 401, &ada: 401, &link: 401, &secret: 401, &key: 401, &fraud: 401,
		}},
		{http.MethodGet, "/api/orders/audit", map[*caller]int{
			&nobody: 401, &other: 401, &ada: 401, &link: 401, &secret: 401, &key: 401, &fraud: 401, &admin: 200,
		}},
		{http.MethodGet, "/api/orders/events", map[*caller]int{
			&nobody: 401, &other: 401, &ada: 401, &link: 401, &secret: 401, &key: 401, &fraud: 401, &admin: 200,
		}},
		{http.MethodPost, "/api/orders/events/replay", map[*caller]int{
			&nobody: 401, &other: 401, &ada: 401, &link: 401, &secret: 401, &key: 401, &fraud: 401,
		}},
		{http.MethodPost, "/api/orders/events/discard", map[*caller]int{
			&nobody: 401, &other: 401, &ada: 401, &link: 401, &secret: 401, &key: 401, &fraud: 401,
		}},
		{http.MethodPost, "/api/orders/erase", map[*caller]int{
			&nobody: 401, &other: 401, &ada: 401, &link: 401, &secret: 401, &key: 401, &fraud: 401,
		}},
	} {
		for who, want := range route.want {
			if got, body := s.ask(t, s.orders.URL, *who, route.method, route.path); got != want {
				t.Errorf("%s %s is %d for %s, want %d: %s", route.method, route.path, got, who.name, want, body)
			}
		}
	}
	for who, want := range map[*caller]string{&ada: `"count":1}`, &other: `"count":0}`, &admin: `"count":4}`} {
		if _, body := s.ask(t, s.orders.URL, *who, http.MethodGet, "/api/orders"); !strings.HasSuffix(strings.TrimSpace(body), want) {
			t.Errorf("the list for %s is %s, want it to end with %s", who.name, body, want)
		}
	}
	for _, stranger := range []caller{nobody, other, guess, bareKey, fraud} {
		s.tellsNothing(t, stranger, own)
	}
	s.isKeptByNobody(t, own+"?access="+access)
	s.keepsSecrets(t, own, access, ada, link)
	s.believesNoStranger(t, own)
}

// tellsNothing answers a stranger who asks for an order, or wants to change it, as if there were none: to the last header.
func (s *shop) tellsNothing(t *testing.T, stranger caller, path string) {
	t.Helper()
	answer := func(method, path string) string {
		request, err := http.NewRequest(method, s.orders.URL+path+stranger.query, nil)
		must(t, err)
		for name, value := range stranger.header {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		must(t, err)
		body, err := io.ReadAll(response.Body)
		must(t, errors.Join(err, response.Body.Close()))
		response.Header.Del("Date")
		response.Header.Del("X-Request-Id")
		response.Header.Del("Connection") // by the connection's age
		return fmt.Sprintf("%d %v %s", response.StatusCode, response.Header, body)
	}
	const none = "/api/orders/987654321"
	for _, route := range []struct{ method, action string }{
		{http.MethodGet, ""}, {http.MethodPost, "/cancel"}, {http.MethodPost, "/access"},
	} {
		if got, want := answer(route.method, path+route.action), answer(route.method, none+route.action); got != want {
			t.Errorf("%s %s for %s is answered\n%s\nan order that does not exist\n%s", route.method, path+route.action, stranger.name, got, want)
		}
	}
}

// keepsSecrets shows an order's secret to nobody who has only that, and changes it for its owner.
func (s *shop) keepsSecrets(t *testing.T, path, access string, owner, link caller) {
	t.Helper()
	if _, body := s.ask(t, s.orders.URL, owner, http.MethodGet, path); !strings.Contains(body, access) {
		t.Errorf("the owner sees %s, want the order's secret in it", body)
	}
	if _, body := s.ask(t, s.orders.URL, link, http.MethodGet, path); strings.Contains(body, access) {
		t.Errorf("whoever has the link sees %s, want the order's secret not in it", body)
	}
	if status, body := s.ask(t, s.orders.URL, owner, http.MethodPost, path+"/access"); status != 200 || strings.Contains(body, access) {
		t.Errorf("a new secret for the owner: %d %s, want another one", status, body)
	}
	if status, _ := s.ask(t, s.orders.URL, link, http.MethodGet, path); status != http.StatusNotFound {
		t.Errorf("a link that was revoked is answered with %d, want 404", status)
	}
}

// isKeptByNobody: no cache keeps an order, whoever asks for it and however, as JSON or as a page.
func (s *shop) isKeptByNobody(t *testing.T, path string) {
	t.Helper()
	for _, url := range []string{s.orders.URL + path, s.frontend.URL + path, s.frontend.URL + strings.TrimPrefix(path, "/api")} {
		request, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", "text/html")
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.Body.Close() != nil {
			t.Fatal(err)
		}
		if got := response.Header.Get("Cache-Control"); response.StatusCode != http.StatusOK || got != "private, no-store" {
			t.Errorf("GET %s: %d, Cache-Control: %s, want it private, no-store", url, response.StatusCode, got)
		}
		if got := response.Header.Get("Referrer-Policy"); strings.HasSuffix(response.Header.Get("Content-Type"), "html; charset=utf-8") &&
			got != "same-origin" {
			t.Errorf("GET %s: Referrer-Policy: %s, want no other site told of the address", url, got)
		}
	}
}

// believesNoStranger: from outside, nobody can say whose orders they are.
func (s *shop) believesNoStranger(t *testing.T, path string) {
	t.Helper()
	liar := caller{name: "a stranger", header: map[string]string{"Order-Owner": "ada-secret", "Idempotency-Scope": "ada-secret"}}
	for at, want := range map[string]int{"/api/orders": http.StatusUnauthorized, path: http.StatusNotFound} {
		if got, body := s.ask(t, s.frontend.URL, liar, http.MethodGet, at); got != want {
			t.Errorf("through the frontend GET %s is %d %s for %s, want %d", at, got, body, liar.name, want)
		}
	}
}

func (s *shop) ask(t *testing.T, base string, who caller, method, path string) (status int, body string) {
	t.Helper()
	for range 5 {
		if status, body = s.askOnce(t, base, who, method, path); status != http.StatusTooManyRequests {
			break
		}
		time.Sleep(1100 * time.Millisecond) // all callers here have one address, and some of them send wrong keys
	}
	return status, body
}

func (s *shop) askOnce(t *testing.T, base string, who caller, method, path string) (status int, body string) {
	t.Helper()
	content := io.Reader(http.NoBody)
	if method == http.MethodPatch {
		content = strings.NewReader(`{"status":"processing"}`)
	}
	request, err := http.NewRequest(method, base+path+who.query, content)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range who.header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it is read whole
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// mustPlaceAs places an order and returns its id and its secret.
func (s *shop) mustPlaceAs(t *testing.T, header map[string]string) (id int64, access string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, s.orders.URL+"/api/orders", strings.NewReader(`{"product_id":2,"quantity":1}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := s.ordersClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it is read whole
	var placed struct {
		ID     int64
		Access string
	}
	if err := json.NewDecoder(response.Body).Decode(&placed); err != nil || placed.ID == 0 || len(placed.Access) < 20 {
		t.Fatalf("placing an order: %s, %+v, %v, want an id and a secret", response.Status, placed, err)
	}
	return placed.ID, placed.Access
}
