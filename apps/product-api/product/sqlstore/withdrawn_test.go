package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"testing"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

func sellsNothingWithdrawn(t *testing.T, s *sqlstore.Store) {
	withdrawn := withdraw(t, s, 1, true)
	if withdrawn.Stock != 50 || withdrawn.Version != 2 || withdrawn.Shown().Stock != 0 {
		t.Errorf("out of sale it is %+v, want 50 in stock, of which customers see none, and another version", withdrawn)
	}
	_, err := s.Reserve(t.Context(), held("a", laptops(1)...))
	if fault.KindOf(err) != fault.Unprocessable || fault.As(err).Fields["items[0].product_id"] != "Laptop is not sold any more" {
		t.Errorf("a laptop that is out of sale: %v, want it named", err)
	}
	for all, want := range map[bool]int{false: 4, true: 5} {
		page, total, err := s.List(t.Context(), product.Filter{Limit: 9, Withdrawn: all})
		must(t, err)
		if len(page) != want || total != want {
			t.Errorf("with what is out of sale %t: %d products of %d, want %d", all, len(page), total, want)
		}
	}
	changed, _, err := s.AddStock(t.Context(), 1, -20, product.Once{})
	must(t, err)
	if changed.Stock != 30 || !changed.Withdrawn {
		t.Errorf("20 taken out of 50: %+v, want 30 and still out of sale", changed)
	}
	if _, _, err := s.AddStock(t.Context(), 1, -31, product.Once{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("31 taken out of 30: %v, want a conflict", err)
	}
	price := changed.Price + 1
	changed, err = s.Update(t.Context(), 1, product.Change{Price: &price})
	must(t, err)
	if changed.Stock != 30 || !changed.Withdrawn {
		t.Errorf("with another price it is %+v, want 30 and still out of sale", changed)
	}
	withdraw(t, s, 1, true)
	withdraw(t, s, 1, false)
	wantStock(t, s, map[int64]int64{1: 30})
	_, err = s.Reserve(t.Context(), held("b", laptops(30)...))
	must(t, err)
}

func keepsWhatComesBack(t *testing.T, s *sqlstore.Store) {
	for _, id := range []string{"confirmed", "held"} {
		_, err := s.Reserve(t.Context(), held(id, laptops(10)...))
		must(t, err)
	}
	withdraw(t, s, 1, true)
	if r, err := s.Confirm(t.Context(), "confirmed"); err != nil || r.Status != product.Confirmed {
		t.Errorf("an order from before cannot be confirmed: %+v, %v", r, err)
	}
	_, err := s.Release(t.Context(), "held")
	must(t, err)
	wantStock(t, s, map[int64]int64{1: 40})
	if _, err := s.Reserve(t.Context(), held("late", laptops(1)...)); fault.KindOf(err) != fault.Unprocessable {
		t.Errorf("what came back while it was out of sale is sold: %v", err)
	}
	_, err = s.Release(t.Context(), "confirmed")
	must(t, err)
	withdraw(t, s, 1, false)
	wantStock(t, s, map[int64]int64{1: 50})
}

// TestOlderReleasesSellNothingWithdrawn runs the statements of the release before this one, whose replicas serve on during a
// rollout and after a rollback.
func TestOlderReleasesSellNothingWithdrawn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		s, db := mustMigrate(t, settings)
		mustSeed(t, s, true)
		sell := func(quantity int) (sold bool) {
			t.Helper()
			count, err := database.Write(t.Context(), db, func(ctx context.Context, tx *sql.Tx) (int64, error) {
				result, err := tx.ExecContext(ctx, `UPDATE products SET stock = stock - $1 WHERE id = 1 AND stock >= $1`, quantity)
				if err != nil {
					return 0, err
				}
				return result.RowsAffected()
			})
			must(t, err)
			return count == 1
		}
		withdraw(t, s, 1, true)
		if sell(1) {
			t.Error("what is out of sale is sold")
		}
		mustRun(t, db, `UPDATE products SET name = 'Old Laptop', search = 'old laptop', price_cents = 1, stock = stock, version = version + 1
			WHERE id = 1`)
		if got := withdraw(t, s, 1, false); got.Name != "Old Laptop" || got.Stock != 50 {
			t.Errorf("back on sale it is %+v, want what the other release named it, and 50", got)
		}
		if !sell(50) {
			t.Error("what is on sale again is not sold")
		}
	})
}

// decidesBetween takes a product out of sale while it is ordered: each order came before that or is refused, and nothing is
// lost.
func decidesBetween(t *testing.T, s *sqlstore.Store) {
	const orders = 16
	var wait sync.WaitGroup
	sold := make([]bool, orders)
	for i := range orders {
		wait.Go(func() {
			wanted := held(fmt.Sprint("order ", i), laptops(1)...)
			wanted.Confirm = true
			_, err := s.Reserve(context.Background(), wanted)
			if sold[i] = err == nil; err != nil && fault.KindOf(err) != fault.Unprocessable {
				t.Errorf("order %d: %v, want it sold or refused", i, err)
			}
		})
	}
	out := withdraw(t, s, 1, true)
	wait.Wait()
	count := int64(0)
	for _, did := range sold {
		if did {
			count++
		}
	}
	if now := find(t, s, 1); now.Stock != 50-count || out.Stock != now.Stock {
		t.Errorf("%d sold, %d left when it went out of sale, %d left now", count, out.Stock, now.Stock)
	}
}

func withdraw(t *testing.T, s *sqlstore.Store, id int64, out bool) product.Product {
	t.Helper()
	changed, err := s.Update(t.Context(), id, product.Change{Withdrawn: &out})
	must(t, err)
	if changed.Withdrawn != out {
		t.Errorf("product %d is withdrawn: %t, want %t", id, changed.Withdrawn, out)
	}
	return changed
}
