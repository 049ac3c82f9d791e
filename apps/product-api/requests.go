package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/product-api/product"
)

const (
	idempotencyKey = "Idempotency-Key"
	longestKey     = 255
)

func readProduct(r *http.Request) (product.Product, product.Once, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return product.Product{}, product.Once{}, err
	}
	wanted := product.Product{
		Name:  object.Text("name", product.MaxName),
		Price: object.Cents("price", product.MinPrice, product.MaxPrice),
	}
	if object.Has("stock") {
		wanted.Stock = object.Int("stock", 0, product.MaxStock)
	}
	object.Refuse("id", "is given by the server")
	return wanted, readOnce(r, object, fmt.Sprintf("%q %d %d", wanted.Name, wanted.Price, wanted.Stock)), object.Err()
}

func readStockChange(r *http.Request) (int64, product.Once, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return 0, product.Once{}, err
	}
	change := object.Int("change", -product.MaxStock, product.MaxStock)
	return change, readOnce(r, object, fmt.Sprint(change)), object.Err()
}

// mayReadAll tells whether a request asks for what is out of sale, too, and as its owner knows it. That is for the owner.
func (a *api) mayReadAll(r *http.Request) (all bool, err error) {
	if r.URL.RawQuery == "" {
		return false, nil
	}
	query := rest.ReadQuery(r)
	if all = query.Bool("withdrawn"); all {
		return true, a.operators.Check(r)
	}
	return false, nil
}

// readOnce reads the key under which the request is to be done once. What is asked for tells a repetition from another
// request under the same key.
func readOnce(r *http.Request, object rest.Object, asked string) product.Once {
	key := r.Header.Get(idempotencyKey)
	if key == "" {
		return product.Once{}
	}
	if len(key) > longestKey || strings.ContainsFunc(key, func(c rune) bool { return c < '!' || c > '~' }) {
		object.Fields().Add(idempotencyKey, fmt.Sprintf("must have 1 to %d visible ASCII characters", longestKey))
	}
	sum := sha256.Sum256([]byte(asked))
	return product.Once{Key: key, Fingerprint: hex.EncodeToString(sum[:])}
}

// readChange reads what to change. With If-Match, the change is for what the client has seen only.
func readChange(r *http.Request) (product.Change, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return product.Change{}, err
	}
	var change product.Change
	if object.Has("name") {
		name := object.Text("name", product.MaxName)
		change.Name = &name
	}
	if object.Has("price") {
		price := object.Cents("price", product.MinPrice, product.MaxPrice)
		change.Price = &price
	}
	if object.Has("stock") {
		stock := object.Int("stock", 0, product.MaxStock)
		change.Stock = &stock
	}
	if object.Has("withdrawn") {
		withdrawn := object.Bool("withdrawn")
		change.Withdrawn = &withdrawn
	}
	object.Refuse("id", "cannot be changed")
	if wanted := r.Header.Get("If-Match"); wanted != "" {
		change.Allow = seen(wanted, change.Stock != nil)
	}
	return change, object.Err()
}

// seen refuses a change to a product that the client has not seen as it is. Orders change the stock all the time, so it
// must be the same only for who overwrites it.
func seen(tags string, stock bool) func(product.Product) error {
	return func(p product.Product) error {
		if rest.Matches(tags, p.Tag()) {
			return nil
		}
		for tag := range strings.SplitSeq(tags, ",") {
			if !stock && !p.Edited(strings.TrimPrefix(strings.TrimSpace(tag), "W/")) {
				return nil
			}
		}
		return fault.New(fault.Stale, "The product has changed since")
	}
}
