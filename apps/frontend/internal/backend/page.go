package backend

import (
	"net/http"
	"net/url"
	"strconv"
)

// totalCount is the header in which lists tell how much there is on all their pages.
const totalCount = "X-Total-Count"

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	// Total is how many there are on all pages.
	Total int
	// More says whether there are others after these.
	More bool
}

// Span is which part of a list is asked for.
type Span struct{ Limit, Offset int }

func (s Span) query() url.Values {
	return url.Values{"limit": {strconv.Itoa(s.Limit)}, "offset": {strconv.Itoa(s.Offset)}}
}

func newPage[T any](items []T, span Span, header http.Header) Page[T] {
	// Whoever does not say how many there are has told of all of them.
	reached := span.Offset + len(items)
	total, err := strconv.Atoi(header.Get(totalCount))
	if err != nil {
		total = reached
	}
	return Page[T]{Items: items, Total: total, More: len(items) > 0 && reached < total}
}
