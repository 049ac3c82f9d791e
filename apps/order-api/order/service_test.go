package order_test

import (
	"testing"
	"time"

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
	_, orders := mustStores(t, databasetest.SQLite(t), databasetest.SQLite(t), time.Now)
	service := &order.Service{Store: orders, Ended: func(order.Status) {}}
	id := int64(1)
	for _, from := range order.Statuses() {
		for _, to := range order.Statuses() {
			want := from == to
			for _, next := range allowed[from] {
				want = want || next == to
			}
			id = at(t, orders, id, from)
			moved, err := service.Move(t.Context(), id, to)
			if (err == nil) != want || want && moved.Status != to {
				t.Errorf("from %s to %s: %v, want it allowed: %t", from, to, err, want)
			}
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Errorf("from %s to %s: %v, want a conflict", from, to, err)
			}
		}
	}
}

// at is an order that has come to a status by the steps that lead there.
func at(t *testing.T, orders order.Store, last int64, status order.Status) int64 {
	t.Helper()
	kept, _, err := orders.Insert(t.Context(), order.Order{Customer: "Ann", Reservation: "r"}, time.Minute)
	must(t, err)
	if kept.ID == last {
		t.Fatal("the order is not a new one")
	}
	steps := map[order.Status][]order.Status{
		order.Confirmed: {order.Confirmed}, order.Processing: {order.Confirmed, order.Processing},
		order.Shipped:   {order.Confirmed, order.Processing, order.Shipped},
		order.Delivered: {order.Confirmed, order.Processing, order.Shipped, order.Delivered},
		order.Rejected:  {order.Rejected}, order.Cancelled: {order.Cancelled},
	}
	for _, step := range steps[status] {
		_, moved, err := orders.Move(t.Context(), kept.ID, order.Transition{To: step})
		must(t, err)
		if !moved {
			t.Fatalf("an order does not become %s on its way to %s", step, status)
		}
	}
	return kept.ID
}

func mustStores(t *testing.T, stock, orders database.Settings, clock func() time.Time) (product.Store, order.Store) {
	t.Helper()
	products := productsql.New(databasetest.MustOpen(t, stock))
	must(t, products.Migrate(t.Context()))
	_, err := products.Seed(t.Context())
	must(t, err)
	store := ordersql.NewAt(databasetest.MustOpen(t, orders), clock)
	must(t, store.Migrate(t.Context()))
	_, err = store.Seed(t.Context())
	must(t, err)
	return products, store
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
