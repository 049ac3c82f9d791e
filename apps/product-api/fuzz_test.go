package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// FuzzBodies feeds anything to the routes that take a body: never a 500, always JSON, nothing stored that breaks a
// rule.
func FuzzBodies(f *testing.F) {
	handler := mustHandler(f)
	for _, body := range []string{
		`{"name":"a","price":1}`, `{"name":"","price":"free","stock":-5}`, `{"items":[{"product_id":1,"quantity":1}]}`,
		`{"items":[{"product_id":"1","quantity":1e9},null]}`, `{"name":null}`, `"name price"`, "{\"name\":\"\xff\"}",
		strings.Repeat("[", 1000), `{"price":0.001,"name":"\u0000"}`, `{"stock":99999999999999999999}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, request := range []*http.Request{
			httptest.NewRequest(http.MethodPost, "/api/products", bytes.NewReader(body)),
			httptest.NewRequest(http.MethodPatch, "/api/products/2", bytes.NewReader(body)),
			httptest.NewRequest(http.MethodPut, contract.ReservationsPath+"/a", bytes.NewReader(body)),
		} {
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("X-API-Key", testKey)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code >= http.StatusInternalServerError || !json.Valid(answer.Body.Bytes()) {
				t.Errorf("%s %s with %q = %d %s", request.Method, request.URL, body, answer.Code, answer.Body)
			}
		}
	})
}
