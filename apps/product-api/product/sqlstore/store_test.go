package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestStore is what every store must do.
func TestStore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		run  func(*testing.T, *sqlstore.Store)
	}{
		{"begins a demo with its products", beginsWithFirstProducts},
		{"lists by page and by name whatever the case", lists},
		{"creates and finds", createsAndFinds},
		{"updates what changes and nothing else", updates},
		{"does not find what is not there", findsNothing},
		{"adds to stock and takes from it while it is sold", addsStock},
		{"sells nothing that is out of sale", sellsNothingWithdrawn},
		{"keeps what orders give back while it is out of sale", keepsWhatComesBack},
		{"decides between an order and the end of a sale", decidesBetween},
		{"leaves the edition alone when it sells", keepsEdition},
		{"does once what comes under a key", doesOnce},
		{"reserves all items or none", reservesAllOrNone},
		{"reserves once however often it is asked", reservesOnce},
		{"confirms at once what is asked for confirmed", confirmsAtOnce},
		{"refuses for good", refusesForGood},
		{"refuses another total than the customer was shown", refusesOtherTotal},
		{"refuses other items under the same name", refusesOtherItems},
		{"confirms what is held only", confirms},
		{"releases held and confirmed, once", releases},
		{"remembers the release of what it never saw", remembersRelease},
		{"expires what nobody confirmed", expires},
		{"expires nothing that is confirmed at that moment", expiresOrConfirms},
		{"confirms what expires at that moment", confirmsWhatExpires},
		{"gives back once however often it is asked", givesBackOnce},
		{"lists reservations page by page", listsReservations},
		{"never sells more than there is", neverOversells},
		{"loses nothing when everything happens at once", losesNothing},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
				test.run(t, mustStore(t, settings))
			})
		})
	}
}

func mustStore(t *testing.T, settings database.Settings) *sqlstore.Store {
	t.Helper()
	store := sqlstore.New(databasetest.MustOpen(t, settings))
	must(t, store.Migrate(t.Context()))
	_, err := store.Seed(t.Context())
	must(t, err)
	return store
}

func beginsWithFirstProducts(t *testing.T, s *sqlstore.Store) {
	page, total, err := s.List(t.Context(), product.Filter{Limit: 10})
	must(t, err)
	var got []string
	for _, p := range page {
		got = append(got, fmt.Sprintf("%d %s %s/%d", p.ID, p.Name, p.Price, p.Stock))
	}
	want := []string{"1 Laptop 999.99/50", "2 Mouse 29.99/200", "3 Keyboard 79.99/150", "4 Monitor 299.99/75",
		"5 Headphones 149.99/100"}
	if !slices.Equal(got, want) || total != len(want) {
		t.Errorf("first products = %q (%d in all), want %q", got, total, want)
	}
}

func lists(t *testing.T, s *sqlstore.Store) {
	for _, name := range []string{"ÜBER Phone", "100% wool_hat"} {
		_, _, err := s.Create(t.Context(), product.Product{Name: name, Price: 1}, product.Once{})
		must(t, err)
	}
	for _, test := range []struct {
		filter product.Filter
		want   string
		total  int
	}{
		{product.Filter{Search: "MO", Limit: 10}, "Mouse Monitor", 2},
		{product.Filter{Search: "MO", Limit: 1}, "Mouse", 2},
		{product.Filter{Search: "MO", Limit: 1, Offset: 1}, "Monitor", 2},
		{product.Filter{Limit: 2, Offset: 6}, "100% wool_hat", 7},
		{product.Filter{Search: "über", Limit: 9}, "ÜBER Phone", 1},
		{product.Filter{Search: "%", Limit: 9}, "100% wool_hat", 1},
		{product.Filter{Search: "l_h", Limit: 9}, "100% wool_hat", 1},
		{product.Filter{Search: `\`, Limit: 9}, "", 0},
		{product.Filter{Search: "nothing", Limit: 9}, "", 0},
	} {
		page, total, err := s.List(t.Context(), test.filter)
		must(t, err)
		var names []string
		for _, p := range page {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != test.want || total != test.total {
			t.Errorf("List(%+v) = %q of %d, want %q of %d", test.filter, got, total, test.want, test.total)
		}
	}
}

func createsAndFinds(t *testing.T, s *sqlstore.Store) {
	created, _, err := s.Create(t.Context(), product.Product{Name: "Cable", Price: 499, Stock: 3}, product.Once{})
	must(t, err)
	found, err := s.Find(t.Context(), created.ID)
	must(t, err)
	want := product.Product{ID: 6, Name: "Cable", Price: 499, Stock: 3, Version: 1}
	if created != want || found != want {
		t.Errorf("created %+v, found %+v, want %+v", created, found, want)
	}
}

func updates(t *testing.T, s *sqlstore.Store) {
	price := money.Cents(1)
	got, err := s.Update(t.Context(), 2, product.Change{Price: &price})
	must(t, err)
	if want := (product.Product{ID: 2, Name: "Mouse", Price: 1, Stock: 200, Version: 2}); got != want {
		t.Errorf("Update = %+v, want %+v", got, want)
	}
	refusal := errors.New("not today")
	_, err = s.Update(t.Context(), 2, product.Change{
		Price: &price, Allow: func(product.Product) error { return refusal },
	})
	if !errors.Is(err, refusal) || find(t, s, 2).Version != 2 {
		t.Errorf("a change that is not allowed: %v, version %d", err, find(t, s, 2).Version)
	}
	name := "Rodent"
	_, err = s.Update(t.Context(), 2, product.Change{Name: &name})
	must(t, err)
	if page, _, err := s.List(t.Context(), product.Filter{Search: "rod", Limit: 1}); err != nil || len(page) != 1 {
		t.Errorf("the new name is not found: %v, %v", page, err)
	}
}

func findsNothing(t *testing.T, s *sqlstore.Store) {
	if _, err := s.Find(t.Context(), 99); !errors.Is(err, product.ErrNotFound) {
		t.Errorf("Find(99) = %v, want not found", err)
	}
	if _, err := s.Update(t.Context(), 99, product.Change{}); !errors.Is(err, product.ErrNotFound) {
		t.Errorf("Update(99) = %v, want not found", err)
	}
}

// TestStoreStartsInManyReplicasAtOnce has each replica migrate and fill the same new database through its own pool.
func TestStoreStartsInManyReplicasAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		var wait sync.WaitGroup
		for range 5 {
			store := sqlstore.New(databasetest.MustOpen(t, settings))
			wait.Go(func() {
				err := store.Migrate(context.Background())
				if err == nil {
					_, err = store.Seed(context.Background())
				}
				if err != nil {
					t.Errorf("start: %v", err)
				}
			})
		}
		wait.Wait()
		_, total, err := sqlstore.New(databasetest.MustOpen(t, settings)).List(t.Context(), product.Filter{Limit: 9})
		must(t, err)
		if total != 5 {
			t.Errorf("%d products after five replicas started, want 5", total)
		}
	})
}

func find(t *testing.T, s *sqlstore.Store, id int64) product.Product {
	t.Helper()
	p, err := s.Find(t.Context(), id)
	must(t, err)
	return p
}

func wantStock(t *testing.T, s *sqlstore.Store, want map[int64]int64) {
	t.Helper()
	for id, stock := range want {
		if got := find(t, s, id).Stock; got != stock {
			t.Errorf("stock of product %d = %d, want %d", id, got, stock)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
