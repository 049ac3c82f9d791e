package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// requests makes what customers send.
type requests struct {
	shop *url.URL
	// run tells the orders of this run from those of any other.
	run    string
	count  atomic.Int64
	random func(n int) int
	// products are the ids that were in the list when the run began, words what their names begin with.
	products []int64
	words    []string
	orders   *orders
}

// next fills in one request. Whoever has no order yet to look at or to cancel looks at a product.
func (r *requests) next(target *vegeta.Target) error {
	what := pick(r.random(100))
	if what == place && r.orders.many() {
		what = cancel
	}
	*target = r.request(what)
	return nil
}

func (r *requests) request(what kind) vegeta.Target {
	switch what {
	case page:
		return get(r.shop, "/")
	case list:
		return get(r.shop, "/api/products?limit=20")
	case search:
		return get(r.shop, "/api/products?q="+url.QueryEscape(r.words[r.random(len(r.words))]))
	case place:
		return r.place()
	case look:
		if o, ok := r.orders.any(r.random); ok {
			target := get(r.shop, o.path())
			target.Header = http.Header{"Order-Access": {o.Access}}
			return target
		}
	case cancel:
		if o, ok := r.orders.takeConfirmed(); ok {
			return cancellation(r.shop, o)
		}
	case product:
	}
	return get(r.shop, fmt.Sprintf("/api/products/%d", r.products[r.random(len(r.products))]))
}

func get(shop *url.URL, path string) vegeta.Target {
	return vegeta.Target{Method: http.MethodGet, URL: shop.String() + path}
}

// place orders one piece. The key is new each time, so nothing is bought twice however often the network repeats it.
func (r *requests) place() vegeta.Target {
	number := r.count.Add(1)
	body, _ := json.Marshal(map[string]any{ // of numbers and texts
		"customer": r.customer(),
		"items":    []map[string]any{{"product_id": r.products[r.random(len(r.products))], "quantity": 1}},
	})
	return vegeta.Target{
		Method: http.MethodPost, URL: r.shop.String() + "/api/orders", Body: body,
		Header: http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {fmt.Sprintf("load-%s-%d", r.run, number)}},
	}
}

// customer is whose the orders of this run are.
func (r *requests) customer() string { return "Load " + r.run }

// cancellation may be sent again: an order that is cancelled stays so.
func cancellation(shop *url.URL, o order) vegeta.Target {
	return vegeta.Target{
		Method: http.MethodPost, URL: shop.String() + o.path() + "/cancel", Header: http.Header{"Order-Access": {o.Access}},
	}
}

// kindOf tells from a request what it was, as the library keeps no more of it.
func kindOf(method, address string) kind {
	u, err := url.Parse(address)
	if err != nil {
		return page
	}
	switch {
	case strings.HasSuffix(u.Path, "/cancel"):
		return cancel
	case method == http.MethodPost:
		return place
	case strings.HasPrefix(u.Path, "/api/orders/"):
		return look
	case strings.HasPrefix(u.Path, "/api/products/"):
		return product
	case u.Query().Has("q"):
		return search
	case u.Path == "/api/products":
		return list
	default:
		return page
	}
}
