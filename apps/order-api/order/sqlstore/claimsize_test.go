package sqlstore_test

import (
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// TestClaimsNoMoreThanAsked: PostgreSQL may plan by statistics from when the table had one row, and then runs a subquery
// that is no table expression of its own once for each row that there is by now, each time for other rows.
func TestClaimsNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		s := tested{sqlstore.New(db), db}
		s.Announce([]webhook.Receiver{{Name: "books"}}, func() {})
		must(t, s.Migrate(t.Context()))
		s.run(t, `DELETE FROM orders`)
		for i := range 9 {
			insert(t, s, "", -time.Second)
			if i == 0 {
				s.run(t, `ANALYZE`)
			}
		}
		const most = 2
		events, err := s.ClaimEvents(t.Context(), "books", time.Minute, most)
		must(t, err)
		orders, err := s.Claim(t.Context(), time.Minute, most)
		must(t, err)
		if len(events) != most || len(orders) != most {
			t.Errorf("claimed %d events and %d orders, want %d of each", len(events), len(orders), most)
		}
	})
}
