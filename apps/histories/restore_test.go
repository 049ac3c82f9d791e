package histories_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/model"
)

// backedUp has customers order while both databases are dumped one after the other, restores the dumps, and reconciles
// as the manual says.
func backedUp(s *shop) (problems []string) {
	const initial = 300
	product := s.mustProduct(initial, 1000)
	var done atomic.Bool
	var placed atomic.Int64
	var customers sync.WaitGroup
	for i := range 4 {
		customers.Go(func() {
			for n := 0; !done.Load(); n++ {
				o := order{
					customer: fmt.Sprintf("customer %d of %d", n, i), key: fmt.Sprintf("key-%d-%d", i, n),
					lines: []model.Line{{Product: product, Quantity: 1}},
				}
				if o.place(s.Context(), s.orders[0].URL).Status == http.StatusCreated {
					placed.Add(1)
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	restore := s.mustDump(func() {
		for more := placed.Load() + 10; placed.Load() < more; time.Sleep(10 * time.Millisecond) {
			if s.Context().Err() != nil {
				return
			}
		}
	})
	done.Store(true)
	customers.Wait()
	restore()

	read := s.settle(settling)
	sold := int64(0)
	for _, o := range read.Orders {
		if o.Status == "confirmed" {
			sold++
		}
	}
	if left := read.Products[product].Stock; left+sold > initial || sold < 10 {
		problems = append(problems, fmt.Sprintf("after the restore %d of %d are sold and %d are on sale", sold, initial, left))
	}
	s.mustAge(2 * time.Minute)
	got := ask{
		method: http.MethodPost, header: asAdmin,
		url: s.orders[0].URL + "/api/orders/reconcile?repair=reservation_without_order",
	}.send(s.Context(), apis)
	if got.Status != http.StatusOK || !strings.Contains(string(got.Body), `"repaired":true`) {
		problems = append(problems, "what was sold between the two dumps is not put back on sale: "+got.String())
	}
	return append(problems, s.settle(settling).Check(map[int64]books.Supply{product: {Initial: initial}}, nil)...)
}

// mustDump dumps the databases in the order in which the backup does, with a pause in between, and returns what restores
// them in that order, as the restore does.
func (s *shop) mustDump(pause func()) (restore func()) {
	s.Helper()
	urls := map[string]string{contract.ProductAPI.Name: s.productURL, contract.OrderAPI.Name: s.orderURL}
	dumps := s.TempDir()
	for i, service := range contract.DumpOrder() {
		pause()
		s.mustRun("pg_dump", "--format=custom", "--file", filepath.Join(dumps, service.Name), urls[service.Name])
		if i == len(urls)-1 {
			pause() // these orders the backup does not know
		}
	}
	return func() {
		for _, service := range contract.DumpOrder() {
			s.mustRun("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
				"--exit-on-error", "--dbname", urls[service.Name], filepath.Join(dumps, service.Name))
		}
	}
}

func (s *shop) mustRun(name string, arguments ...string) {
	s.Helper()
	if said, err := exec.CommandContext(s.Context(), name, arguments...).CombinedOutput(); err != nil {
		s.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, said)
	}
}

// mustAge makes everything older, for a reconciliation leaves alone what has just changed.
func (s *shop) mustAge(by time.Duration) {
	s.Helper()
	for statement, db := range map[string]*sql.DB{
		`UPDATE reservations SET changed_at = changed_at - $1`: s.productBooks,
		`UPDATE orders SET placed_at = placed_at - $1`:         s.orderBooks,
	} {
		if _, err := db.ExecContext(s.Context(), statement, by.Milliseconds()); err != nil {
			s.Fatalf("%s: %v", statement, err)
		}
	}
}

func TestARestoreSellsNothingTwice(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, plan{store: postgres, replicas: 1})
	expectNone(t, backedUp(s))
}
