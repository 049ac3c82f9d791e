package histories_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/model"
	"github.com/techcommerce/platform/apps/internal/money"
)

// patience is how long a client waits for an answer: longer than any of the shop's own deadlines.
const patience = 12 * time.Second

// answer is what a client was told. Status 0: nothing, so that what was asked may have happened or not.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
	// URL is where redirects have led.
	URL *url.URL
}

// ask is one request.
type ask struct {
	method, url string
	header      map[string]string
	body        any
	patience    time.Duration
}

// apis speaks to the APIs over a new connection each time, as clients from everywhere do.
var apis = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// send sends a request. It never fails: no answer is an answer too.
func (a ask) send(ctx context.Context, through *http.Client) answer {
	var body io.Reader
	if a.body != nil {
		encoded, err := json.Marshal(a.body)
		if err != nil {
			panic(err) // bodies are written in this package
		}
		body = bytes.NewReader(encoded)
	}
	if a.patience == 0 {
		a.patience = patience
	}
	ctx, cancel := context.WithTimeout(ctx, a.patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, a.method, a.url, body)
	if err != nil {
		panic(err) // so are URLs
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range a.header {
		request.Header.Set(name, value)
	}
	return do(through, request)
}

func do(through *http.Client, request *http.Request) answer {
	response, err := through.Do(request)
	if err != nil {
		return answer{}
	}
	defer response.Body.Close() //nolint:errcheck // it was read as far as it came
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}
	}
	return answer{Status: response.StatusCode, Header: response.Header, Body: content, URL: response.Request.URL}
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.Status, bytes.TrimSpace(a.Body)) }

// orderSaid is an order as order-api shows it, or why there is none.
type orderSaid struct {
	ID      int64       `json:"id"`
	Status  string      `json:"status"`
	Total   money.Cents `json:"total"`
	Error   string      `json:"error"`
	Details struct {
		Shortages []model.Shortage `json:"shortages"`
		// Order is the id of one of which it is not known what became of it.
		Order int64 `json:"order"`
	} `json:"details"`
}

func (a answer) order() (said orderSaid) {
	_ = json.Unmarshal(a.Body, &said) // what is no order has none of these
	return said
}

// order is one that a customer wants. The customer's name is nobody else's, so that it finds the order in the books.
type order struct {
	customer string
	key      string
	lines    []model.Line
	// shown is the total that the customer agrees to, 0 for whatever it is.
	shown money.Cents
}

func (o order) body() any {
	type item struct {
		ProductID int64 `json:"product_id"`
		Quantity  int64 `json:"quantity"`
	}
	body := struct {
		Customer string       `json:"customer"`
		Items    []item       `json:"items"`
		Expected *money.Cents `json:"expected_total,omitempty"`
	}{Customer: o.customer}
	for _, line := range o.lines {
		body.Items = append(body.Items, item{line.Product, line.Quantity})
	}
	if o.shown != 0 {
		body.Expected = &o.shown
	}
	return body
}

// place places the order at a base URL of order-api or of the frontend.
func (o order) place(ctx context.Context, base string) answer {
	header := map[string]string{}
	if o.key != "" {
		header["Idempotency-Key"] = o.key
	}
	return ask{method: http.MethodPost, url: base + "/api/orders", header: header, body: o.body()}.send(ctx, apis)
}

var asAdmin = map[string]string{"Authorization": "Bearer " + adminKey}

// mustProduct puts a new product on sale and returns its id.
func (s *shop) mustProduct(stock int64, price money.Cents) int64 {
	s.Helper()
	body := map[string]any{"name": "Thing", "price": price, "stock": stock}
	got := ask{method: http.MethodPost, url: s.products[0].URL + "/api/products", header: asAdmin, body: body}.
		send(s.Context(), apis)
	var created struct {
		ID int64 `json:"id"`
	}
	if err := json.Unmarshal(got.Body, &created); err != nil || got.Status != http.StatusCreated {
		s.Fatalf("create a product: %s, %v", got, err)
	}
	return created.ID
}

// setPrice changes a product's price.
func (s *shop) setPrice(product int64, price money.Cents) answer {
	url := fmt.Sprintf("%s/api/products/%d", s.products[0].URL, product)
	return ask{method: http.MethodPatch, url: url, header: asAdmin, body: map[string]any{"price": price}}.
		send(s.Context(), apis)
}
