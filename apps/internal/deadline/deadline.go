// Package deadline carries the deadline of a request from service to service, so that it shrinks on its way and nobody
// goes on for a caller who has given up. The header can only shorten what a service allows anyway, so it does not
// matter who sends it.
package deadline

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// OrderBudget is how long the frontend waits for an order to be placed. Order-api's own bound is below it, and both are
// below DRAIN_TIMEOUT's default, so that an order under way is answered before its services end.
const OrderBudget = 8 * time.Second

// longest is what a header may ask for; more is as good as no header.
const longest = time.Hour

// Serve ends a request's context when its caller stops waiting.
func Serve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := r.Header.Get(header.RequestTimeout)
		if text == "" {
			next.ServeHTTP(w, r)
			return
		}
		left, err := strconv.ParseInt(text, 10, 64)
		if err != nil || left < 0 {
			rest.Error(w, r, &fault.Error{Kind: fault.Invalid, Message: "Invalid fields", Fields: map[string]string{
				header.RequestTimeout: "must be a whole number of milliseconds",
			}})
			return
		}
		if left > longest.Milliseconds() {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), time.Duration(left)*time.Millisecond)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Set tells a callee how long the context still waits, less what the answer needs to come back. It replaces what the
// header said before: a caller's own deadline is in the context already.
func Set(ctx context.Context, out http.Header) {
	end, ok := ctx.Deadline()
	if !ok {
		out.Del(header.RequestTimeout)
		return
	}
	left := time.Until(end)
	left -= margin(left)
	out.Set(header.RequestTimeout, strconv.FormatInt(max(left.Milliseconds(), 0), 10))
}

// margin is what an answer may need to come back, of the time that is left.
func margin(left time.Duration) time.Duration {
	const part, most = 10, 250 * time.Millisecond
	return min(left/part, most)
}
