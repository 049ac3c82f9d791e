package sqlstore_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

func lists(t *testing.T, s tested) {
	const beyond = 1 << 40 // wants more than 32 bits
	for _, test := range []struct {
		filter       order.Filter
		want         []int64
		total        int
		newer, older bool
	}{
		{filter: order.Filter{Limit: 2}, want: []int64{3, 2}, total: 3, older: true},
		{filter: order.Filter{Limit: 2, Offset: 2}, want: []int64{1}, total: 3, newer: true},
		{filter: order.Filter{Limit: 9, Customer: "Jane Smith"}, want: []int64{2}, total: 1},
		{filter: order.Filter{Limit: 9, Status: order.Delivered}, want: []int64{1}, total: 1},
		{filter: order.Filter{Limit: 9, Status: order.Delivered, Customer: "Jane Smith"}},
		{filter: order.Filter{Limit: 1, Before: 3}, want: []int64{2}, total: 3, newer: true, older: true},
		{filter: order.Filter{Limit: 2, Before: 3}, want: []int64{2, 1}, total: 3, newer: true},
		{filter: order.Filter{Limit: 2, Before: beyond}, want: []int64{3, 2}, total: 3, older: true},
		{filter: order.Filter{Limit: 2, Before: 1}, total: 3},
		{filter: order.Filter{Limit: 1, After: 1}, want: []int64{2}, total: 3, newer: true, older: true},
		{filter: order.Filter{Limit: 2, After: 1}, want: []int64{3, 2}, total: 3, older: true},
		{filter: order.Filter{Limit: 2, After: beyond}, total: 3},
		{filter: order.Filter{Limit: 2, Before: 3, Status: order.Delivered}, want: []int64{1}, total: 1},
	} {
		page, err := s.List(t.Context(), test.filter)
		must(t, err)
		ids := idsOf(page)
		if !slices.Equal(ids, test.want) || page.Total != test.total || page.Newer != test.newer || page.Older != test.older {
			t.Errorf("List(%+v) = %v of %d, newer %t, older %t, want %+v", test.filter, ids, page.Total, page.Newer, page.Older, test)
		}
	}
}

// showsEachOrderOnce turns the pages while orders arrive between any two of them.
func showsEachOrderOnce(t *testing.T, s tested) {
	for range 4 {
		insert(t, s, "", time.Minute)
	}
	page, err := s.List(t.Context(), order.Filter{Limit: 2})
	must(t, err)
	shown := idsOf(page)
	for page.Older {
		insert(t, s, "", time.Minute)
		page, err = s.List(t.Context(), order.Filter{Limit: 2, Before: shown[len(shown)-1]})
		must(t, err)
		shown = append(shown, idsOf(page)...)
	}
	if want := []int64{7, 6, 5, 4, 3, 2, 1}; !slices.Equal(shown, want) {
		t.Errorf("on all pages: %v, want each order that was there at the beginning once: %v", shown, want)
	}
	back, err := s.List(t.Context(), order.Filter{Limit: 2, After: 1})
	if got := idsOf(back); err != nil || !slices.Equal(got, []int64{3, 2}) {
		t.Errorf("back from the last page: %v, %v, want the page before it", got, err)
	}
}

func countsByStatus(t *testing.T, s tested) {
	insert(t, s, "", time.Minute)
	for _, test := range []struct {
		filter order.Filter
		want   map[order.Status]int
	}{
		{order.Filter{Limit: 1}, nil},
		{order.Filter{Limit: 1, Counts: true, Status: order.Shipped}, map[order.Status]int{
			order.Pending: 1, order.Confirmed: 0, order.Processing: 1, order.Shipped: 1, order.Delivered: 1,
			order.Rejected: 0, order.Cancelled: 0,
		}},
		{order.Filter{Limit: 1, Counts: true, Customer: "Jane Smith", Before: 1}, map[order.Status]int{
			order.Pending: 0, order.Confirmed: 0, order.Processing: 1, order.Shipped: 0, order.Delivered: 0,
			order.Rejected: 0, order.Cancelled: 0,
		}},
		{order.Filter{Limit: 1, Counts: true, Owner: "nobody"}, map[order.Status]int{
			order.Pending: 0, order.Confirmed: 0, order.Processing: 0, order.Shipped: 0, order.Delivered: 0,
			order.Rejected: 0, order.Cancelled: 0,
		}},
	} {
		page, err := s.List(t.Context(), test.filter)
		if err != nil || !maps.Equal(page.Counts, test.want) {
			t.Errorf("List(%+v): counts %v, %v, want %v", test.filter, page.Counts, err, test.want)
		}
	}
}

func idsOf(page order.Page) (ids []int64) {
	for _, o := range page.Orders {
		ids = append(ids, o.ID)
	}
	return ids
}
