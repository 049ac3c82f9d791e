package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres has every session bound its statements itself, so that a lost client holds no lock for long. A pooler has
// sessions of its own: behind one each transaction does that, and no statement has a name that the next one relies on.
func openPostgres(s Settings) (*DB, error) {
	now := &era{}
	open := func() (*sql.DB, error) {
		config, err := parsePostgres(s, s.URL)
		if err != nil {
			return nil, err
		}
		if s.DirectURL == "" {
			boundSession(config, s.Timeout, s.Timeout)
		} else {
			config.DefaultQueryExecMode = pgx.QueryExecModeExec
		}
		return stdlib.OpenDB(*config, stdlib.OptionAfterConnect(now.mark), stdlib.OptionResetSession(now.check)), nil
	}
	pool, err := open()
	if err != nil {
		return nil, err
	}
	own, err := open()
	if err != nil {
		return nil, err
	}
	if s.DirectURL != "" {
		if _, err := parsePostgres(s, s.DirectURL); err != nil {
			return nil, fmt.Errorf("the server's own address: %w", err)
		}
	}
	return &DB{pool: pool, own: own, dialect: postgres, timeout: s.Timeout, settings: s, era: now, pooled: s.DirectURL != ""}, nil
}

// boundSession bounds what a session may take for a statement, and for a lock or a pause within a transaction.
func boundSession(config *pgx.ConnConfig, statement, rest time.Duration) {
	config.RuntimeParams["statement_timeout"] = milliseconds(statement)
	config.RuntimeParams["lock_timeout"] = milliseconds(rest)
	config.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(rest)
}

// boundTransaction is the statement that bounds the transaction that it is in, as boundSession does a session.
const boundTransaction = `SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true),
	set_config('idle_in_transaction_session_timeout', $1, true)`

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func parsePostgres(s Settings, address string) (*pgx.ConnConfig, error) {
	address, err := trust(address, s.CA)
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errMalformed // the parser's own words would repeat the password
	}
	config.ConnectTimeout = s.Timeout
	return config, nil
}

// era tells connections of a server that turned out to be read-only from those that were made since. After a failover
// the old primary may live on as a replica, and its connections with it: without this, writes would fail on them until
// they are old enough to be replaced.
type era struct {
	number atomic.Int64
	began  atomic.Int64 // nanoseconds since 1970
}

// shortestEra bounds how often connections are made anew while there is no primary at all.
const shortestEra = time.Second

// end has all connections of now replaced before they are used again.
func (e *era) end(now time.Time) {
	began := e.began.Load()
	if now.UnixNano()-began >= shortestEra.Nanoseconds() && e.began.CompareAndSwap(began, now.UnixNano()) {
		e.number.Add(1)
	}
}

const eraKey = "era"

func (e *era) mark(_ context.Context, conn *pgx.Conn) error {
	conn.PgConn().CustomData()[eraKey] = e.number.Load()
	return nil
}

func (e *era) check(_ context.Context, conn *pgx.Conn) error {
	if conn.PgConn().CustomData()[eraKey] != e.number.Load() {
		return driver.ErrBadConn
	}
	return nil
}

// readOnly is PostgreSQL's code for a write to a server or a session that takes none.
const readOnly = "25006"

func isReadOnly(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == readOnly
}
