package sqlstore_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// TestAnOlderBackupIsRestoredOverThisRelease loads the dump of each earlier schema over a database of this release, as
// the restore job does. What the dump does not know stays behind, and the next start must migrate over it all the same.
func TestAnOlderBackupIsRestoredOverThisRelease(t *testing.T) {
	t.Parallel()
	files := migrations(t)
	for version := 1; version < len(files); version++ {
		t.Run(files[version-1], func(t *testing.T) {
			t.Parallel()
			settings := databasetest.Postgres(t)
			older := fstest.MapFS{}
			for _, name := range files[:version] {
				content, err := os.ReadFile(filepath.Join("migrations/postgres", name))
				must(t, err)
				older["postgres/"+name] = &fstest.MapFile{Data: content}
			}
			must(t, databasetest.MustOpen(t, settings).Migrate(t.Context(), older))
			dump := filepath.Join(t.TempDir(), "dump")
			mustRun(t, "pg_dump", "--format=custom", "--file", dump, settings.URL)

			store := mustStore(t, settings)
			once := product.Once{Key: "k", Fingerprint: "f"}
			_, _, err := store.Create(t.Context(), product.Product{Name: "Of a later time", Price: 1}, once)
			must(t, err)
			mustRun(t, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
				"--exit-on-error", "--dbname", settings.URL, dump)

			store = mustStore(t, settings)
			beginsWithFirstProducts(t, store)
			p, replayed, err := store.Create(t.Context(), product.Product{Name: "Anew", Price: 1}, once)
			if err != nil || replayed || p.Name != "Anew" {
				t.Errorf("a key from a time that the backup does not know: %+v, replayed: %t, %v", p, replayed, err)
			}
			_, err = store.Reserve(t.Context(), held("a", laptops(5)...))
			must(t, err)
		})
	}
}

// migrations are the names of PostgreSQL's, in their order.
func migrations(t *testing.T) (names []string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS("migrations/postgres"), "*.sql")
	must(t, err)
	if len(files) < 2 {
		t.Fatalf("the migrations are %q, want some", files)
	}
	return files
}

func mustRun(t *testing.T, name string, arguments ...string) {
	t.Helper()
	command := exec.Command(name, arguments...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(arguments, " "), err, &said)
	}
}
