package main

import (
	"context"
	"io"
	"net/http"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// answer is what the shop says to one request.
type answer struct {
	code int
	// kind is the content's type.
	kind string
	body []byte
}

// send asks once, before or after the measurement: nothing of it counts.
func send(ctx context.Context, shop *http.Client, target vegeta.Target) (got answer, err error) {
	request, err := target.Request()
	if err != nil {
		return got, err
	}
	response, err := shop.Do(request.WithContext(ctx))
	if err != nil {
		return got, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	got = answer{code: response.StatusCode, kind: response.Header.Get("Content-Type")}
	got.body, err = io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return got, err
}
