// Package database opens the stores' databases, SQLite or PostgreSQL, by URL. Both are spoken to with database/sql
// and $1 placeholders; what differs between them is kept in here. It knows no table but its own probe.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/environ"
)

// Settings say which database and how much of it.
type Settings struct {
	// URL is sqlite:///absolute/path.db or postgres://…. A SQLite URL may end in ?synchronous=off, for tests whose
	// data need not survive the machine.
	URL string
	// Connections bounds the pool.
	Connections int
	// Timeout bounds one statement, and the wait for a lock.
	Timeout time.Duration
	// Clock stands in for the database's own clock, for tests in which time passes. It is nil otherwise.
	Clock func() time.Time
}

// ReadSettings reads the settings from the environment.
func ReadSettings(env *environ.Reader) Settings {
	s := Settings{
		URL:         env.Required(contract.EnvDatabaseURL),
		Connections: env.Int(contract.EnvDatabaseConnections, 10, 1, 1000),
		Timeout:     env.Duration(contract.EnvDatabaseTimeout, 3*time.Second),
	}
	if s.URL == "" {
		return s
	}
	if _, err := open(s); err != nil {
		env.Problem(contract.EnvDatabaseURL, "want sqlite:///absolute/path.db or postgres://user@host/name")
	}
	return s
}

// DB is a pool of connections.
type DB struct {
	pool     *sql.DB
	dialect  dialect
	timeout  time.Duration
	settings Settings
	// path is the file of a SQLite database.
	path string
	// era counts the times at which all connections were given up. Those of an earlier one are not used again.
	era *era
	// writer has one slot where only one transaction may write at a time: SQLite's own lock polls, this one queues.
	writer chan struct{}
}

type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
)

// Open makes the pool. It connects to nothing yet, so it succeeds while the database is down.
func Open(s Settings) (*DB, error) {
	db, err := open(s)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db.pool.SetMaxOpenConns(s.Connections)
	db.pool.SetMaxIdleConns(s.Connections)
	db.pool.SetConnMaxIdleTime(5 * time.Minute)
	db.pool.SetConnMaxLifetime(30 * time.Minute)
	return db, nil
}

func open(s Settings) (*DB, error) {
	parsed, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("malformed URL") // the parser's own words would repeat the password
	}
	switch parsed.Scheme {
	case "sqlite":
		return openSQLite(parsed, s)
	case "postgres", "postgresql":
		return openPostgres(s)
	}
	return nil, fmt.Errorf("unknown scheme %q, want sqlite or postgres", parsed.Scheme)
}

// openSQLite wants every commit on the disk before it is acknowledged, and write transactions that take the lock when
// they begin, so that none fails half way because another process wrote meanwhile.
func openSQLite(location *url.URL, s Settings) (*DB, error) {
	if !filepath.IsAbs(location.Path) || location.Host != "" {
		return nil, fmt.Errorf("want sqlite:///absolute/path.db")
	}
	synchronous := "full"
	if location.Query().Get("synchronous") == "off" {
		synchronous = "off"
	}
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", s.Timeout.Milliseconds()),
		"journal_mode(wal)", "synchronous(" + synchronous + ")", "foreign_keys(on)", "temp_store(memory)",
	}}
	source := url.URL{Scheme: "file", Path: location.Path, RawQuery: options.Encode()}
	pool, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	return &DB{
		pool: pool, dialect: sqlite, timeout: s.Timeout, settings: s, path: location.Path, writer: make(chan struct{}, 1),
	}, nil
}

// Close ends every connection.
func (db *DB) Close() error { return db.pool.Close() }

// Locking is the clause that locks selected rows until the transaction ends. In SQLite a write transaction has the
// whole file to itself, so there is nothing to say.
func (db *DB) Locking() string {
	if db.dialect == sqlite {
		return ""
	}
	return " FOR UPDATE"
}

// LockingFree is Locking for the rows that nobody else has locked; the others are left out.
func (db *DB) LockingFree() string {
	if db.dialect == sqlite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

// Now is the expression for the time by the database's own clock, in milliseconds since 1970. What several processes
// must agree on is decided by it, for each of their clocks may be wrong. A SQLite file has the clock of its one machine.
func (db *DB) Now() string {
	if db.settings.Clock != nil {
		return strconv.FormatInt(db.settings.Clock().UnixMilli(), 10)
	}
	if db.dialect == sqlite {
		return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
	}
	return "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
}

// WritesInQueries tells whether a WITH query may hold statements that write, so that one round trip does what a
// transaction of several would.
func (db *DB) WritesInQueries() bool { return db.dialect == postgres }

// Check tells whether the store can be written to: a database that is full or read-only still answers reads.
func (db *DB) Check(ctx context.Context) error {
	_, err := Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (None, error) {
		_, err := tx.ExecContext(ctx, `UPDATE probe SET at = $1`, time.Now().UnixMilli())
		return None{}, err
	})
	return err
}
