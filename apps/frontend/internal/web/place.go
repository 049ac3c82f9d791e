package web

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// searchMax is the longest text that is searched for, in characters. Product-api takes 200 bytes, and a character has
// up to four.
const searchMax = 50

// lastPage is the highest page number that is taken seriously.
const lastPage = 10_000

// place is where in the shop the visitor is: forms carry it along, so that a change leads back to it.
type place struct {
	Search string
	// Page counts from 1; 0 is the first page too, unsaid.
	Page int
}

// readPlace reads a place from a query or a form. What makes no sense there is the beginning.
func readPlace(values url.Values) place {
	search := strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(values.Get("q"), "")))
	if utf8.RuneCountInString(search) > searchMax {
		search = strings.TrimSpace(string([]rune(search)[:searchMax]))
	}
	page, err := strconv.Atoi(values.Get("page"))
	if err != nil || page < 2 || page > lastPage {
		page = 0
	}
	return place{Search: search, Page: page}
}

// printable leaves control characters out.
func printable(c rune) rune {
	if unicode.IsControl(c) {
		return -1
	}
	return c
}

// number is the page's number as people count.
func (p place) number() int { return max(p.Page, 1) }

// span is the part of a list that is on this page.
func (p place) span(perPage int) backend.Span {
	return backend.Span{Limit: perPage, Offset: (p.number() - 1) * perPage}
}

// on is the same place on another page.
func (p place) on(page int) place {
	if page < 2 {
		page = 0
	}
	return place{Search: p.Search, Page: page}
}

// url is the place under a path.
func (p place) url(path string) string {
	values := url.Values{}
	if p.Search != "" {
		values.Set("q", p.Search)
	}
	if p.Page > 1 {
		values.Set("page", strconv.Itoa(p.Page))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// pagesView leads to the pages before and after; an empty URL leads nowhere. Number is 0 where pages are not counted.
type pagesView struct {
	Number         int
	Previous, Next string
}

func newPagesView(path string, here place, more bool) pagesView {
	view := pagesView{Number: here.number()}
	if view.Number > 1 {
		view.Previous = here.on(view.Number - 1).url(path)
	}
	if more && view.Number < lastPage {
		view.Next = here.on(view.Number + 1).url(path)
	}
	return view
}
