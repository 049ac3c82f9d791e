package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// TestReservationRoutes are what order-api relies on, in order.
func TestReservationRoutes(t *testing.T) {
	t.Parallel()
	handler := mustHandler(t)
	const mice = `{"items":[{"product_id":2,"quantity":3}]}`
	const item = `"items":[{"product_id":2,"name":"Mouse","price":29.99,"quantity":3}]`
	for _, test := range []struct {
		method, path, total, body string
		status                    int
		want                      string
	}{
		{"PUT", "/a?confirm=true", "8997", mice, 200, `{"id":"a","status":"confirmed",` + item + `}`},
		{"PUT", "/a?confirm=true", "8997", mice, 200, `{"id":"a","status":"confirmed",` + item + `}`},
		{"PUT", "/b", "", mice, 200, `{"id":"b","status":"held",` + item + `}`},
		{"POST", "/b/confirm", "", "", 200, `{"id":"b","status":"confirmed",` + item + `}`},
		{"PUT", "/c?confirm=true&later=1", "1", mice, 409, `{"error":"Prices have changed","details":{"lines":[` +
			`{"product_id":2,"name":"Mouse","price":29.99,"quantity":3}],"total":89.97}}`},
		{"PUT", "/c?confirm=true", "8997", mice, 409, `{"error":"Prices have changed","details":{"lines":[` +
			`{"name":"Mouse","price":29.99,"product_id":2,"quantity":3}],"total":89.97}}`},
		{"PUT", "/d?confirm=perhaps", "all", mice, 400, `{"error":"Invalid fields","fields":{` +
			`"Expected-Total":"must be a whole number of cents","confirm":"must be one of true false"}}`},
		{"GET", "?limit=1", "", "", 200, `{"reservations":[{"id":"a","status":"confirmed",` + item + `,"at":"`},
		{"GET", "?after=a", "", "", 200, `{"reservations":[{"id":"b","status":"confirmed",` + item + `,"at":"`},
		{"GET", "?after=b", "", "", 200, `{"reservations":[]}`},
		{"GET", "?status=refused&min_age=60", "", "", 200, `{"reservations":[]}`},
		{"GET", "?limit=1001&min_age=-1&status=x&after=%00&y=", "", "", 400, `{"error":"Invalid fields","fields":{` +
			`"after":"must not hold control characters","limit":"must be a whole number from 1 to 1000",` +
			`"min_age":"must be a whole number from 0 to 31536000",` +
			`"status":"must be one of held confirmed released refused expired","y":"is not a known parameter"}}`},
		{"DELETE", "/a", "", "", 200, `{"id":"a","status":"released",` + item + `}`},
		{"DELETE", "/never", "", "", 200, `{"id":"never","status":"released","items":[]}`},
		{"PUT", "/never", "", mice, 409, `{"error":"Reservation was released","details":{"status":"released"}}`},
	} {
		answer := askReservations(handler, test.method, test.path, test.total, test.body)
		if answer.Code != test.status || !strings.HasPrefix(answer.Body.String(), test.want) {
			t.Errorf("%s %s = %d %s, want %d %s", test.method, test.path, answer.Code, answer.Body, test.status, test.want)
		}
	}
	if answer := askReservations(handler, "GET", "?limit=1", "", ""); !strings.HasSuffix(
		strings.TrimSpace(answer.Body.String()), `],"next":"b"}`) {
		t.Errorf("a full page ends in %s, want what comes next", answer.Body)
	}
}

// TestReservationIDsAreText has ids that no database takes as text.
func TestReservationIDsAreText(t *testing.T) {
	t.Parallel()
	handler := mustHandler(t)
	for id, problem := range map[string]string{
		"a\x00b": "must not hold control characters", "\xff": "is not valid UTF-8",
		strings.Repeat("a", 65): "must have at most 64 bytes",
	} {
		for _, call := range [][2]string{{"PUT", ""}, {"POST", contract.ReservationConfirm}, {"DELETE", ""}} {
			answer := askReservations(handler, call[0], "/"+url.PathEscape(id)+call[1], "",
				`{"items":[{"product_id":2,"quantity":3}]}`)
			want := fmt.Sprintf(`{"error":"Invalid fields","fields":{"id":%q}}`, problem)
			if answer.Code != http.StatusBadRequest || strings.TrimSpace(answer.Body.String()) != want {
				t.Errorf("%s %q = %d %s, want 400 %s", call[0], id, answer.Code, answer.Body, want)
			}
		}
	}
}

func askReservations(handler http.Handler, method, path, total, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, contract.ReservationsPath+path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+testKey)
	if total != "" {
		request.Header.Set(contract.ExpectedTotalHeader, total)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}
