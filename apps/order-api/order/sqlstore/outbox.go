package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

var _ webhook.Outbox = (*Store)(nil)

const eventColumns = `id, event, receiver, order_id, sequence, status, items, total_cents, problem, at, attempts, due_at,
	failure`

// ClaimEvents implements webhook.Outbox. No order's second event is handed out while its first is there, so a claimer that
// does not see yet what another one has just written claims too little and never too much.
func (s *Store) ClaimEvents(ctx context.Context, receiver string, lease time.Duration, most int) ([]webhook.Event, error) {
	claimed, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) ([]webhook.Event, error) {
		rows, err := tx.QueryContext(ctx, `WITH due AS MATERIALIZED (
				SELECT id FROM outbox AS next WHERE receiver = $1 AND dead_at IS NULL AND due_at <= `+s.now()+` AND NOT EXISTS (
					SELECT 1 FROM outbox AS earlier
					WHERE earlier.receiver = next.receiver AND earlier.order_id = next.order_id AND earlier.id < next.id)
				ORDER BY due_at LIMIT $3`+s.db.LockingFree()+`)
			UPDATE outbox SET due_at = `+s.now()+` + CAST($2 AS BIGINT), attempts = attempts + 1 WHERE id IN (SELECT id FROM due)
			RETURNING `+eventColumns, receiver, lease.Milliseconds(), most)
		if err != nil {
			return nil, err
		}
		return database.Collect(rows, scanEvent)
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: claim: %w", err)
	}
	return claimed, nil
}

// Delivered implements webhook.Outbox. It does not ask for the lease: whoever delivered it, it is delivered.
func (s *Store) Delivered(ctx context.Context, event webhook.Event) error {
	_, err := s.changeRows(ctx, `DELETE FROM outbox WHERE id = $1`, event.Row)
	if err != nil {
		return fmt.Errorf("outbox: event %s: delivered: %w", event.ID, err)
	}
	return nil
}

// Failed implements webhook.Outbox. The order's later events wait with this one, so that nobody looks at them meanwhile.
func (s *Store) Failed(ctx context.Context, event webhook.Event, failure webhook.Failure) error {
	dead := `NULL`
	if failure.Dead {
		dead = s.now()
	}
	_, err := s.changeRows(ctx, `UPDATE outbox SET due_at = `+s.now()+` + CAST($4 AS BIGINT), dead_at = `+dead+`,
			failure = CASE WHEN id = $3 THEN $5 ELSE failure END
		WHERE receiver = $1 AND order_id = $2 AND id >= $3
			AND EXISTS (SELECT 1 FROM outbox WHERE id = $3 AND due_at = $6 AND dead_at IS NULL)`,
		event.Receiver, event.Order, event.Row, failure.Pause.Milliseconds(), failure.Reason, event.Lease.UnixMilli())
	if err != nil {
		return fmt.Errorf("outbox: event %s: failed: %w", event.ID, err)
	}
	return nil
}

// Backlogs implements webhook.Outbox. Whatever is left costs the same: each index is searched for one receiver after the
// other, and counting ends where people do not count any more. So alerts and the owner's page do not fail when most is left.
// It is a query for each receiver because PostgreSQL takes one query for all of them for so much that it compiles it.
func (s *Store) Backlogs(ctx context.Context) ([]webhook.Backlog, error) {
	backlogs, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (all []webhook.Backlog, err error) {
		rows, err := tx.QueryContext(ctx, `WITH RECURSIVE names(name) AS (
				SELECT min(receiver) FROM outbox UNION ALL
				SELECT (SELECT min(receiver) FROM outbox WHERE receiver > name) FROM names WHERE name IS NOT NULL)
			SELECT name FROM names WHERE name IS NOT NULL ORDER BY name`)
		if err != nil {
			return nil, err
		}
		names, err := database.Collect(rows, database.Scan[string])
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			b := webhook.Backlog{Receiver: name}
			var oldest sql.NullInt64
			if err := tx.QueryRowContext(ctx, s.backlog(), name, webhook.MostCounted).Scan(&b.Pending, &oldest, &b.Dead); err != nil {
				return nil, err
			}
			b.Oldest = max(time.Duration(oldest.Int64)*time.Millisecond, 0)
			all = append(all, b)
		}
		return all, nil
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: count: %w", err)
	}
	return backlogs, nil
}

// backlog counts what is left for the receiver $1, at most $2 of each kind. The orders name the indexes to go through.
func (s *Store) backlog() string {
	return `SELECT
		(SELECT count(*) FROM (SELECT 1 FROM outbox WHERE receiver = $1 AND dead_at IS NULL ORDER BY at LIMIT $2) AS pending),
		` + s.now() + ` - (SELECT min(at) FROM outbox WHERE receiver = $1 AND dead_at IS NULL),
		(SELECT count(*) FROM (SELECT 1 FROM outbox WHERE receiver = $1 AND dead_at IS NOT NULL ORDER BY id LIMIT $2) AS dead)`
}

// DeadLetters implements webhook.Outbox.
func (s *Store) DeadLetters(ctx context.Context, after int64, most int) ([]webhook.Event, error) {
	return query(ctx, s, "dead letters", scanEvent, `SELECT `+eventColumns+` FROM outbox
		WHERE dead_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2`, after, most)
}

// chosen is the condition on what is selected by $1, a receiver, and $2, an order or 0 for all; at most $3, of each order the
// first ones. It is for dead letters, or for what is pending as well.
func chosen(pending bool) string {
	dead := ` AND dead_at IS NOT NULL`
	if pending {
		dead = ``
	}
	return ` WHERE id IN (SELECT id FROM outbox WHERE receiver = $1` + dead + `
		AND (CAST($2 AS BIGINT) = 0 OR order_id = $2) ORDER BY id LIMIT $3)`
}

// Replay implements webhook.Outbox.
func (s *Store) Replay(ctx context.Context, selected webhook.Selection, most int) (int, error) {
	count, err := s.changeSelected(ctx, "send again", `UPDATE outbox SET dead_at = NULL, attempts = 0, due_at = `+s.now()+chosen(false), selected, most)
	if err != nil {
		return 0, fmt.Errorf("outbox: replay: %w", err)
	}
	return count, nil
}

// Discard implements webhook.Outbox.
func (s *Store) Discard(ctx context.Context, selected webhook.Selection, most int) (int, error) {
	count, err := s.changeSelected(ctx, "discard", `DELETE FROM outbox`+chosen(selected.Pending), selected, most)
	if err != nil {
		return 0, fmt.Errorf("outbox: discard: %w", err)
	}
	return count, nil
}

// changeSelected does something to selected events, and records it.
func (s *Store) changeSelected(ctx context.Context, action, statement string, selected webhook.Selection, most int) (int, error) {
	return database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (int, error) {
		count, err := database.Changed(ctx, tx, statement, selected.Receiver, selected.Order, most)
		if err != nil || count == 0 {
			return 0, err
		}
		detail := fmt.Sprintf("%d to %s", count, selected.Receiver)
		if selected.Order > 0 {
			detail += " of " + ofOrder(selected.Order)
		}
		return count, s.record(ctx, tx, action, "events", detail)
	})
}

// changeRows runs one statement and returns how many rows it changed.
func (s *Store) changeRows(ctx context.Context, statement string, args ...any) (int, error) {
	return database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (int, error) {
		return database.Changed(ctx, tx, statement, args...)
	})
}

// scanEvent reads an event. Items or a problem that cannot be read are left out: the receiver is told of the change all
// the same, and the order's later events must not wait for it.
func scanEvent(row database.Scanner) (e webhook.Event, err error) {
	var items, problem string
	var at, due int64
	err = row.Scan(&e.Row, &e.ID, &e.Receiver, &e.Order, &e.Sequence, &e.Status, &items, &e.Total, &problem, &at, &e.Attempts,
		&due, &e.Failure)
	e.At, e.Lease = time.UnixMilli(at), time.UnixMilli(due)
	if json.Unmarshal([]byte(items), &e.Items) != nil {
		e.Items = nil
	}
	var why fault.Error
	if problem != "" && json.Unmarshal([]byte(problem), &why) == nil {
		e.Problem = &why
	}
	return e, err
}
