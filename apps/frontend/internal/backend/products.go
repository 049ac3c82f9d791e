package backend

import (
	"context"
	"net/http"
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
	// Description is empty where product-api has none.
	Description string `json:"description"`
	// Withdrawn says that the product is out of sale.
	Withdrawn bool `json:"withdrawn"`
}

// Products lists the products whose names contain a text, all where it is empty.
func (c *Client) Products(ctx context.Context, search string, span Span) (Page[Product], error) {
	found, err := c.listProducts(ctx, call{query: span.query()}, search, span)
	if err != nil {
		return Page[Product]{}, err
	}
	for _, p := range found.Items {
		c.seen.Add(p.ID, p)
	}
	return found, nil
}

func (c *Client) listProducts(ctx context.Context, list call, search string, span Span) (Page[Product], error) {
	list.method, list.path, list.within = http.MethodGet, "/api/products", readWithin
	if search != "" {
		list.query.Set("q", search)
	}
	var answer struct {
		Products []Product `json:"products"`
	}
	header, err := c.products.do(ctx, list, &answer)
	if err != nil {
		return Page[Product]{}, err
	}
	return newPage(answer.Products, span, header), nil
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
