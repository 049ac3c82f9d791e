package sqlstore_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

func keepsOnePerKey(t *testing.T, s tested) {
	var mu sync.Mutex
	ids, created := map[int64]bool{}, 0
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			kept, fresh, err := s.Insert(t.Context(), pending("one"), time.Minute)
			if err != nil {
				t.Errorf("insert: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[kept.ID] = true
			if fresh {
				created++
			}
		})
	}
	wait.Wait()
	if len(ids) != 1 || created != 1 {
		t.Errorf("eight orders with one key: ids %v, %d created, want one of each", ids, created)
	}
	insert(t, s, "", time.Minute)
	insert(t, s, "", time.Minute)
	if page, err := s.List(t.Context(), order.Filter{Limit: 1}); err != nil || page.Total != 6 {
		t.Errorf("orders without a key are one each: %d in all, %v, want 6", page.Total, err)
	}
}

// keepsKeysByCaller has several callers count 1, 2, 3, all at once.
func keepsKeysByCaller(t *testing.T, s tested) {
	var mu sync.Mutex
	ids := map[string]map[int64]bool{}
	var wait sync.WaitGroup
	for range 3 {
		for _, scope := range []string{"", "a", "b"} {
			for _, key := range []string{"1", "2"} {
				wait.Go(func() {
					wanted := pending(key)
					wanted.Scope, wanted.Fingerprint = scope, "of "+scope
					kept, _, err := s.Insert(t.Context(), wanted, time.Minute)
					if err != nil || kept.Scope != scope || kept.Key != key || kept.Fingerprint != wanted.Fingerprint {
						t.Errorf("key %s of %q = %+v, %v", key, scope, kept, err)
					}
					mu.Lock()
					defer mu.Unlock()
					name := scope + " " + key
					if ids[name] == nil {
						ids[name] = map[int64]bool{}
					}
					ids[name][kept.ID] = true
				})
			}
		}
	}
	wait.Wait()
	seen := map[int64]string{}
	for name, each := range ids {
		if len(each) != 1 {
			t.Errorf("key %q is %d orders", name, len(each))
		}
		for id := range each {
			if other, twice := seen[id]; twice {
				t.Errorf("order %d is %q and %q", id, name, other)
			}
			seen[id] = name
		}
	}
}

// older inserts an order as the release before does.
func older(t *testing.T, s tested, key, fingerprint string) {
	t.Helper()
	s.run(t, `INSERT INTO orders
		(customer, items, total_cents, status, placed_at, idempotency_key, fingerprint, reservation, due_at)
		VALUES ('Ann', '[]', 0, 'confirmed', 1, $1, $2, 'r', 1)`, key, fingerprint)
}

func findsOlderKeys(t *testing.T, s tested) {
	older(t, s, "1", "f")
	for _, test := range []struct {
		scope, fingerprint string
		created            bool
	}{
		{"", "f", false}, {"", "other", false}, {"a", "f", false}, {"b", "other", true},
	} {
		wanted := pending("1")
		wanted.Scope, wanted.Fingerprint = test.scope, test.fingerprint
		kept, created, err := s.Insert(t.Context(), wanted, time.Minute)
		if err != nil || created != test.created || !created && (kept.ID != 4 || kept.Key != "1") {
			t.Errorf("%+v: created %t, %+v, %v", test, created, kept, err)
		}
	}
}

func leavesKeysForOlder(t *testing.T, s tested) {
	wanted := pending("1")
	wanted.Scope = "a"
	kept, _, err := s.Insert(t.Context(), wanted, time.Minute)
	must(t, err)
	s.run(t, `UPDATE orders SET customer = 'found' WHERE idempotency_key = '1'`)
	if found, err := s.Find(t.Context(), kept.ID); err != nil || found.Customer != "found" {
		t.Errorf("the release before does not find the key: %+v, %v", found, err)
	}
}

func forgetsKeys(t *testing.T, s tested) {
	for i := range 5 {
		o := insert(t, s, fmt.Sprint("key", i), time.Minute)
		if i != 3 { // one is pending for ever
			_, _, err := s.Move(t.Context(), o.ID, order.Transition{To: order.Rejected})
			must(t, err)
		}
	}
	s.run(t, `UPDATE orders SET placed_at = placed_at - 7200000 WHERE id < 8`) // two hours, all but the last
	total, seen := 0, int64(0)
	for range 10 {
		last, forgotten, err := s.ForgetKeys(t.Context(), seen, time.Hour, 2)
		must(t, err)
		if total += forgotten; last == 0 {
			break
		}
		seen = last
	}
	if total != 3 || seen != 7 {
		t.Errorf("%d keys forgotten up to order %d, want 3 up to 7", total, seen)
	}
	for i, fresh := range []bool{true, true, true, false, false} {
		if _, created, err := s.Insert(t.Context(), pending(fmt.Sprint("key", i)), time.Minute); err != nil || created != fresh {
			t.Errorf("key%d: created %t, %v, want %t", i, created, err, fresh)
		}
	}
}
