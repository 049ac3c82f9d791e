package backend

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// lookups bounds the requests that one cart makes at a time.
const lookups = 8

// Product is a product as product-api tells of it.
type Product struct {
	ID    int64       `json:"id"`
	Name  string      `json:"name"`
	Price money.Cents `json:"price"`
	Stock int64       `json:"stock"`
}

// Query asks for a part of the products.
type Query struct {
	Search        string
	Limit, Offset int
}

// Products lists products. More says whether there are others after them.
func (c *Client) Products(ctx context.Context, q Query) (products []Product, more bool, err error) {
	values := url.Values{"limit": {strconv.Itoa(q.Limit + 1)}, "offset": {strconv.Itoa(q.Offset)}}
	if q.Search != "" {
		values.Set("q", q.Search)
	}
	var answer struct {
		Products []Product `json:"products"`
	}
	list := call{method: http.MethodGet, path: "/api/products?" + values.Encode(), within: readWithin}
	if _, err := c.products.do(ctx, list, &answer); err != nil {
		return nil, false, err
	}
	for _, p := range answer.Products {
		c.seen.Add(p.ID, p)
	}
	if len(answer.Products) > q.Limit {
		return answer.Products[:q.Limit], true, nil
	}
	return answer.Products, false, nil
}

// Product is one product.
func (c *Client) Product(ctx context.Context, id int64) (Product, error) {
	var p Product
	get := call{method: http.MethodGet, path: "/api/products/" + strconv.FormatInt(id, 10), within: readWithin}
	if _, err := c.products.do(ctx, get, &p); err != nil {
		return Product{}, err
	}
	c.seen.Add(p.ID, p)
	return p, nil
}

// Finding is what could be learnt about a product.
type Finding struct {
	Product Product
	// Gone says that there is no such product.
	Gone bool
	// Unsure says that product-api could not be asked. Product is then what it was when last heard of, if ever.
	Unsure bool
}

// Find looks several products up at the same time.
func (c *Client) Find(ctx context.Context, ids []int64) map[int64]Finding {
	var mu sync.Mutex
	found := make(map[int64]Finding, len(ids))
	var group errgroup.Group
	group.SetLimit(lookups)
	for _, id := range ids {
		group.Go(func() error {
			finding := c.find(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			found[id] = finding
			return nil
		})
	}
	// No lookup returns an error: what went wrong is in its finding.
	_ = group.Wait()
	return found
}

func (c *Client) find(ctx context.Context, id int64) Finding {
	product, err := c.Product(ctx, id)
	if err == nil {
		return Finding{Product: product}
	}
	last, _ := c.seen.Get(id)
	if fault.KindOf(err) == fault.NotFound {
		return Finding{Product: last, Gone: true}
	}
	return Finding{Product: last, Unsure: true}
}
