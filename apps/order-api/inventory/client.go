// Package inventory speaks to product-api about stock. It is an order.Inventory.
package inventory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/dial"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// Client calls product-api.
type Client struct {
	base string
	key  string
	http *http.Client
}

var _ order.Inventory = (*Client)(nil)

// Limits of a call, and of what an answer may hold. All attempts together end before the frontend stops waiting for the
// order that they are for.
const (
	within      = 6 * time.Second
	timeout     = 3 * time.Second // of one attempt
	answerLimit = 1 << 20
	attempts    = 3
	longestWait = 200 * time.Millisecond
)

// New calls the service at a base URL with the key of its reservation routes. wrap adds what every call carries.
func New(base, key string, wrap func(http.RoundTripper) http.RoundTripper) *Client {
	transport := &http.Transport{
		DialContext:           dial.Context,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       30 * time.Second, // shorter than the server's, so that it never closes first
		ResponseHeaderTimeout: timeout,
	}
	return &Client{base: base, key: key, http: &http.Client{
		Transport: wrap(transport), Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type item struct {
	ProductID int64 `json:"product_id"`
	Quantity  int64 `json:"quantity"`
}

// Reserve implements order.Inventory.
func (c *Client) Reserve(ctx context.Context, reservation string, items []order.Item) ([]order.Item, error) {
	var wanted struct {
		Items []item `json:"items"`
	}
	for _, i := range items {
		wanted.Items = append(wanted.Items, item{ProductID: i.ProductID, Quantity: i.Quantity})
	}
	var reserved struct {
		Items []order.Item `json:"items"`
	}
	err := c.call(ctx, http.MethodPut, reservation, wanted, &reserved)
	if err == nil && len(reserved.Items) != len(items) {
		return nil, fmt.Errorf("product-api reserved %d items of %d", len(reserved.Items), len(items))
	}
	return reserved.Items, err
}

// Confirm implements order.Inventory.
func (c *Client) Confirm(ctx context.Context, reservation string) error {
	return c.call(ctx, http.MethodPost, reservation+contract.ReservationConfirm, nil, nil)
}

// Release implements order.Inventory.
func (c *Client) Release(ctx context.Context, reservation string) error {
	return c.call(ctx, http.MethodDelete, reservation, nil, nil)
}

// call repeats a request that did not come through. All of them may be repeated.
func (c *Client) call(ctx context.Context, method, path string, body, answer any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for attempt := 1; ; attempt++ {
		err = c.once(ctx, method, path, encoded, answer)
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

func (c *Client) once(ctx context.Context, method, path string, body []byte, answer any) error {
	request, err := http.NewRequestWithContext(ctx, method, c.base+contract.ReservationsPath+"/"+path,
		bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return down(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read as far as it matters
	content, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return down(err)
	}
	if response.StatusCode != http.StatusOK {
		return refusal(response.StatusCode, content)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(content, answer); err != nil {
		return down(err)
	}
	return nil
}

// refusal is what product-api says, as the fault that it is for who ordered. Anything but a word on the order itself
// is an outage: it may pass, and the order with it.
func refusal(status int, content []byte) error {
	var said struct {
		Error   string            `json:"error"`
		Fields  map[string]string `json:"fields"`
		Details map[string]any    `json:"details"`
	}
	if err := json.Unmarshal(content, &said); err != nil || said.Error == "" {
		return down(fmt.Errorf("status %d without a reason", status))
	}
	refused := &fault.Error{Message: said.Error, Fields: said.Fields, Details: said.Details}
	switch status {
	case http.StatusConflict:
		refused.Kind = fault.Conflict
	case http.StatusUnprocessableEntity:
		refused.Kind = fault.Unprocessable
	case http.StatusBadRequest:
		refused.Kind = fault.Invalid
	default:
		return down(fmt.Errorf("status %d: %w", status, errors.New(said.Error)))
	}
	return refused
}

func down(cause error) error { return fault.Down("Products cannot be reached now", cause) }
