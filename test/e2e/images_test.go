package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// image makes a folder an image that the platform's cluster knows, and returns its name.
func (p *platform) image(t *testing.T, name, folder string) string {
	t.Helper()
	said := strings.Split(output(t, p.dir, ".local/bin/local", "image", name, folder), "\n")
	return said[len(said)-1]
}

// probeImage has the program in ./probe and nothing else.
func (p *platform) probeImage(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	output(t, "", "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o", folder+"/probe", "./probe")
	return p.image(t, "probe", folder)
}

// postgresImage has Debian's PostgreSQL, the libraries that it is linked with, and a shell.
func (p *platform) postgresImage(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	home := postgresHome(t)
	for _, program := range []string{"postgres", "initdb", "pg_ctl", "psql", "pg_dump", "pg_restore", "pg_isready"} {
		copyInto(t, folder, filepath.Join(home, "bin", program))
	}
	modules, err := filepath.Glob(filepath.Join(home, "lib", "*.so"))
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range modules {
		if !strings.Contains(module, "llvmjit") { // as large as all the rest, and only faster
			copyInto(t, folder, module)
		}
	}
	output(t, "", "cp", "-rL", "--parents", "/usr/share/postgresql/"+filepath.Base(home), folder)
	output(t, "", "cp", "-L", "--parents", "/usr/share/zoneinfo/UTC", "/bin/busybox", folder)
	for _, applet := range strings.Fields("cat date du find ls mkdir mv rm sh tail") {
		if err := os.Symlink("busybox", filepath.Join(folder, "bin", applet)); err != nil {
			t.Fatal(err)
		}
	}
	return p.image(t, "postgres", folder)
}

// postgresHome is where Debian keeps its newest PostgreSQL.
func postgresHome(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*")
	if err != nil || len(found) == 0 {
		t.Fatalf("PostgreSQL is missing: test/install-packages installs it (%v)", err)
	}
	return found[len(found)-1]
}

// copyInto copies a program or library, and the libraries that it needs, to their places in a folder.
func copyInto(t *testing.T, folder, path string) {
	t.Helper()
	output(t, "", "cp", "-L", "-u", "--parents", "-t", folder, path)
	copyLibraries(t, folder, path)
}

// copyLibraries copies the libraries that a program or library needs.
func copyLibraries(t *testing.T, folder, path string) {
	t.Helper()
	var needed []string
	for field := range strings.FieldsSeq(output(t, "", "ldd", path)) {
		if strings.HasPrefix(field, "/") {
			needed = append(needed, field)
		}
	}
	if len(needed) > 0 {
		output(t, "", "cp", append([]string{"-L", "-u", "--parents", "-t", folder}, needed...)...)
	}
}
