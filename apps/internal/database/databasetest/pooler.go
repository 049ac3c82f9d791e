package databasetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/techcommerce/platform/apps/internal/database"
)

var (
	poolerOnce   sync.Once
	sharedPooler *pooler
	errPooler    error
)

// EachStore is Each, and once more for PostgreSQL behind PgBouncer.
func EachStore(t *testing.T, test func(t *testing.T, settings database.Settings)) {
	t.Helper()
	Each(t, test)
	t.Run("pgbouncer", func(t *testing.T) {
		t.Parallel()
		test(t, Pooled(t))
	})
}

// Pooled is a new database behind PgBouncer in transaction mode, which hands each transaction to another of a few
// sessions. The tests of one package share it; their TestMain must call Main.
func Pooled(tb testing.TB) database.Settings {
	tb.Helper()
	direct := Postgres(tb)
	poolerOnce.Do(func() { sharedPooler, errPooler = startPooler(sharedServer) })
	need(tb, "PgBouncer, for example Debian's package pgbouncer", errPooler)
	pooled := direct
	pooled.DirectURL = direct.URL
	pooled.URL = sharedPooler.url(databasePath(direct.URL))
	return pooled
}

// pooler is a PgBouncer that listens on a socket in its own directory only.
type pooler struct {
	dir     string
	program *program
}

// poolerSettings are PgBouncer's defaults where they matter: it refuses parameters of a session that it does not know,
// and forgets what a session was told. A session is used again as late as possible, so that whatever relies on one fails.
const poolerSettings = `[databases]
* = host=%s
[pgbouncer]
listen_port = 5432
unix_socket_dir = %s
auth_type = trust
auth_file = %[2]s/users
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
server_round_robin = 1
server_idle_timeout = 1
`

func startPooler(server *Server) (*pooler, error) {
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		const debian = "/usr/sbin/pgbouncer" // which is no place where every user looks for programs
		if _, missing := os.Stat(debian); missing != nil {
			return nil, err
		}
		path = debian
	}
	dir, account, err := place("pgbouncer-")
	if err != nil {
		return nil, err
	}
	ini := filepath.Join(dir, "pgbouncer.ini")
	if err := errors.Join(
		os.WriteFile(ini, fmt.Appendf(nil, poolerSettings, server.dir, dir), 0o644),
		os.WriteFile(filepath.Join(dir, "users"), []byte(`"postgres" ""`), 0o644),
	); err != nil {
		return nil, err
	}
	command := exec.Command(path, ini)
	command.Dir = dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	p := &pooler{dir: dir}
	if p.program, err = spawn(command, filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	return p, p.await()
}

func (p *pooler) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		connection, err := pgx.Connect(ctx, p.url("/postgres"))
		if err == nil {
			return connection.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case ended := <-p.program.done:
			said, _ := os.ReadFile(filepath.Join(p.dir, "log")) // for the message only
			return fmt.Errorf("PgBouncer ended: %w: %s", errors.Join(ended, err), said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *pooler) url(path string) string { return "postgres://postgres@" + path + "?host=" + p.dir }

func (p *pooler) remove() error { return errors.Join(p.program.stop(), os.RemoveAll(p.dir)) }
