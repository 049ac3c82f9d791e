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
	// atOnce is how many orders are cancelled at a time.
	atOnce = 4
	// pause is between two tries: the shop limits what one client writes a second.
	pause = time.Second / 2
)

// tidy cancels the orders that are left. One that the shop does not know any more is lost.
func (r *requests) tidy(within time.Duration, out io.Writer, seen *report) error {
	left := r.orders.left()
	if len(left) == 0 {
		return nil
	}
	fmt.Fprintf(out, "cancelling the orders that are left: %d\n", len(left))
	// It goes on though the run was interrupted; who interrupts again ends the process.
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(atOnce)
	shop := client()
	for _, o := range left {
		group.Go(func() error { return r.undo(ctx, shop, o, seen) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("%d orders of customer \"%s\" stay: %w", len(r.orders.left()), r.customer(), err)
	}
	return nil
}

// undo cancels one order.
func (r *requests) undo(ctx context.Context, shop *http.Client, o order, seen *report) error {
	for {
		got, err := send(ctx, shop, cancellation(r.shop, o))
		switch {
		case err == nil && got.code == http.StatusOK:
			r.orders.answered(cancel, &vegeta.Result{Code: http.StatusOK, Body: got.body})
			return nil
		case err == nil && got.code == http.StatusNotFound:
			r.orders.forget(o)
			seen.lose(o)
			return nil
		case err == nil && got.code == http.StatusConflict:
			r.orders.forget(o)
			seen.keep(o, string(got.body))
			return nil
		case err == nil:
			err = fmt.Errorf("status %d: %.200s", got.code, got.body)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("order %d could not be cancelled: %w", o.ID, err)
		case <-time.After(pause):
		}
	}
}
