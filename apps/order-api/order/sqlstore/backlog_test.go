package sqlstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// TestCountingIsBounded: with more dead letters than are counted, those of other receivers are still found, and no more is
// gone through than is counted.
func TestCountingIsBounded(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		settings.Timeout = time.Minute // for the many rows
		db := databasetest.MustOpen(t, settings)
		s := tested{sqlstore.NewAt(db, func() time.Time { return time.UnixMilli(5000) }), db}
		must(t, s.Migrate(t.Context()))
		fill := func(receiver, dead string, count int) {
			s.run(t, fmt.Sprintf(`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d)
				INSERT INTO outbox (event, receiver, order_id, sequence, status, items, total_cents, problem, at, due_at, dead_at)
				SELECT 'evt', '%s', n, 1, 'pending', '[]', 0, '', 1000, 1000, %s FROM numbers`, count, receiver, dead))
		}
		const beyond = 5
		fill("books", "NULL", 3)
		fill("books", "2000", webhook.MostCounted+beyond)
		fill("mail", "2000", 2)
		s.run(t, `ANALYZE`)
		got, err := s.Backlogs(t.Context())
		must(t, err)
		want := []webhook.Backlog{
			{Receiver: "books", Pending: 3, Dead: webhook.MostCounted, Oldest: 4 * time.Second}, {Receiver: "mail", Dead: 2},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("backlogs (-want +got):\n%s", diff)
		}
	})
}
