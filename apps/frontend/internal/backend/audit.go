package backend

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Deed is what an owner did, as one of the services recorded it.
type Deed struct {
	ID int64  `json:"id"`
	At string `json:"at"`
	// Key is the fingerprint of the key that was used.
	Key     string `json:"key"`
	Action  string `json:"action"`
	Subject string `json:"subject"`
	Detail  string `json:"detail"`
}

// Deeds is a page of the audit log. Next is what before is for the page of older ones, 0 where there are none.
type Deeds struct {
	Entries []Deed `json:"entries"`
	Next    int64  `json:"next"`
}

// OrderDeeds and ProductDeeds list what owners did, the newest first. A service of a release that records nothing has none.
func (a Admin) OrderDeeds(ctx context.Context, before int64, limit int) (Deeds, error) {
	return a.deeds(ctx, a.client.orders, "/api/orders/audit", before, limit)
}

// ProductDeeds is OrderDeeds of product-api.
func (a Admin) ProductDeeds(ctx context.Context, before int64, limit int) (Deeds, error) {
	return a.deeds(ctx, a.client.products, "/api/products/audit", before, limit)
}

func (a Admin) deeds(ctx context.Context, from Endpoint, path string, before int64, limit int) (Deeds, error) {
	list := call{
		method: http.MethodGet, path: path, query: url.Values{"limit": {strconv.Itoa(limit)}}, header: a.header(), within: readWithin,
	}
	if before > 0 {
		list.query.Set("before", strconv.FormatInt(before, 10))
	}
	var page Deeds
	_, err := from.do(ctx, list, &page)
	if fault.KindOf(err) == fault.NotFound {
		return Deeds{}, nil
	}
	return page, err
}
