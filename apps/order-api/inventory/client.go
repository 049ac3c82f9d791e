// Package inventory speaks to product-api about stock. It is an order.Inventory.
package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/dial"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// Client calls product-api.
type Client struct {
	base string
	// keys are tried one after the other; working is the number of the one that was last accepted.
	keys    []string
	working atomic.Int64
	http    *http.Client
	breaker *gobreaker.CircuitBreaker[[]byte]
}

var _ order.Inventory = (*Client)(nil)

// Limits of a call, and of what an answer may hold. All attempts together end before order-api stops processing the
// order that they are for.
const (
	within      = 6 * time.Second
	timeout     = 3 * time.Second // of one attempt
	answerLimit = 1 << 20
	attempts    = 3
	longestWait = 200 * time.Millisecond
)

// errKey is the refusal of a key.
var errKey = errors.New("product-api does not know this key: does " + contract.EnvReservationKey + " hold the same there?")

// confirmed is the status of a reservation that lasts.
const confirmed = "confirmed"

// New calls the service at a base URL with the first key of its reservation routes, and with the others where it does not
// know that one yet, or any more. wrap adds what every call carries.
func New(base string, keys []string, wrap func(http.RoundTripper) http.RoundTripper, log *slog.Logger) *Client {
	transport := &http.Transport{
		DialContext:           dial.Context,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       30 * time.Second, // shorter than the server's, so that it never closes first
		ResponseHeaderTimeout: timeout,
	}
	return &Client{base: base, keys: keys, breaker: newBreaker(log), http: &http.Client{
		Transport: wrap(transport), Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type item struct {
	ProductID int64 `json:"product_id"`
	Quantity  int64 `json:"quantity"`
}

// Reserve implements order.Inventory. It asks for a confirmed reservation; a product-api of a release that knows none
// ignores that and answers that it holds one.
func (c *Client) Reserve(ctx context.Context, reservation string, items []order.Item, expected *money.Cents) (
	order.Reservation, error,
) {
	var wanted struct {
		Items []item `json:"items"`
	}
	for _, i := range items {
		wanted.Items = append(wanted.Items, item{ProductID: i.ProductID, Quantity: i.Quantity})
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return order.Reservation{}, err
	}
	put := call{
		method: http.MethodPut, path: "/" + reservation + "?" + contract.ReservationConfirmQuery + "=true", body: body,
	}
	if expected != nil {
		put.expected = strconv.FormatInt(int64(*expected), 10)
	}
	var reserved struct {
		Status string       `json:"status"`
		Items  []order.Item `json:"items"`
	}
	if err := c.do(ctx, put, &reserved); err != nil {
		return order.Reservation{}, err
	}
	if len(reserved.Items) != len(items) {
		return order.Reservation{}, fmt.Errorf("product-api reserved %d items of %d", len(reserved.Items), len(items))
	}
	return order.Reservation{Items: reserved.Items, Confirmed: reserved.Status == confirmed}, nil
}

// Confirm implements order.Inventory.
func (c *Client) Confirm(ctx context.Context, reservation string) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/" + reservation + contract.ReservationConfirm}, nil)
}

// Release implements order.Inventory.
func (c *Client) Release(ctx context.Context, reservation string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/" + reservation}, nil)
}

// call is one request: its path after that of all reservations.
type call struct {
	method, path string
	body         []byte
	expected     string
}

// do repeats a request that did not come through. All of them may be repeated.
func (c *Client) do(ctx context.Context, request call, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for attempt := 1; ; attempt++ {
		content, err := c.breaker.Execute(func() ([]byte, error) { return c.once(ctx, request) })
		if err == nil && answer != nil {
			err = decode(content, answer)
		}
		if refusedAtOnce(err) {
			return down(err)
		}
		if fault.KindOf(err) != fault.Unavailable || attempt == attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(longestWait)):
		}
	}
}

// once asks with each key until one is accepted. While keys are replaced, some replicas of product-api know one that others
// do not.
func (c *Client) once(ctx context.Context, call call) (content []byte, err error) {
	first := c.working.Load()
	for i := range c.keys {
		number := (first + int64(i)) % int64(len(c.keys))
		content, err = c.ask(ctx, call, c.keys[number])
		if !errors.Is(err, errKey) {
			c.working.Store(number)
			return content, err
		}
	}
	return nil, err
}

func (c *Client) ask(ctx context.Context, call call, key string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, call.method, c.base+contract.ReservationsPath+call.path,
		bytes.NewReader(call.body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	if call.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if call.expected != "" {
		request.Header.Set(contract.ExpectedTotalHeader, call.expected)
	}
	begun := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return nil, down(silence{err, time.Since(begun)})
	}
	defer response.Body.Close() //nolint:errcheck // it was read as far as it matters
	content, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return nil, down(silence{err, time.Since(begun)})
	}
	if response.StatusCode == http.StatusUnauthorized {
		return nil, down(errKey)
	}
	if response.StatusCode != http.StatusOK {
		return nil, refusal(response.StatusCode, content)
	}
	return content, nil
}

func decode(content []byte, answer any) error {
	if err := json.Unmarshal(content, answer); err != nil {
		return down(err)
	}
	return nil
}

func down(cause error) error { return fault.Down("Products cannot be reached now", cause) }
