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
	"slices"
	"strings"
	"time"
)

// Shop is where a shop is tried.
type Shop struct {
	// Name is what people call the place.
	Name string
	// Open returns the address; it is asked anew for each try.
	Open func(ctx context.Context) (address string, stop func(), err error)
	// User and Password open what stands guard before the shop; empty where nothing does.
	User, Password string
	// Progress is told why the shop is still waited for, each time that it is another reason; nil tells nobody.
	Progress func(string)
}

// At is a shop at an address.
func At(address string) Shop {
	return Shop{Name: address, Open: func(context.Context) (string, func(), error) {
		return strings.TrimSuffix(address, "/"), func() {}, nil
	}}
}

// check is one request and what its answer may be.
type check struct {
	method, path, body string
	want               []int
}

// checks change nothing: the order asks for a product that there is not, so everything from the frontend over order-api
// to product-api's store has answered, and nothing was sold. The list of all orders is for those alone who hold the key.
var checks = []check{
	{http.MethodGet, "/health", "", []int{http.StatusOK}},
	{http.MethodGet, "/", "", []int{http.StatusOK}},
	{http.MethodGet, "/api/products", "", []int{http.StatusOK}},
	{http.MethodGet, "/api/orders", "", []int{http.StatusOK, http.StatusUnauthorized}},
	{http.MethodPost, "/api/orders", `{"customer":"smoke test","items":[{"product_id":999999999,"quantity":1}]}`,
		[]int{http.StatusUnprocessableEntity}},
}

// errBroken is the shop's own failure. Proxies in front of a shop that cannot be reached yet answer 404, 502 or 503.
var errBroken = errors.New("the shop itself fails")

// Test runs the checks until all pass in one go, or the limit is over. A shop that fails by itself is given up after a
// sixth of it: its customers wait for the release before.
func Test(ctx context.Context, shop Shop, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var failure error
	working := time.Now() // when it was last seen to do anything but fail by itself
	for {
		err := shop.once(ctx)
		if err == nil {
			return nil
		}
		if failure == nil || ctx.Err() == nil { // the request that the limit cut off says nothing of the shop
			shop.tell(failure, err)
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
			return fmt.Errorf("smoke test of %s: %w", shop.Name, failure)
		case <-time.After(time.Second):
		}
	}
}

func (s Shop) tell(before, now error) {
	if s.Progress != nil && (before == nil || before.Error() != now.Error()) {
		s.Progress(fmt.Sprintf("not yet: %v", now))
	}
}

func (s Shop) once(ctx context.Context) error {
	address, stop, err := s.Open(ctx)
	if err != nil {
		return err
	}
	defer stop()
	client := http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for _, c := range checks {
		if err := s.ask(ctx, client, address, c); err != nil {
			return err
		}
	}
	return nil
}

func (s Shop) ask(ctx context.Context, client http.Client, address string, c check) error {
	request, err := http.NewRequestWithContext(ctx, c.method, address+c.path, bytes.NewReader([]byte(c.body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.User != "" {
		request.SetBasicAuth(s.User, s.Password)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	_ = response.Body.Close() // it was read
	if err != nil || !slices.Contains(c.want, response.StatusCode) {
		err := fmt.Errorf("%s %s: %s, want %d: %.200s", c.method, c.path, response.Status, c.want[0], text)
		if response.StatusCode == http.StatusInternalServerError {
			err = fmt.Errorf("%w: %w", errBroken, err)
		}
		return err
	}
	if strings.HasPrefix(c.path, "/api") && !json.Valid(text) {
		return fmt.Errorf("%s %s: want JSON, got %.200s", c.method, c.path, text)
	}
	return nil
}
