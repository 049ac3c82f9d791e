package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const (
	// atOnce is how many orders are cancelled at a time, tries how often each is asked for: the shop limits what one
	// client writes a second, and may be busy still.
	atOnce, tries = 4, 20
)

// tidy cancels the orders that are left. One that the shop does not know any more is lost.
func (r *requests) tidy(out io.Writer, seen *report) error {
	left := r.orders.left()
	if len(left) > 0 {
		fmt.Fprintf(out, "cancelling the %d orders that are left\n", len(left))
	}
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(atOnce)
	shop := client()
	for _, o := range left {
		group.Go(func() error { return r.undo(ctx, shop, o, seen) })
	}
	return group.Wait()
}

// undo cancels one order.
func (r *requests) undo(ctx context.Context, shop *http.Client, o order, seen *report) error {
	var problem error
	for range tries {
		code, body, err := send(ctx, shop, cancellation(r.shop, o))
		switch {
		case err == nil && code == http.StatusOK:
			r.orders.answered(cancel, &vegeta.Result{Code: http.StatusOK, Body: body})
			return nil
		case err == nil && code == http.StatusNotFound:
			seen.lose(o)
			return nil
		case err == nil && code == http.StatusConflict:
			seen.keep(o, string(body))
			return nil
		case err == nil:
			err = fmt.Errorf("status %d: %.200s", code, body)
		}
		problem = err
		time.Sleep(time.Second / 2)
	}
	return fmt.Errorf("order %d stays, it could not be cancelled: %w", o.ID, problem)
}

func send(ctx context.Context, shop *http.Client, target vegeta.Target) (code int, body []byte, err error) {
	request, err := target.Request()
	if err != nil {
		return 0, nil, err
	}
	response, err := shop.Do(request.WithContext(ctx))
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	body, err = io.ReadAll(io.LimitReader(response.Body, 1<<16))
	return response.StatusCode, body, err
}
