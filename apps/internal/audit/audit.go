// Package audit records what the shop's owner does: who, what and when, in the database of what is done and in the same
// transaction. It knows the owner by a fingerprint of the admin key, never by the key, and it holds nothing of customers.
// The table audit is made by each service's migrations.
package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
)

// Action is what was done to what.
type Action struct {
	// Name is one word or two, such as "edit".
	Name string
	// Subject is what it was done to, such as "product 6".
	Subject string
	// Detail says what is different since. No customer's name, and no secret.
	Detail string
}

// Entry is an action that was recorded.
type Entry struct {
	ID int64
	At time.Time
	// Key is the fingerprint of the admin key that was used.
	Key string
	Action
}

// Fingerprint tells keys apart and tells nothing of them: 32 bits of a sum, which millions of keys share.
func Fingerprint(key string) string {
	sum := sha256.Sum256([]byte("audit " + key))
	return hex.EncodeToString(sum[:4])
}

type actor struct{}

// By marks what is done in a context as done by the holder of an admin key.
func By(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, actor{}, Fingerprint(key))
}

// Actor is the fingerprint of the key that acts in a context, empty where it is not the owner who acts.
func Actor(ctx context.Context) string {
	fingerprint, _ := ctx.Value(actor{}).(string)
	return fingerprint
}

// Record records an action of the owner in the transaction of the action, at the moment that an expression tells. What
// others do is not recorded.
func Record(ctx context.Context, tx *sql.Tx, now string, done Action) error {
	by := Actor(ctx)
	if by == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (at, key, action, subject, detail) VALUES (`+now+`, $1, $2, $3, $4)`,
		by, done.Name, done.Subject, done.Detail)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Log is what was recorded.
type Log struct {
	DB *database.DB
	// Kept is how long; 0 is for good.
	Kept time.Duration
}

// Record records an action that is no transaction of this database alone.
func (l Log) Record(ctx context.Context, done Action) error {
	_, err := database.Write(ctx, l.DB, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		return database.None{}, Record(ctx, tx, l.DB.Now(), done)
	})
	return err
}

// List returns entries, the newest first: those with ids below one, or all where that is 0.
func (l Log) List(ctx context.Context, before int64, most int) ([]Entry, error) {
	page, err := database.Read(ctx, l.DB, func(ctx context.Context, tx *sql.Tx) ([]Entry, error) {
		rows, err := tx.QueryContext(ctx, `SELECT id, at, key, action, subject, detail FROM audit
			WHERE CAST($1 AS BIGINT) = 0 OR id < $1 ORDER BY id DESC LIMIT $2`, before, most)
		if err != nil {
			return nil, err
		}
		return database.Collect(rows, scan)
	})
	if err != nil {
		return nil, fmt.Errorf("audit: list: %w", err)
	}
	return page, nil
}

func scan(row database.Scanner) (e Entry, err error) {
	var at int64
	err = row.Scan(&e.ID, &at, &e.Key, &e.Name, &e.Subject, &e.Detail)
	e.At = time.UnixMilli(at)
	return e, err
}

// Forget removes entries that were kept for long enough, and returns how many.
func (l Log) Forget(ctx context.Context) (forgotten int, err error) {
	const most = 1000 // in one transaction
	for l.Kept > 0 {
		count, err := database.Write(ctx, l.DB, func(ctx context.Context, tx *sql.Tx) (int, error) {
			return database.Changed(ctx, tx, `DELETE FROM audit WHERE id IN (
				SELECT id FROM audit WHERE at < `+l.DB.Now()+` - CAST($1 AS BIGINT) ORDER BY id LIMIT $2)`, l.Kept.Milliseconds(), most)
		})
		forgotten += count
		if err != nil {
			return forgotten, fmt.Errorf("audit: forget: %w", err)
		}
		if count < most {
			break
		}
	}
	return forgotten, nil
}
