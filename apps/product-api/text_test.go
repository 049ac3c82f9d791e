package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
)

// TestTextFromOutsideIsNoMistakeOfOurs puts text that databases do not take wherever a client can put text. SQLite takes
// all of it, PostgreSQL does not, so both must be asked.
func TestTextFromOutsideIsNoMistakeOfOurs(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		handler := mustHandlerOn(t, settings)
		for _, text := range []string{
			"\x00", "a\x00b", "\xff", "\xed\xa0\x80", "\xc0\x80", "\x1b[2J", "%", "\\", "'", "\u202e", "\ufeff",
			"9223372036854775808", "-1", strings.Repeat("ä", 64), strings.Repeat("x", 300), "\U0010ffff", "1e3",
		} {
			for _, request := range withText(text) {
				request.Header.Set("X-API-Key", testKey)
				request.Header.Set("Content-Type", "application/json")
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, request)
				if answer.Code >= http.StatusInternalServerError || !json.Valid(answer.Body.Bytes()) {
					t.Errorf("%s %s with %q = %d %s", request.Method, request.URL, text, answer.Code, answer.Body)
				}
			}
		}
	})
}

// withText is a request for each place that takes text.
func withText(text string) (requests []*http.Request) {
	add := func(method, path, body string) http.Header {
		request := httptest.NewRequest(method, path, strings.NewReader(body))
		requests = append(requests, request)
		return request.Header
	}
	const items, change = `{"items":[{"product_id":1,"quantity":1}]}`, `{"change":1}`
	query, segment := url.QueryEscape(text), url.PathEscape(text)
	for _, name := range []string{"q", "limit", "offset", query} {
		add("GET", "/api/products?"+name+"="+query, "")
	}
	for _, name := range []string{"after", "limit", "min_age", "status", query} {
		add("GET", contract.ReservationsPath+"?"+name+"="+query, "")
	}
	add("GET", "/api/products/"+segment, "")
	add("PATCH", "/api/products/"+segment, `{"stock":1}`)
	add("POST", "/api/products/"+segment+"/stock", change)
	add("PUT", contract.ReservationsPath+"/"+segment, items)
	add("PUT", contract.ReservationsPath+"/a?confirm="+query, items)
	add("DELETE", contract.ReservationsPath+"/"+segment, "")
	add("POST", contract.ReservationsPath+"/"+segment+contract.ReservationConfirm, "")
	add("PATCH", "/api/products/1", `{"price":1}`).Set("If-Match", text)
	add("GET", "/api/products/1", "").Set("If-None-Match", text)
	add("POST", "/api/products/1/stock", change).Set("Idempotency-Key", text)
	add("POST", "/api/products", `{"name":"x","price":1}`).Set("Idempotency-Key", text)
	add("PUT", contract.ReservationsPath+"/b", items).Set(contract.ExpectedTotalHeader, text)
	encoded, err := json.Marshal(text)
	if err == nil {
		add("POST", "/api/products", `{"price":1,"name":`+string(encoded)+`}`)
	}
	return requests
}
