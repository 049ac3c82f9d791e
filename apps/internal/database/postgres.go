package database

import (
	"context"
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

// openPostgres has every session bound its statements itself, so that a lost client holds no lock for long.
func openPostgres(s Settings) (*DB, error) {
	config, err := parsePostgres(s)
	if err != nil {
		return nil, err
	}
	milliseconds := strconv.FormatInt(s.Timeout.Milliseconds(), 10)
	config.RuntimeParams["statement_timeout"] = milliseconds
	config.RuntimeParams["lock_timeout"] = milliseconds
	config.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds
	now := &era{}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(now.mark), stdlib.OptionResetSession(now.check))
	return &DB{pool: pool, dialect: postgres, timeout: s.Timeout, settings: s, era: now}, nil
}

func parsePostgres(s Settings) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(s.URL)
	if err != nil {
		return nil, fmt.Errorf("malformed URL") // the parser's own words would repeat the password
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
