package order_test

import (
	"testing"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/order-api/order"
	ordersql "github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/product-api/product"
	productsql "github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

// TestStatusMachine tries every move from every status.
func TestStatusMachine(t *testing.T) {
	t.Parallel()
	allowed := map[order.Status][]order.Status{
		order.Pending:    {order.Confirmed, order.Rejected, order.Cancelled},
		order.Confirmed:  {order.Processing, order.Cancelled},
		order.Processing: {order.Shipped, order.Cancelled},
		order.Shipped:    {order.Delivered},
	}
	_, orders := mustStores(t, databasetest.SQLite(t), databasetest.SQLite(t))
	desk := &order.Desk{Store: orders}
	for _, from := range order.Statuses() {
		for _, to := range order.Statuses() {
			want := from == to
			for _, next := range allowed[from] {
				want = want || next == to
			}
			_, err := orders.Change(t.Context(), 1, func(o *order.Order) error { o.Status = from; return nil })
			must(t, err)
			moved, err := desk.Move(t.Context(), 1, to)
			if (err == nil) != want || want && moved.Status != to {
				t.Errorf("from %s to %s: %v, want it allowed: %t", from, to, err, want)
			}
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Errorf("from %s to %s: %v, want a conflict", from, to, err)
			}
		}
	}
}

func mustStores(t *testing.T, stock, orders database.Settings) (product.Store, order.Store) {
	t.Helper()
	products := productsql.New(databasetest.MustOpen(t, stock))
	must(t, products.Migrate(t.Context()))
	store := ordersql.New(databasetest.MustOpen(t, orders))
	must(t, store.Migrate(t.Context()))
	return products, store
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
