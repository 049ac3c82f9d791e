package order_test

import (
	"context"
	"errors"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
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
}

// step does one thing of a process: it may fail before, or after it has worked; or the process stalls meanwhile, or
// ends for good.
func (p *process) step(do func() error) error {
	if p.crashed {
		return fault.Down("crashed", errCrash)
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

func (s faultyStore) Insert(ctx context.Context, o order.Order) (kept order.Order, created bool, err error) {
	err = s.p.step(func() error { kept, created, err = s.Store.Insert(ctx, o); return err })
	return kept, created, err
}

func (s faultyStore) Find(ctx context.Context, id int64) (o order.Order, err error) {
	err = s.p.step(func() error { o, err = s.Store.Find(ctx, id); return err })
	return o, err
}

func (s faultyStore) Change(ctx context.Context, id int64, change func(*order.Order) error) (
	o order.Order, err error,
) {
	err = s.p.step(func() error { o, err = s.Store.Change(ctx, id, change); return err })
	return o, err
}

func (s faultyStore) Claim(ctx context.Context, now, until time.Time, most int) (claimed []order.Order, err error) {
	err = s.p.step(func() error { claimed, err = s.Store.Claim(ctx, now, until, most); return err })
	return claimed, err
}

type faultyInventory struct {
	order.Inventory
	p *process
}

func (i faultyInventory) Reserve(ctx context.Context, id string, items []order.Item) (r []order.Item, err error) {
	err = i.p.step(func() error { r, err = i.Inventory.Reserve(ctx, id, items); return err })
	return r, err
}

func (i faultyInventory) Confirm(ctx context.Context, id string) error {
	return i.p.step(func() error { return i.Inventory.Confirm(ctx, id) })
}

func (i faultyInventory) Release(ctx context.Context, id string) error {
	return i.p.step(func() error { return i.Inventory.Release(ctx, id) })
}

// inventory is product-api's own store without the wire between.
type inventory struct{ w *world }

func (i inventory) Reserve(ctx context.Context, id string, items []order.Item) ([]order.Item, error) {
	var lines []product.Line
	for _, item := range items {
		lines = append(lines, product.Line{ProductID: item.ProductID, Quantity: item.Quantity})
	}
	r, err := i.w.stock.Reserve(ctx, product.Wanted{ID: id, Lines: lines, Lifetime: 10 * time.Minute})
	var reserved []order.Item
	for _, item := range r.Items {
		reserved = append(reserved, order.Item(item))
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
