package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// outCluster is a stack whose data is in a PostgreSQL outside the cluster, at one address and nowhere else.
const outCluster = `
config:
  techcommerce:images: {registries: [techcommerce.local]}
  techcommerce:demo: true
  techcommerce:rolloutDeadline: 60s
  techcommerce:drain: {delay: 1s, timeout: 5s, margin: 1s}
  techcommerce:services:
    frontend: {replicas: 1, cpu: {request: 20m}}
    product-api: {autoscale: null, replicas: 1, cpu: {request: 20m}, databaseConnections: 2}
    order-api: {replicas: 1, cpu: {request: 20m}, databaseConnections: 2}
  techcommerce:database:
    external: {networks: [%s/32], port: %s}
  techcommerce:edge: {nodePort: 30252}
`

const (
	externalStack = "pr-2"
	externalPort  = "25432"
)

// keepsDataOutside brings up a stack on a PostgreSQL of the machine, over TLS, orders, and finds the order there.
func (o *operator) keepsDataOutside(t *testing.T) {
	machine := o.p.openOutwards(t)
	server := startPostgres(t, machine)
	secrets := map[string]string{}
	for setting, name := range map[string]string{"productApiDatabaseUrl": "products", "orderApiDatabaseUrl": "orders"} {
		password := "given-for-external-" + name
		server.query(t, "postgres", fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", name, password))
		server.query(t, "postgres", fmt.Sprintf("CREATE DATABASE %s OWNER %[1]s", name))
		secrets[setting] = fmt.Sprintf("postgres://%s:%s@%s:%s/%[1]s?sslmode=require", name, password, machine, externalPort)
		o.given[externalStack] = append(o.given[externalStack], password)
	}
	o.create(t, externalStack, fmt.Sprintf(outCluster, machine, externalPort), secrets)
	o.up(t, externalStack)
	o.p.at(t, "30252").order(t)
	if got := server.query(t, "orders", "SELECT count(*) FROM orders WHERE customer = 'Ada Lovelace'"); got != "1" {
		t.Errorf("the server outside has %s orders of hers, want 1", got)
	}
	o.checkState(t, externalStack)
	o.destroy(t, externalStack)
}

// postgresServer is a PostgreSQL of the machine, for as long as its test.
type postgresServer struct{ home, dir string }

func startPostgres(t *testing.T, address string) postgresServer {
	t.Helper()
	s := postgresServer{home: filepath.Join(postgresHome(t), "bin"), dir: t.TempDir()}
	output(t, s.dir, "openssl", strings.Fields("req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=postgres "+
		"-out server.crt -keyout server.key")...)
	if err := os.WriteFile(filepath.Join(s.dir, "hba"), []byte("local all all trust\nhostssl all all all scram-sha-256\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// PostgreSQL refuses to run as root, and the folders above belong to root.
	output(t, "", "chown", "-R", "postgres", s.dir)
	for at := s.dir; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		output(t, "", "chmod", "a+x", at)
	}
	output(t, s.dir, "setpriv", s.as("initdb", "--pgdata=data", "--username=postgres", "--auth=trust", "--no-sync")...)
	server := exec.Command("setpriv", s.as("postgres", "-D", "data", "-k", s.dir, "-p", externalPort, "-c", "fsync=off",
		"-c", "listen_addresses="+address, "-c", "hba_file="+s.dir+"/hba",
		"-c", "ssl=on", "-c", "ssl_cert_file="+s.dir+"/server.crt", "-c", "ssl_key_file="+s.dir+"/server.key")...)
	server.Dir = s.dir
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // its data goes with the test
		_ = server.Wait()
	})
	eventually(t, 30*time.Second, func() error {
		return exec.Command(filepath.Join(s.home, "pg_isready"), "-h", s.dir, "-p", externalPort).Run()
	})
	return s
}

// as is the arguments of setpriv that run one of the server's programs as its user.
func (s postgresServer) as(program string, args ...string) []string {
	return append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", filepath.Join(s.home, program)}, args...)
}

// query runs a statement as the superuser.
func (s postgresServer) query(t *testing.T, database, statement string) string {
	t.Helper()
	return output(t, s.dir, filepath.Join(s.home, "psql"), "-h", s.dir, "-p", externalPort, "-U", "postgres", "-X", "-At",
		"-v", "ON_ERROR_STOP=1", "-c", statement, database)
}
