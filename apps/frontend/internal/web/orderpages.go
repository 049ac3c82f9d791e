package web

import (
	"net/url"
	"strconv"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// orderPlace is where in a list of orders the visitor is: before or after an order, or on a page by its number, as links
// of releases before this one say.
type orderPlace struct {
	before, after int64
	page          place
}

// readOrderPlace reads a place from a query. What makes no sense there is the beginning.
func readOrderPlace(values url.Values) orderPlace {
	here := orderPlace{before: readID(values.Get("before")), page: place{Page: readPlace(values).Page}}
	if here.before == 0 {
		here.after = readID(values.Get("after"))
	}
	return here
}

func readID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0
	}
	return id
}

func (p orderPlace) span() backend.Span {
	if p.before > 0 || p.after > 0 {
		return backend.Span{Limit: ordersPerPage, Before: p.before, After: p.after}
	}
	return p.page.span(ordersPerPage)
}

// pages leads to the orders before and after those found. It counts pages only where order-api is of a release that does
// not page by id.
func (p orderPlace) pages(path string, found backend.Page[backend.Order]) pagesView {
	if found.Next == 0 && found.Previous == 0 {
		if p.before > 0 || p.after > 0 {
			return newPagesView(path, place{}, found.More)
		}
		return newPagesView(path, p.page, found.More)
	}
	var view pagesView
	if found.Next > 0 {
		view.Next = path + "?before=" + strconv.FormatInt(found.Next, 10)
	}
	if found.Previous > 0 {
		view.Previous = path + "?after=" + strconv.FormatInt(found.Previous, 10)
	}
	return view
}
