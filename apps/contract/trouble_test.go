package contract_test

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// trouble is what can happen to the stores of both services, and how it passes.
type trouble struct {
	products, orders database.Settings
	begin, end       func(t *testing.T, d *drill)
	// readable says that the stores can still be read: the services stay ready for that.
	readable bool
	// refusal is what an order is told, where it is not that the store cannot be used now.
	refusal string
}

// TestTrouble has the services' stores fail under them while customers order: orders are turned away in clear words, reads
// go on where the stores can be read, readiness goes red where they cannot, and when the trouble passes everything goes on
// by itself with nothing lost, doubled or oversold.
func TestTrouble(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*testing.T) trouble{
		"a full disk": fullDisk, "locked files": lockedFiles, "corrupt files": corruptFiles,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prepare(t).run(t)
		})
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		server, err := databasetest.Start()
		databasetest.NeedServer(t, err)
		t.Cleanup(func() { must(t, server.Remove()) })
		for _, mode := range []struct{ name, setting string }{
			{"goes away", ""},
			{"turns read-only", "default_transaction_read_only=on"},
			{"has no connection left", "max_connections=3"},
		} {
			t.Run(mode.name, func(t *testing.T) { postgres(t, server, mode.setting).run(t) })
		}
	})
}

func (tr trouble) run(t *testing.T) {
	d := mustDrill(t, tr.products, tr.orders, nil)
	for i := range 3 {
		d.insist(fmt.Sprint("before-", i), oneMouse)
	}
	tr.begin(t, d)
	for _, p := range d.processes() {
		if !tr.readable {
			p.AwaitStatus(contract.ReadyPath, http.StatusServiceUnavailable)
		}
		p.AwaitStatus(contract.HealthPath, http.StatusOK) // a restart would not help
	}
	if tr.readable {
		d.learns(cmp.Or(tr.refusal, "The store cannot be used now"))
	}
	for i := range 3 {
		d.turnedAway(fmt.Sprint("meanwhile-", i), cmp.Or(tr.refusal, "The store cannot be used now"))
	}
	if tr.readable {
		d.stillRead()
	}
	tr.end(t, d)
	for _, p := range d.processes() {
		p.AwaitReady()
	}
	for i := range 3 {
		d.insist(fmt.Sprint("meanwhile-", i), oneMouse)
		d.insist(fmt.Sprint("after-", i), oneMouse)
	}
	d.check()
	if len(d.ids) != 9 {
		t.Errorf("%d orders are confirmed, want 9", len(d.ids))
	}
}

// noChanges is what an order is told while the store can only be read.
const noChanges = "The store takes no changes now"

const oneMouse = `{"customer":"Ann","items":[{"product_id":2,"quantity":1}]}`

func (d *drill) processes() []*servicetest.Process {
	return append([]*servicetest.Process{d.products}, d.orders...)
}

// stillRead wants the services ready and both lists served.
func (d *drill) stillRead() {
	d.Helper()
	for _, p := range d.processes() {
		list := "/api/orders"
		if p == d.products {
			list = "/api/products"
		}
		p.AwaitReady()
		p.AwaitStatus(list, http.StatusOK)
	}
}

// learns orders until the refusal is the one that lasts: connections from before a server was restarted are broken, and the
// first who meets one hears so.
func (d *drill) learns(refusal string) {
	d.Helper()
	for range 100 {
		status, answer := d.post(d.orders[0].URL+"/api/orders", "meanwhile-0", oneMouse)
		if status != http.StatusServiceUnavailable {
			d.Fatalf("an order is answered %d %s, want 503", status, answer)
		}
		if strings.Contains(string(answer), refusal) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	d.Errorf("no order is refused with %q", refusal)
}

// turnedAway orders and wants to hear that it is not possible now, and nothing more.
func (d *drill) turnedAway(key, refusal string) {
	d.Helper()
	status, answer := d.post(d.orders[0].URL+"/api/orders", key, oneMouse)
	var said map[string]any
	if err := json.Unmarshal(answer, &said); err != nil || status != http.StatusServiceUnavailable ||
		said["error"] != refusal || len(said) != 1 {
		d.Errorf("an order is answered %d %s, want 503 with a clear word", status, answer)
	}
}

// fullDisk has both databases on a small disk of their own.
func fullDisk(t *testing.T) trouble {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m"); err != nil {
		if os.Getenv("CI") == "true" && os.Geteuid() == 0 {
			t.Fatalf("mount: %v", err)
		}
		t.Skipf("SKIPPED: needs root to mount a small disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
	ballast := filepath.Join(disk, "ballast")
	return trouble{
		readable: true, refusal: noChanges,
		products: database.Settings{URL: "sqlite://" + filepath.Join(disk, "products.db")},
		orders:   database.Settings{URL: "sqlite://" + filepath.Join(disk, "orders.db")},
		begin: func(t *testing.T, _ *drill) {
			if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err == nil {
				t.Fatal("the disk is not full")
			}
		},
		end: func(t *testing.T, _ *drill) { must(t, os.Remove(ballast)) },
	}
}

// lockedFiles has somebody else write to both databases and not come to an end.
func lockedFiles(t *testing.T) trouble {
	tr := trouble{products: databasetest.SQLite(t), orders: databasetest.SQLite(t), readable: true}
	release, released := make(chan struct{}), make(chan struct{}, 2)
	tr.begin = func(t *testing.T, _ *drill) {
		for _, settings := range []database.Settings{tr.products, tr.orders} {
			settings.Timeout = time.Minute
			other, locked := databasetest.MustOpen(t, settings), make(chan struct{})
			go func() {
				// It changes nothing.
				_, _ = database.Write(context.Background(), other, func(context.Context, *sql.Tx) (database.None, error) {
					close(locked)
					<-release
					return database.None{}, nil
				})
				released <- struct{}{}
			}()
			<-locked
		}
	}
	tr.end = func(*testing.T, *drill) {
		close(release)
		<-released
		<-released
	}
	return tr
}

// corruptFiles kills the services, spoils their files, and starts them again on what is left. In the end somebody
// brings the files back.
func corruptFiles(t *testing.T) trouble {
	tr := trouble{products: databasetest.SQLite(t), orders: databasetest.SQLite(t)}
	var paths []string
	for _, settings := range []database.Settings{tr.products, tr.orders} {
		path, _, _ := strings.Cut(strings.TrimPrefix(settings.URL, "sqlite://"), "?")
		paths = append(paths, path, path+"-wal")
	}
	good := map[string][]byte{}
	tr.begin = func(t *testing.T, d *drill) {
		for _, p := range d.processes() {
			p.Kill()
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			must(t, err)
			good[path] = content
			must(t, os.WriteFile(path, []byte(strings.Repeat("this is no database ", 1000)), 0o600))
		}
		for _, p := range d.processes() {
			p.KillAndRestart()
		}
	}
	tr.end = func(t *testing.T, _ *drill) {
		for _, path := range paths {
			must(t, os.WriteFile(path, good[path], 0o600))
		}
	}
	return tr
}

// postgres stops the server as a crash would and, with a setting, starts it again in the state that it makes.
func postgres(t *testing.T, server *databasetest.Server, setting string) trouble {
	tr := trouble{products: server.MustCreate(t), orders: server.MustCreate(t)}
	if strings.HasPrefix(setting, "default_transaction_read_only") {
		tr.readable, tr.refusal = true, noChanges
	}
	var hog *database.DB
	release := make(chan struct{})
	tr.begin = func(t *testing.T, _ *drill) {
		must(t, server.Stop())
		if setting == "" {
			return
		}
		must(t, server.Run(setting, "superuser_reserved_connections=0"))
		if strings.HasPrefix(setting, "max_connections") {
			taken := tr.products
			taken.URL += "&application_name=" + hogName
			hog = databasetest.MustOpen(t, taken)
			go crowd(hog, 3, release)
		}
	}
	tr.end = func(t *testing.T, _ *drill) {
		close(release)
		if setting != "" {
			must(t, server.Stop())
		}
		must(t, server.Run())
	}
	return tr
}

// hogName tells the sessions of crowd from all others.
const hogName = "hog"

// crowd takes so many connections, again and again, until it is released, and ends the sessions of whoever was faster.
func crowd(db *database.DB, connections int, release chan struct{}) {
	for range connections {
		go func() {
			for {
				select {
				case <-release:
					return
				default:
				}
				_, _ = database.Read(context.Background(), db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
					for {
						select {
						case <-release:
							return database.None{}, nil
						case <-time.After(50 * time.Millisecond):
						}
						_, err := tx.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
							WHERE backend_type = 'client backend' AND application_name <> $1`, hogName)
						if err != nil {
							return database.None{}, err
						}
					}
				})
			}
		}()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
