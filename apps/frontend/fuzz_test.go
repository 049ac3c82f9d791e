package main

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzForms sends anything as a form: the answer is a page, never an error of ours, and nothing is ordered but what a
// form of ours may ask for.
func FuzzForms(f *testing.F) {
	key := strings.Repeat("A", 26)
	for _, seed := range []struct{ path, form string }{
		{"/cart/items/1", "do=add&q=mouse&page=2"},
		{"/cart/items/1", "do=remove"},
		{"/cart/items/9223372036854775807", "do=less"},
		{"/checkout", "key=" + key + "&customer=Ada&item=1x2&item=2x1"},
		{"/checkout", "key=" + key + "&customer=%00&item=1x2"},
		{"/checkout", "key=" + key + "&customer=%ff&item=1x2&item=1x2"},
		{"/checkout", "key=%zz&;=&&&="},
		{"/checkout", "key=" + key + "&customer=Ada&item=-1x-1"},
	} {
		f.Add(seed.path == "/checkout", seed.form)
	}
	s := mustOpen(f)
	visitor := newVisitor(f, s.url)
	f.Fuzz(func(t *testing.T, checkout bool, form string) {
		path := "/cart/items/1"
		if checkout {
			path = "/checkout"
		}
		v := *visitor
		v.t = t
		r := v.request(http.MethodPost, path, form)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if got := v.send(r); got.status >= http.StatusInternalServerError {
			t.Errorf("POST %s with %q is %d", path, form, got.status)
		}
		for _, o := range s.orders.placed() {
			if o.Customer == "" || len(o.Items) == 0 {
				t.Errorf("POST %s with %q ordered %+v", path, form, o)
			}
		}
	})
}
