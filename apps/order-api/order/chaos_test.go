package order_test

import (
	"context"
	"errors"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// maxDepth is how deep one thing may happen while another stalls.
const maxDepth = 2

var errCrash = errors.New("crash")

// process is what may crash at each step. Once it has, nothing that it still tries has an effect.
type process struct {
	*world
	depth   int
	crashed bool
	// leave is what the caller does who is tired of waiting.
	leave context.CancelFunc
}

// step does one thing of a process: it may fail before, or after it has worked; or the process stalls meanwhile, or
// ends for good.
func (p *process) step(do func() error) error {
	if p.crashed {
		return fault.Down("crashed", errCrash)
	}
	if p.leave != nil && p.rand.IntN(20) == 0 {
		p.leave()
	}
	if p.chaos > 0 && p.depth < maxDepth && p.rand.IntN(12) == 0 {
		p.happen(p.depth + 1)
	}
	if p.rand.IntN(100) >= p.chaos {
		return do()
	}
	before := p.rand.IntN(2) == 0
	p.crashed = p.rand.IntN(2) == 0
	if !before {
		if err := do(); err != nil {
			return err
		}
	}
	return fault.Down("failed", errCrash)
}

type faultyStore struct {
	order.Store
	p *process
}

func (s faultyStore) Insert(ctx context.Context, o order.Order, lease time.Duration) (
	kept order.Order, created bool, err error,
) {
	err = s.p.step(func() error { kept, created, err = s.Store.Insert(ctx, o, lease); return err })
	return kept, created, err
}

func (s faultyStore) Find(ctx context.Context, id int64) (o order.Order, err error) {
	err = s.p.step(func() error { o, err = s.Store.Find(ctx, id); return err })
	return o, err
}

func (s faultyStore) Move(ctx context.Context, id int64, step order.Transition) (
	o order.Order, moved bool, err error,
) {
	err = s.p.step(func() error { o, moved, err = s.Store.Move(ctx, id, step); return err })
	return o, moved && err == nil, err
}

func (s faultyStore) Take(ctx context.Context, id int64, lease time.Duration) (
	o order.Order, taken bool, err error,
) {
	err = s.p.step(func() error { o, taken, err = s.Store.Take(ctx, id, lease); return err })
	return o, taken && err == nil, err
}

func (s faultyStore) Claim(ctx context.Context, lease time.Duration, most int) (claimed []order.Claimed, err error) {
	err = s.p.step(func() error { claimed, err = s.Store.Claim(ctx, lease, most); return err })
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

func (s faultyStore) Postpone(ctx context.Context, o order.Order, pause time.Duration) (found order.Order, err error) {
	err = s.p.step(func() error { found, err = s.Store.Postpone(ctx, o, pause); return err })
	return found, err
}

func (s faultyStore) Released(ctx context.Context, id int64) error {
	return s.p.step(func() error { return s.Store.Released(ctx, id) })
}

type faultyInventory struct {
	order.Inventory
	p *process
}

func (i faultyInventory) Reserve(ctx context.Context, id string, items []order.Item, expected *money.Cents) (
	r order.Reservation, err error,
) {
	err = i.p.step(func() error { r, err = i.Inventory.Reserve(ctx, id, items, expected); return err })
	return r, err
}

func (i faultyInventory) Confirm(ctx context.Context, id string) error {
	return i.p.step(func() error { return i.Inventory.Confirm(ctx, id) })
}

func (i faultyInventory) Release(ctx context.Context, id string) error {
	return i.p.step(func() error { return i.Inventory.Release(ctx, id) })
}

// inventory is product-api's own store without the wire between. An older one holds what it is to confirm, and knows
// nothing of expected totals.
type inventory struct{ w *world }

func (i inventory) Reserve(ctx context.Context, id string, items []order.Item, expected *money.Cents) (
	order.Reservation, error,
) {
	wanted := product.Wanted{ID: id, Confirm: true, Total: expected}
	if i.w.older {
		wanted.Confirm, wanted.Total = false, nil
		wanted.Lifetime = []time.Duration{0, time.Hour}[i.w.rand.IntN(2)]
	}
	for _, item := range items {
		wanted.Lines = append(wanted.Lines, product.Line{ProductID: item.ProductID, Quantity: item.Quantity})
	}
	r, err := i.w.stock.Reserve(ctx, wanted)
	reserved := order.Reservation{Confirmed: r.Status == product.Confirmed}
	for _, item := range r.Items {
		reserved.Items = append(reserved.Items, order.Item(item))
	}
	return reserved, err
}

func (i inventory) Confirm(ctx context.Context, id string) error {
	_, err := i.w.stock.Confirm(ctx, id)
	return err
}

func (i inventory) Release(ctx context.Context, id string) error {
	_, err := i.w.stock.Release(ctx, id)
	return err
}

func (i inventory) Reservations(ctx context.Context, after string, most int, age time.Duration) ([]order.Held, error) {
	page, err := i.w.stock.Reservations(ctx, product.ReservationFilter{
		After: after, Limit: most, MinAge: age, Statuses: []product.Hold{product.Held, product.Confirmed},
	})
	return held(page), err
}

func held(page []product.Reservation) (list []order.Held) {
	for _, r := range page {
		h := order.Held{Name: r.ID, Confirmed: r.Status == product.Confirmed}
		for _, item := range r.Items {
			h.Items = append(h.Items, order.Item(item))
		}
		list = append(list, h)
	}
	return list
}
