package main

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"
)

// fillOrders makes it 60 orders, which are three pages, the oldest of which has ten.
func fillOrders(f *fakeOrders) {
	f.list = nil
	for id := int64(60); id > 0; id-- {
		f.list = append(f.list, fakeOrder{
			ID: id, Customer: fmt.Sprintf("Customer %d.", id), Total: "1.00", Status: "shipped", Date: "2026-11-24",
		})
	}
}

var pageLink = map[string]*regexp.Regexp{
	"next": regexp.MustCompile(`rel="next" href="([^"]*)"`),
	"prev": regexp.MustCompile(`rel="prev" href="([^"]*)"`),
}

// mustFollow is the page that a link of a page leads to.
func mustFollow(t *testing.T, v *visitor, page answer, rel string) answer {
	t.Helper()
	found := pageLink[rel].FindStringSubmatch(page.body)
	if found == nil {
		t.Fatalf("the page has no link to the page that is %s", rel)
	}
	next := v.open(found[1])
	if next.status != http.StatusOK {
		t.Fatalf("GET %s: status %d", found[1], next.status)
	}
	return next
}

// Each order is shown once, although others arrive while the pages are turned.
func TestOrdersAreShownOnceWhileOthersArrive(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(fillOrders)
	v := newVisitor(t, s.url)
	first := v.open("/orders")
	mustShow(t, first, "Customer 60.", "Customer 36.")
	mustNotShow(t, first, "Customer 35.", "Previous")
	s.orders.set(func(f *fakeOrders) {
		f.list = append([]fakeOrder{{ID: 61, Customer: "Customer 61.", Total: "1.00", Status: "pending", Date: "2026-11-24"}}, f.list...)
	})
	second := mustFollow(t, v, first, "next")
	mustShow(t, second, "Customer 35.", "Customer 11.")
	mustNotShow(t, second, "Customer 36.", "Customer 10.")
	last := mustFollow(t, v, second, "next")
	mustShow(t, last, "Customer 10.", "Customer 1.")
	mustNotShow(t, last, "Customer 11.", "Next")
	back := mustFollow(t, v, last, "prev")
	mustShow(t, back, "Customer 35.", "Customer 11.")
	begin := mustFollow(t, v, back, "prev")
	mustShow(t, begin, "Customer 60.", "Customer 36.")
	mustShow(t, mustFollow(t, v, begin, "prev"), "Customer 61.", "Customer 37.")
}

func TestPlacesInTheListOfOrders(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(fillOrders)
	v := newVisitor(t, s.url)
	for address, first := range map[string]string{
		"/orders?page=2": "Customer 35.", "/orders?before=36": "Customer 35.",
		"/orders?before=1": "Customer 60.", "/orders?after=60": "Customer 60.", "/orders?after=58": "Customer 60.",
		"/orders?before=x": "Customer 60.", "/orders?before=-1": "Customer 60.",
		"/orders?before=99999999999999999999": "Customer 60.", "/orders?before=36&after=60": "Customer 35.",
	} {
		page := v.open(address)
		if mustShow(t, page, first); first == "Customer 60." {
			mustShow(t, page, "Customer 36.")
		}
	}
}

// TestOrdersOfAnOlderOrderAPI is about the middle of a rollout, when a page may be asked for from another release than
// the link to it came from.
func TestOrdersOfAnOlderOrderAPI(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(func(f *fakeOrders) {
		fillOrders(f)
		f.old = true
	})
	v := newVisitor(t, s.url)
	first := v.open("/orders")
	mustShow(t, first, "Orders 60", "Customer 60.")
	mustNotShow(t, first, "In progress") // nobody knows how many
	second := mustFollow(t, v, first, "next")
	mustShow(t, second, "Customer 35.", "Page 2")
	mustNotShow(t, second, "Customer 36.")
	keyed := v.open("/orders?before=36")
	mustShow(t, keyed, "Customer 60.", "Page 1")
	mustShow(t, mustFollow(t, v, keyed, "next"), "Customer 35.", "Page 2")
}

func TestThePageOfOrdersAsksOnce(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(fillOrders)
	page := newVisitor(t, s.url).open("/orders")
	mustShow(t, page, "Orders 60", "In progress 0", "Shipped 60", "Delivered 0")
	s.orders.set(func(f *fakeOrders) {
		if f.lists != 1 {
			t.Errorf("order-api was asked for %d lists, want one", f.lists)
		}
	})
}
