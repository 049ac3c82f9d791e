package databasetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/techcommerce/platform/apps/internal/database"
)

// Main runs a package's tests and stops the PostgreSQL server that they may have started.
func Main(m *testing.M) {
	code := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var (
	sharedOnce    sync.Once
	sharedServer  *Server
	errShared     error
	databaseCount atomic.Int64
)

// Postgres is a new database in a server that the tests of one package share; their TestMain must call Main.
func Postgres(tb testing.TB) database.Settings {
	tb.Helper()
	sharedOnce.Do(func() { sharedServer, errShared = Start() })
	NeedServer(tb, errShared)
	return sharedServer.MustCreate(tb)
}

// NeedServer skips a test out loud where PostgreSQL's server is not installed, and fails it where CI=true says that
// nothing may be skipped.
func NeedServer(tb testing.TB, err error) {
	tb.Helper()
	need(tb, "PostgreSQL's server, for example Debian's package postgresql", err)
}

func need(tb testing.TB, what string, err error) {
	tb.Helper()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		tb.Skip("SKIPPED: needs " + what)
	}
	if err != nil {
		tb.Fatalf("%s: %v", what, err)
	}
}

func stopShared() error {
	var problems []error
	if sharedPooler != nil {
		problems = append(problems, sharedPooler.remove())
	}
	if sharedServer != nil {
		problems = append(problems, sharedServer.Remove())
	}
	return errors.Join(problems...)
}

// Server is a PostgreSQL server that listens on a socket in its own directory only.
type Server struct {
	dir     string
	bin     string
	account *syscall.Credential
	program *program
}

// Start makes a server in a new directory. Root starts it as another user, for PostgreSQL refuses to run as root.
func Start() (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, account, err := place("postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, account: account}
	initdb := s.command("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C",
		"--pgdata", filepath.Join(dir, "data"))
	if said, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, said)
	}
	return s, s.Run()
}

// place is a new directory, and the account that its program runs as and that owns it: nil for our own.
func place(pattern string) (dir string, account *syscall.Credential, err error) {
	if dir, err = os.MkdirTemp("", pattern); err != nil || os.Geteuid() != 0 {
		return dir, nil, err
	}
	if account, err = unprivileged(); err != nil {
		return dir, nil, err
	}
	return dir, account, os.Chown(dir, int(account.Uid), int(account.Gid))
}

// Run starts the server's process and waits until it answers. Options are settings such as fsync=on.
func (s *Server) Run(options ...string) error {
	arguments := []string{"-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-c", "listen_addresses=", "-c", "fsync=off"}
	for _, option := range options {
		arguments = append(arguments, "-c", option)
	}
	var err error
	if s.program, err = spawn(s.command("postgres", arguments...), filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	return s.await()
}

func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		connection, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return connection.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case err := <-s.program.done:
			return fmt.Errorf("the server ended: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server's process as a crash would; what it acknowledged is kept.
func (s *Server) Stop() error { return s.program.stop() }

// Remove stops the server and removes its directory.
func (s *Server) Remove() error { return errors.Join(s.Stop(), os.RemoveAll(s.dir)) }

// URL is that of one of the server's databases.
func (s *Server) URL(name string) string { return "postgres://postgres@/" + name + "?host=" + s.dir }

// MustCreate makes a new database.
func (s *Server) MustCreate(tb testing.TB) database.Settings {
	tb.Helper()
	name := "test" + strconv.FormatInt(databaseCount.Add(1), 10)
	s.MustRun(tb, "postgres", "CREATE DATABASE "+name)
	return settings(s.URL(name))
}

// MustRun runs a statement in a database.
func (s *Server) MustRun(tb testing.TB, name, statement string) {
	tb.Helper()
	ctx := context.Background()
	connection, err := pgx.Connect(ctx, s.URL(name))
	if err != nil {
		tb.Fatalf("connect: %v", err)
	}
	_, err = connection.Exec(ctx, statement)
	if err = errors.Join(err, connection.Close(ctx)); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

func (s *Server) command(name string, arguments ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(s.bin, name), arguments...)
	command.Dir = s.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	return command
}

// binaries finds where the server's programs are: on the path, or where Debian keeps them.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.Join(err, exec.ErrNotFound)
	}
	newest := found[0]
	for _, path := range found {
		if version(path) > version(newest) {
			newest = path
		}
	}
	return filepath.Dir(newest), nil
}

// version is the number in a path such as /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	number, err := strconv.Atoi(strings.Split(path, "/")[4])
	if err != nil {
		return 0 // not a version's directory, so any version's is better
	}
	return number
}

func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(account.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(account.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("neither user postgres nor nobody exists to run the server as")
}
