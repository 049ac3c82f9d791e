// Package database opens the stores' databases, SQLite or PostgreSQL, by URL. Both are spoken to with database/sql
// and $1 placeholders; what differs between them is kept in here. It knows no table but its own: probe, schema_floor and seeds.
package database

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
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
	// DirectURL is PostgreSQL's own address where URL is that of a pooler in transaction mode. Migrations go there: they
	// hold a lock for as long as their session. Empty: there is no pooler.
	DirectURL string
	// CA is a file with the certificates of those who may vouch for PostgreSQL's name. Empty: those of the system, if the
	// URL asks for any.
	CA string
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
		DirectURL:   env.Text(contract.EnvDatabaseDirectURL, ""),
		CA:          env.Text(contract.EnvDatabaseCA, ""),
		Connections: env.Int(contract.EnvDatabaseConnections, 10, 1, 1000),
		Timeout:     env.Duration(contract.EnvDatabaseTimeout, 3*time.Second),
	}
	if s.URL == "" {
		return s
	}
	s.check(env)
	return s
}

// check opens what the settings name, which connects to nothing, one after the other: each variable has its own problem.
func (s Settings) check(env *environ.Reader) {
	if s.CA != "" {
		if err := checkAuthorities(s.CA); err != nil {
			env.Problem(contract.EnvDatabaseCA, err.Error())
			return
		}
	}
	alone := s
	alone.DirectURL = ""
	if err := alone.opens(); err != nil {
		env.Problem(contract.EnvDatabaseURL, "want sqlite:///absolute/path.db or postgres://user@host/name: "+err.Error())
	}
	if s.DirectURL == "" {
		return
	}
	alone.URL = s.DirectURL
	if err := alone.opens(); err != nil || !isPostgres(s.DirectURL) {
		env.Problem(contract.EnvDatabaseDirectURL, errors.Join(errors.New("want postgres://user@host/name"), err).Error())
	}
	if !isPostgres(s.URL) {
		env.Problem(contract.EnvDatabaseDirectURL, "is set, but "+contract.EnvDatabaseURL+" is no pooler's postgres://…")
	}
}

func (s Settings) opens() error {
	db, err := open(s)
	if err != nil {
		return err
	}
	return db.Close()
}

func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// DB is a pool of connections.
type DB struct {
	pool *sql.DB
	// own makes one connection for Check when all of the pool are taken.
	own      *sql.DB
	dialect  dialect
	timeout  time.Duration
	settings Settings
	// path is the file of a SQLite database.
	path string
	// pooled says that a pooler in transaction mode answers at the URL.
	pooled bool
	// answered is when a statement last went well, in nanoseconds since 1970.
	answered *atomic.Int64
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
	db.own.SetMaxOpenConns(1)
	db.own.SetMaxIdleConns(0) // it is seldom needed
	db.answered = &atomic.Int64{}
	return db, nil
}

func open(s Settings) (*DB, error) {
	parsed, err := url.Parse(s.URL)
	if err != nil {
		return nil, errMalformed // the parser's own words would repeat the password
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
	own, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	return &DB{
		pool: pool, own: own, dialect: sqlite, timeout: s.Timeout, settings: s, path: location.Path, writer: make(chan struct{}, 1),
	}, nil
}

// Close ends every connection.
func (db *DB) Close() error { return errors.Join(db.pool.Close(), db.own.Close()) }

// Locking is the clause that locks selected rows until the transaction ends. In SQLite a write transaction has the
// whole file to itself, so there is nothing to say.
func (db *DB) Locking() string {
	if db.dialect == sqlite {
		return ""
	}
	return " FOR UPDATE"
}

// LockingFree is Locking for the rows that nobody else has locked; the others are left out. A query with it and a LIMIT
// belongs into WITH … AS MATERIALIZED: as a subquery it may run once for each row around it, each time for other rows.
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
