package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	driversqlite "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
)

// fault tells a store that cannot serve now (down, full, locked, read-only, out of connections) from a mistake of
// ours. The first is the caller's to try again, the second stays an internal error.
func (db *DB) fault(err error) error {
	if err == nil || fault.As(err) != nil {
		return err
	}
	switch {
	case takesNoChanges(err):
		return unwritable(err)
	case unavailable(err):
		return down(db.explained(err))
	}
	return err
}

// explained adds what to do about it to an error that does not say. A pooler refuses what a session is to be told: the
// bounds that this package sets where it knows of no pooler, or what the address itself sets.
func (db *DB) explained(err error) error {
	var pg *pgconn.PgError
	switch {
	case !errors.As(err, &pg) || !strings.Contains(pg.Message, "unsupported startup parameter"):
		return err
	case db.pooled:
		return fmt.Errorf("%w (the pooler keeps no session for it: take it out of %s, and set it for the role or the database)",
			err, contract.EnvDatabaseURL)
	}
	return fmt.Errorf("%w (a pooler answers at %s: set %s to the address of the server itself)",
		err, contract.EnvDatabaseURL, contract.EnvDatabaseDirectURL)
}

// takesNoChanges tells a store that is read-only or full, which can still be read.
func takesNoChanges(err error) bool {
	const diskFull = "53100"
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == readOnly || pg.Code == diskFull
	}
	var lite *driversqlite.Error
	if errors.As(err, &lite) {
		code := lite.Code() & primary
		return code == codes.SQLITE_FULL || code == codes.SQLITE_READONLY
	}
	return false
}

func down(cause error) error { return fault.Down("The store cannot be used now", cause) }

func unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pgUnavailable(pg.Code)
	}
	var lite *driversqlite.Error
	if errors.As(err, &lite) {
		return liteUnavailable(lite.Code())
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || pgconn.Timeout(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, sql.ErrConnDone)
}

// pgUnavailable is by the classes of PostgreSQL's appendix A: all but those that only a wrong statement can cause.
func pgUnavailable(code string) bool {
	switch code[:min(2, len(code))] {
	case "08", "3D", "28", "40", "53", "55", "57", "58", "XX":
		return true
	}
	return false
}

// primary is the part of SQLite's codes that says what happened; the rest says more about the same thing.
const primary = 0xff

func liteUnavailable(code int) bool {
	switch code & primary {
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_IOERR,
		codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB, codes.SQLITE_CANTOPEN, codes.SQLITE_INTERRUPT,
		codes.SQLITE_NOMEM, codes.SQLITE_PERM, codes.SQLITE_PROTOCOL, codes.SQLITE_SCHEMA:
		return true
	}
	return false
}

// lost tells a transaction that PostgreSQL gave up for another's sake: serialization failure or deadlock.
func lost(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01") || errors.Is(err, ErrAgain)
}

// ErrAgain is what a transaction returns to be run anew.
var ErrAgain = errors.New("the transaction must be run again")
