package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// Announce has every change of an order from now on written to the outbox for each of the receivers, and calls changed
// after each. It is to be called before the store is used. Without receivers nothing is written.
func (s *Store) Announce(receivers []webhook.Receiver, changed func()) {
	for _, r := range receivers {
		s.receivers = append(s.receivers, r.Name)
	}
	s.changed = changed
}

// announced runs a statement that changes one order, and writes the event of that change in the same transaction. It
// returns sql.ErrNoRows where nothing was changed.
func (s *Store) announced(ctx context.Context, statement string, args ...any) (order.Order, error) {
	if audit.Actor(ctx) == "" && len(s.receivers) == 0 {
		return database.WriteRow(ctx, s.db, scanRow, statement+` RETURNING `+columns, args...)
	}
	o, err := s.announce(ctx, statement, "evt_"+rand.Text(), args)
	if err == nil && len(s.receivers) > 0 {
		s.changed()
	}
	return o, err
}

// announce is one statement, and so one round trip, where a query may write; SQLite has no trip to save, and what the shop's
// owner does comes seldom enough.
func (s *Store) announce(ctx context.Context, statement, event string, args []any) (order.Order, error) {
	if s.db.WritesInQueries() && audit.Actor(ctx) == "" {
		return database.WriteRow(ctx, s.db, scanRow, `WITH changed AS (`+statement+` RETURNING `+columns+`), announced AS (`+
			s.event(`changed`, len(args)+1)+`) SELECT `+columns+` FROM changed`, append(args, event)...)
	}
	return database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (order.Order, error) {
		o, err := scan(tx.QueryRowContext(ctx, statement+` RETURNING `+columns, args...))
		if err != nil {
			return order.Order{}, err
		}
		if len(s.receivers) > 0 {
			_, err = tx.ExecContext(ctx, s.event(`(SELECT * FROM orders WHERE id = $2)`, 1), event, o.ID)
		}
		return o, errors.Join(err, s.record(ctx, tx, "move", ofOrder(o.ID), string(o.Status)))
	})
}

// record records what the shop's owner did.
func (s *Store) record(ctx context.Context, tx *sql.Tx, action, subject, detail string) error {
	return audit.Record(ctx, tx, s.now(), audit.Action{Name: action, Subject: subject, Detail: detail})
}

func ofOrder(id int64) string { return "order " + strconv.FormatInt(id, 10) }

// event is the statement that writes a change to the outbox. The order's history counts its changes. An event is a dead
// letter where one before it is, and waits with one that waits for its next attempt: it cannot be sent before that one, and
// what is due is gone through every second. If it misses that one's coming to this at this very moment, it waits behind it.
func (s *Store) event(changed string, parameter int) string {
	var names []string
	for _, name := range s.receivers {
		names = append(names, `SELECT '`+strings.ReplaceAll(name, `'`, `''`)+`' AS name`)
	}
	return `INSERT INTO outbox (event, receiver, order_id, sequence, status, items, total_cents, problem, at, due_at, dead_at)
		SELECT CAST($` + strconv.Itoa(parameter) + ` AS TEXT), r.name, c.id, length(c.history) - length(replace(c.history, '@', '')) + 1,
			c.status, c.items, c.total_cents, c.problem, ` + s.now() + `,
			coalesce((SELECT max(due_at) FROM outbox WHERE receiver = r.name AND order_id = c.id
				AND due_at > ` + s.now() + ` + ` + strconv.FormatInt(webhook.LongestLease.Milliseconds(), 10) + `), ` + s.now() + `),
			(SELECT max(dead_at) FROM outbox WHERE receiver = r.name AND order_id = c.id)
		FROM ` + changed + ` AS c CROSS JOIN (` + strings.Join(names, ` UNION ALL `) + `) AS r`
}
