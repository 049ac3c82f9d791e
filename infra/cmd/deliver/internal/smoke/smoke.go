// Package smoke tries a shop that was just deployed: it answers, it lists what it sells, and it takes an order.
package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// check is one request and what its answer must be.
type check struct {
	method, path, body string
	want               int
}

// checks change nothing: the order asks for a product that there is not, so everything from the frontend over order-api
// to product-api's store has answered, and nothing was sold.
var checks = []check{
	{http.MethodGet, "/health", "", http.StatusOK},
	{http.MethodGet, "/", "", http.StatusOK},
	{http.MethodGet, "/api/products", "", http.StatusOK},
	{http.MethodGet, "/api/orders", "", http.StatusOK},
	{http.MethodPost, "/api/orders", `{"customer":"smoke test","items":[{"product_id":999999999,"quantity":1}]}`,
		http.StatusUnprocessableEntity},
}

// errBroken is the shop's own failure. Proxies in front of a shop that cannot be reached yet answer 404, 502 or 503.
var errBroken = errors.New("the shop itself fails")

// Test runs the checks until all pass in one go, or the limit is over. A shop that fails by itself is given up after a
// sixth of it: its customers wait for the release before.
func Test(ctx context.Context, url string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var failure error
	working := time.Now() // when it was last seen to do anything but fail by itself
	for {
		err := once(ctx, strings.TrimSuffix(url, "/"))
		if err == nil {
			return nil
		}
		if failure == nil || ctx.Err() == nil { // the request that the limit cut off says nothing of the shop
			failure = err
		}
		if !errors.Is(failure, errBroken) {
			working = time.Now()
		}
		if time.Since(working) > limit/6 {
			cancel()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("smoke test of %s: %w", url, failure)
		case <-time.After(time.Second):
		}
	}
}

func once(ctx context.Context, url string) error {
	client := http.Client{Timeout: 10 * time.Second}
	for _, c := range checks {
		request, err := http.NewRequestWithContext(ctx, c.method, url+c.path, bytes.NewReader([]byte(c.body)))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
		_ = response.Body.Close() // it was read
		if err != nil || response.StatusCode != c.want {
			err := fmt.Errorf("%s %s: %s, want %d: %.200s", c.method, c.path, response.Status, c.want, text)
			if response.StatusCode == http.StatusInternalServerError {
				err = fmt.Errorf("%w: %w", errBroken, err)
			}
			return err
		}
		if strings.HasPrefix(c.path, "/api") && !json.Valid(text) {
			return fmt.Errorf("%s %s: want JSON, got %.200s", c.method, c.path, text)
		}
	}
	return nil
}
