package sqlstore_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

func addsStock(t *testing.T, s *sqlstore.Store) {
	var wait sync.WaitGroup
	for i := range 10 {
		wait.Go(func() {
			if _, _, err := s.AddStock(t.Context(), 1, 7, product.Once{}); err != nil {
				t.Errorf("restock: %v", err)
			}
			if _, err := s.Reserve(t.Context(), held(fmt.Sprint(i), laptops(5)...)); err != nil {
				t.Errorf("reserve: %v", err)
			}
		})
	}
	wait.Wait()
	wantStock(t, s, map[int64]int64{1: 50 + 10*7 - 10*5})
	p, _, err := s.AddStock(t.Context(), 1, -70, product.Once{})
	must(t, err)
	if p.Stock != 0 {
		t.Errorf("after all was taken out there are %d", p.Stock)
	}
	for change, want := range map[int64]string{
		-1: "0 of Laptop left", product.MaxStock + 1: "0 of Laptop are there, and at most 1000000000 may be",
	} {
		_, _, err := s.AddStock(t.Context(), 1, change, product.Once{})
		if fault.KindOf(err) != fault.Conflict || fault.As(err).Fields["change"] != want {
			t.Errorf("a change by %d = %v, want a conflict that says %q", change, err, want)
		}
	}
	if _, _, err := s.AddStock(t.Context(), 99, 1, product.Once{}); !errors.Is(err, product.ErrNotFound) {
		t.Errorf("AddStock(99) = %v, want not found", err)
	}
	wantStock(t, s, map[int64]int64{1: 0})
}

func keepsEdition(t *testing.T, s *sqlstore.Store) {
	before := find(t, s, 1)
	_, err := s.Reserve(t.Context(), held("a", laptops(5)...))
	must(t, err)
	_, _, err = s.AddStock(t.Context(), 1, 3, product.Once{})
	must(t, err)
	_, err = s.Release(t.Context(), "a")
	must(t, err)
	after := find(t, s, 1)
	if after.Version != before.Version || after.Edited(before.Tag()) {
		t.Errorf("version %d became %d by sales alone", before.Version, after.Version)
	}
	if after.Tag() == before.Tag() {
		t.Errorf("the tag %s is the same with other stock", after.Tag())
	}
	name := "Notebook"
	edited, err := s.Update(t.Context(), 1, product.Change{Name: &name})
	must(t, err)
	if !edited.Edited(before.Tag()) {
		t.Error("a new name makes no new edition")
	}
}

func doesOnce(t *testing.T, s *sqlstore.Store) {
	once := product.Once{Key: "k", Fingerprint: "f"}
	var wait sync.WaitGroup
	var mu sync.Mutex
	ids, replays := map[int64]bool{}, 0
	for range 8 {
		wait.Go(func() {
			p, replayed, err := s.Create(t.Context(), product.Product{Name: "Cable", Price: 499, Stock: 3}, once)
			if _, _, err := s.AddStock(t.Context(), 1, 5, once); err != nil {
				t.Errorf("restock: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil || p.Name != "Cable" || p.Price != 499 || p.Stock != 3 || p.Version != 1 {
				t.Errorf("create = %+v, %v", p, err)
			}
			ids[p.ID] = true
			if replayed {
				replays++
			}
		})
	}
	wait.Wait()
	if len(ids) != 1 || replays != 7 {
		t.Errorf("eight times under one key made the products %v with %d replays, want one and 7", ids, replays)
	}
	wantStock(t, s, map[int64]int64{1: 55})
	other := product.Once{Key: "k", Fingerprint: "g"}
	if _, _, err := s.AddStock(t.Context(), 1, 6, other); !errors.Is(err, product.ErrOtherRequest) {
		t.Errorf("another change under the key = %v, want it refused", err)
	}
	if _, _, err := s.AddStock(t.Context(), 2, 6, other); err != nil {
		t.Errorf("the same key for another product: %v", err)
	}
	failed := product.Once{Key: "failed", Fingerprint: "f"}
	if _, _, err := s.AddStock(t.Context(), 1, -56, failed); fault.KindOf(err) != fault.Conflict {
		t.Errorf("more than there is: %v, want a conflict", err)
	}
	_, _, err := s.AddStock(t.Context(), 1, 1, product.Once{})
	must(t, err)
	if _, replayed, err := s.AddStock(t.Context(), 1, -56, failed); err != nil || replayed {
		t.Errorf("what failed cannot be done later under its key: %v, replayed: %t", err, replayed)
	}
	wantStock(t, s, map[int64]int64{1: 0, 2: 206})
	if forgotten, err := s.ForgetKeys(t.Context()); err != nil || forgotten != 0 {
		t.Errorf("%d keys of today are forgotten, %v", forgotten, err)
	}
}
