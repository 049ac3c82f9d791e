package service

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/techcommerce/platform/apps/internal/health"
)

type endOfLife struct{}

// limitAge notes on each new connection when it has reached its age, between two and four thirds of the given one, so
// that those which were opened together do not end together.
func limitAge(age time.Duration) func(context.Context, net.Conn) context.Context {
	return func(ctx context.Context, _ net.Conn) context.Context {
		end := time.Now().Add(age*2/3 + rand.N(age*2/3+1))
		return context.WithValue(ctx, endOfLife{}, end)
	}
}

// endPolitely asks the client to use another connection for its next request, when this one is of age or the service
// drains. A client that is asked loses no request; one whose idle connection is closed may just be sending one.
func endPolitely(checks *health.Checks, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &polite{ResponseWriter: w, ends: func() bool {
			end, ok := r.Context().Value(endOfLife{}).(time.Time)
			return checks.Draining() || ok && time.Now().After(end)
		}}
		next.ServeHTTP(answer, r)
		answer.begin() // an answer without a word is one too
	})
}

// polite decides as late as it can, when the answer begins: the service may have begun to drain since the request came.
type polite struct {
	http.ResponseWriter
	ends  func() bool
	begun bool
}

func (w *polite) WriteHeader(status int) {
	w.begin()
	w.ResponseWriter.WriteHeader(status)
}

func (w *polite) Write(data []byte) (int, error) {
	w.begin()
	return w.ResponseWriter.Write(data)
}

func (w *polite) begin() {
	if !w.begun && w.ends() {
		w.Header().Set("Connection", "close")
	}
	w.begun = true
}

// Unwrap lets http.ResponseController reach what lies beneath.
func (w *polite) Unwrap() http.ResponseWriter { return w.ResponseWriter }
