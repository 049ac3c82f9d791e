// Package rest speaks JSON over HTTP: bodies in and out, faults as statuses, and what every request passes through on
// its way. It knows no domain.
package rest

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/internal/fault"
)

const mediaType = "application/json"

// Write answers with a value as JSON.
func Write(w http.ResponseWriter, r *http.Request, status int, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		Error(w, r, err)
		return
	}
	WriteBytes(w, status, body.Bytes())
}

// WriteBytes answers with JSON that is already encoded.
func WriteBytes(w http.ResponseWriter, status int, body []byte) {
	header := w.Header()
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client left; there is nobody to tell
}

type problem struct {
	Error   string            `json:"error"`
	Fields  map[string]string `json:"fields,omitempty"`
	Details map[string]any    `json:"details,omitempty"`
}

// Error answers with a fault as its kind, message and fields say. Any other error is a 500 with a fixed message; the
// request's log line tells its text.
func Error(w http.ResponseWriter, r *http.Request, err error) {
	known := fault.As(err)
	if known == nil {
		known = fault.New(fault.Internal, "Internal server error")
	}
	Note(r.Context(), err)
	if known.RetryAfter > 0 {
		seconds := int(math.Ceil(known.RetryAfter.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	if known.Kind == fault.Unauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	writeProblem(w, r, Status(known.Kind), problem{Error: known.Message, Fields: known.Fields, Details: known.Details})
}

// Presenter answers a request with a status that says what went wrong, and tells whether it did. If it did not, the
// answer is JSON.
type Presenter func(w http.ResponseWriter, r *http.Request, status int) bool

// Present lets a presenter answer what Error and MethodNotAllowed would answer as JSON, wherever it happens on a
// request's way.
func Present(with Presenter) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recordOf(r.Context()).present = with
			next.ServeHTTP(w, r)
		})
	}
}

// writeProblem is the one way in which a request is told that it failed.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, p problem) {
	w.Header().Set("Cache-Control", "no-store")
	if present := recordOf(r.Context()).present; present != nil && present(w, r, status) {
		return
	}
	Write(w, r, status, p)
}

// Status is the HTTP status of a kind of fault.
func Status(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.TooSlow:
		return http.StatusRequestTimeout
	case fault.Conflict:
		return http.StatusConflict
	case fault.Stale:
		return http.StatusPreconditionFailed
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.UnsupportedMedia:
		return http.StatusUnsupportedMediaType
	case fault.Unprocessable:
		return http.StatusUnprocessableEntity
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// NotFound answers requests for paths that do not exist.
func NotFound(w http.ResponseWriter, r *http.Request) {
	Error(w, r, fault.New(fault.NotFound, "Not found"))
}

// MethodNotAllowed answers requests with a method that their path does not have, and names those that it has.
func MethodNotAllowed(router *mux.Router) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, method := range []string{
			http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		} {
			other := r.Clone(r.Context())
			other.Method = method
			var match mux.RouteMatch
			if router.Match(other, &match) && match.MatchErr == nil {
				w.Header().Add("Allow", method)
			}
		}
		writeProblem(w, r, http.StatusMethodNotAllowed, problem{Error: "Method not allowed"})
	}
}
