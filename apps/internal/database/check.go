package database

import (
	"context"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/health"
)

const (
	// checkWithin bounds what Check waits for each of its attempts.
	checkWithin = 1200 * time.Millisecond
	// proven is for how long a statement that went well tells that the store can be read.
	proven = 2 * time.Second
)

// Check tells whether the store can be read. It never waits in the queue of a pool that is busy: the store of a busy
// service works if a statement went well just now, and is asked on a connection of its own otherwise. One that takes no
// changes is health.Degraded: reads go on, and no other replica could do more.
func (db *DB) Check(ctx context.Context) error {
	if !db.busy() {
		err := db.ask(ctx, db)
		if err == nil || !db.busy() {
			return err
		}
	}
	if time.Since(time.Unix(0, db.answered.Load())) < proven {
		return nil
	}
	alone := *db
	alone.pool = db.own
	return db.ask(ctx, &alone)
}

// busy says whether every connection of the pool is taken.
func (db *DB) busy() bool { return db.pool.Stats().InUse >= db.settings.Connections }

// ask reads on one of the connections of through, and has all of them made anew where the server takes no changes: after a
// failover another one may.
func (db *DB) ask(ctx context.Context, through *DB) error {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	query := `SELECT count(*) < 0 FROM probe`
	if db.dialect == postgres {
		query = `SELECT current_setting('transaction_read_only') = 'on' FROM (SELECT count(*) FROM probe) AS found`
	}
	readOnly, err := Row(ctx, through, Scan[bool], query)
	if err != nil || !readOnly {
		return err
	}
	db.era.end(time.Now())
	return health.Degraded(unwritable(fmt.Errorf("the server is read-only")))
}

// unwritable is the fault of a store that can be read and takes no changes.
func unwritable(cause error) error { return fault.Down("The store takes no changes now", cause) }
