package sqlstore_test

import (
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// TestWhatCannotBeSentIsNotDue: while a receiver is down, the changes of orders whose earlier events wait for their next
// attempt wait with those. Every replica goes through all that is due every second, so it must not grow with the outage.
func TestWhatCannotBeSentIsNotDue(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		o := outbox{clock: &clock{now: time.Now()}}
		o.Store = sqlstore.NewAt(db, o.clock.read)
		o.Announce([]webhook.Receiver{{Name: "books"}}, func() {})
		mustStart(t, o.Store)
		id := o.place(t)
		must(t, o.Failed(t.Context(), o.claim(t, "books")[0], webhook.Failure{Pause: time.Hour, Reason: "answered 503"}))
		o.move(t, id, order.Confirmed, order.Processing)
		due, err := database.Row(t.Context(), db, database.Scan[int], `SELECT count(*) FROM outbox WHERE due_at <= $1`, o.clock.read().UnixMilli())
		must(t, err)
		if due != 0 {
			t.Errorf("%d events are due, but an earlier one of their order waits for an hour", due)
		}
		o.clock.pass(time.Hour)
		same(t, "an hour later", o.deliver(t, "books"), []string{"4/1 pending", "4/2 confirmed", "4/3 processing"})

		// An event in the lease of an attempt may be delivered any moment: what comes next does not wait for the lease's end.
		other := o.place(t)
		first := o.claim(t, "books")[0]
		o.move(t, other, order.Confirmed)
		must(t, o.Delivered(t.Context(), first))
		same(t, "after an attempt", o.deliver(t, "books"), []string{"5/2 confirmed"})
	})
}
