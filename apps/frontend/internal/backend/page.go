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
	// Next is what Before is for the page after this one, and Previous what After is for the page before it. They are 0
	// where there is no such page, and in lists that are not paged by id.
	Next, Previous int64
	// Statuses is how many orders stand in each status, nil unless it was asked for and is known.
	Statuses map[string]int
}

// Span is which part of a list is asked for: from an offset on, or, of a list that is paged by id, the items before or
// after the one with an id.
type Span struct {
	Limit, Offset int
	Before, After int64
	// Counts asks for Page.Statuses too.
	Counts bool
}

// keyed says that the part is named by an id.
func (s Span) keyed() bool { return s.Before > 0 || s.After > 0 }

func (s Span) query() url.Values {
	values := url.Values{"limit": {strconv.Itoa(s.Limit)}}
	switch {
	case s.Before > 0:
		values.Set("before", strconv.FormatInt(s.Before, 10))
	case s.After > 0:
		values.Set("after", strconv.FormatInt(s.After, 10))
	default:
		values.Set("offset", strconv.Itoa(s.Offset))
	}
	if s.Counts {
		values.Set("counts", "true")
	}
	return values
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
