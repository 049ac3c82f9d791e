package backend

import (
	"net/http"
	"strings"
)

// class is a kind of request to a backend. Each has places, a circuit breaker and a retry budget of its own, so that
// slow lists, for example, never make orders refused.
type class struct {
	name string
	// part is which part of the connections to a backend this class may take: one in so many.
	part int
	// keyed says that the backend takes a request with an Idempotency-Key only once, so that it may be sent again.
	keyed bool
}

var classes = []class{
	{name: "list", part: 4},
	{name: "find", part: 4},
	{name: "place", part: 2, keyed: true},
	{name: "change", part: 4},
}

// classOf names the class of a request.
func classOf(r *http.Request) string {
	collection, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case reading(r) && rest == "":
		return "list"
	case reading(r):
		return "find"
	case r.Method == http.MethodPost && collection == "orders" && rest == "":
		return "place"
	}
	return "change"
}
