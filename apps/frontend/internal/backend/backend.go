// Package backend is how the frontend speaks to product-api and order-api: calls with deadlines, retries and a circuit
// breaker each. It knows their JSON and nothing of pages. Its errors are faults: fault.Unavailable where a backend
// could not be asked, otherwise what the backend said.
package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/techcommerce/platform/apps/internal/fault"
)

const (
	// readWithin bounds a page's wait for a backend, all attempts together.
	readWithin = 2 * time.Second
	maxAnswer  = 4 << 20
	remembered = 1000
)

// Endpoint is one backend: where it is and how to get there.
type Endpoint struct {
	URL       string
	Transport http.RoundTripper
}

// Client calls both backends.
type Client struct {
	products, orders Endpoint
	// seen is what products were when last heard of, so that a cart can name its content while product-api is away.
	seen *lru.Cache[int64, Product]
}

// NewClient is a client of the two backends.
func NewClient(products, orders Endpoint) (*Client, error) {
	seen, err := lru.New[int64, Product](remembered)
	if err != nil {
		return nil, fmt.Errorf("backend: %w", err)
	}
	return &Client{products: products, orders: orders, seen: seen}, nil
}

// call is one request and what is expected of it.
type call struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any
	within       time.Duration
}

// down is the fault of a call that got no answer, or none that makes sense. It leaves out what was searched for.
func (c call) down(message string, cause error) error {
	return fault.Down(message, fmt.Errorf("%s %s: %w", c.method, c.path, cause))
}

// do sends a call and decodes the answer into result. An answer that is no success is the fault that it tells of. The
// header is the answer's, if there was one.
func (e Endpoint) do(ctx context.Context, c call, result any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	request, err := e.request(ctx, c)
	if err != nil {
		return nil, err
	}
	response, err := e.Transport.RoundTrip(request)
	if err != nil {
		return nil, c.down("The service did not answer", err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read, or its connection is lost
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return response.Header, c.down("The service did not answer", err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return response.Header, c.refused(response.StatusCode, body)
	}
	if err := json.Unmarshal(body, result); err != nil {
		return response.Header, c.down("The service did not make sense", err)
	}
	return response.Header, nil
}

func (e Endpoint) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		data, err := json.Marshal(c.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", c.method, c.path, err)
		}
		body = bytes.NewReader(data)
	}
	target := e.URL + c.path
	if len(c.query) > 0 {
		target += "?" + c.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, c.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", c.method, c.path, err)
	}
	for name, values := range c.header {
		request.Header[name] = values
	}
	if c.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	return request, nil
}

// kinds are the refusals that a page treats each in its way. A status that is not here means that the backend is not
// well, whatever its reason.
var kinds = map[int]fault.Kind{
	http.StatusBadRequest:          fault.Invalid,
	http.StatusUnauthorized:        fault.Unauthorized,
	http.StatusForbidden:           fault.Forbidden,
	http.StatusNotFound:            fault.NotFound,
	http.StatusConflict:            fault.Conflict,
	http.StatusPreconditionFailed:  fault.Stale,
	http.StatusUnprocessableEntity: fault.Unprocessable,
	http.StatusTooManyRequests:     fault.TooMany,
}

func (c call) refused(status int, body []byte) error {
	// A body that is not ours leaves the text empty; the status says enough.
	var told struct {
		Error   string            `json:"error"`
		Fields  map[string]string `json:"fields"`
		Details map[string]any    `json:"details"`
	}
	_ = json.Unmarshal(body, &told)
	kind, known := kinds[status]
	if !known {
		return c.down("The service is not well", fmt.Errorf("status %d: %s", status, told.Error))
	}
	return &fault.Error{Kind: kind, Message: told.Error, Fields: told.Fields, Details: told.Details}
}
