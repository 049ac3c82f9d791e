package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// inCluster is a stack of one's own, as for a pull request: small, with PostgreSQL in the cluster.
const inCluster = `
config:
  techcommerce:images: {registries: [techcommerce.local]}
  techcommerce:demo: true
  techcommerce:rolloutDeadline: 60s
  techcommerce:drain: {delay: 1s, timeout: 5s, margin: 1s}
  techcommerce:services:
    frontend: {replicas: 1, cpu: {request: 50m}}
    product-api:
      autoscale: {min: 1, max: 2, shrinkAfter: 15s}
      cpu: {request: 50m}
      databaseConnections: 2
    order-api: {replicas: 1, cpu: {request: 50m}, databaseConnections: 2}
  techcommerce:database:
    postgres:
      image: %s
      size: 1Gi
      cpu: {request: 50m}
      memory: {request: 64Mi, limit: 256Mi}
      backup: {size: 1Gi}%s
  techcommerce:edge: {nodePort: 30251}
`

const (
	prStack     = "pr-1"
	prNamespace = "techcommerce-pr-1"
	prLeast     = 1
)

// prSecrets are given, so that the test knows what to look for.
func prSecrets() map[string]string {
	return map[string]string{
		"productApiDatabasePassword": "given-for-products-0123456789abcdef",
		"orderApiDatabasePassword":   "given-for-orders-0123456789abcdef",
		"adminApiKey":                "given-for-the-admin-0123456789abcdef",
		"reservationKey":             "given-for-reservations-0123456789abcdef",
		"sessionKey":                 "given-for-sessions-0123456789abcdef",
	}
}

// at is the shop of another stack on the platform's node.
func (p *platform) at(t *testing.T, nodePort string) *platform {
	t.Helper()
	address, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	return &platform{dir: p.dir, environ: p.tools(t), url: "http://" + address.Hostname() + ":" + nodePort}
}

// servesOnPostgres brings up a new stack from one file, and orders.
func (o *operator) servesOnPostgres(t *testing.T) {
	o.postgres = o.p.postgresImage(t)
	o.create(t, prStack, fmt.Sprintf(inCluster, o.postgres, ""), prSecrets())
	o.up(t, prStack)
	o.shop = o.p.at(t, "30251")
	for range 3 {
		o.shop.order(t)
	}
	if err := o.shop.checkOrders(); err != nil {
		t.Fatal(err)
	}
	o.shop.keepsOrdersPrivate(t)
}

// keepsOrdersPrivate asks for orders as somebody who placed none.
func (p *platform) keepsOrdersPrivate(t *testing.T) {
	t.Helper()
	for path, want := range map[string]int{
		"/api/orders": http.StatusUnauthorized,
		fmt.Sprintf("/api/orders/%d", p.orders[0].id): http.StatusNotFound,
	} {
		response, err := client.Get(p.url + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("GET %s: %s, want %d", path, response.Status, want)
		}
	}
}

// keepsRolesApart lets each role try what it needs, and what it must not be able to do.
func (o *operator) keepsRolesApart(t *testing.T) {
	const order = `"INSERT INTO orders SELECT * FROM orders WHERE false"`
	for _, try := range []struct{ role, database, statement, want string }{
		{"order_api", "order_api", order, "INSERT 0 0"},
		{"product_api", "order_api", order, `pg_hba.conf rejects connection for host "127.0.0.1", user "product_api"`},
		{"product_api", "postgres", `"SELECT 1"`, `pg_hba.conf rejects connection for host "127.0.0.1", user "product_api"`},
		{"product_api", "product_api", `"CREATE DATABASE another"`, "permission denied to create database"},
		{"product_api", "product_api", `"CREATE ROLE another"`, "permission denied to create role"},
		{"backup", "order_api", `"SELECT count(*) >= 0 FROM orders"`, "t"},
		{"backup", "order_api", order, "permission denied for table orders"},
	} {
		said, err := o.p.tryKubectl(t, "", "-n", prNamespace, "exec", "database-0", "--", "/bin/sh", "-c",
			`export PGPASSWORD="$(cat /keys/`+try.role+`)"; exec /usr/lib/postgresql/*/bin/psql -h 127.0.0.1 -U `+try.role+
				` -XAt -c `+try.statement+" "+try.database)
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, try.want) {
			t.Errorf("%s in %s: %s: want %q, got %s", try.role, try.database, try.statement, try.want, said)
		}
	}
}

// backsUp makes the backup that is due at night now, and finds it on the CronJob, from where the age of the last success
// is read.
func (o *operator) backsUp(t *testing.T) {
	in := []string{"-n", prNamespace}
	o.p.kubectl(t, "", append(in, "create", "job", "now", "--from=cronjob/database-backup")...)
	o.p.kubectl(t, "", append(in, "wait", "--for=condition=complete", "--timeout=90s", "job/now")...)
	said := strings.Fields(o.p.kubectl(t, "", append(in, "logs", "job/now")...))
	o.backup = said[len(said)-1][len("/backups/"):]
	eventually(t, 30*time.Second, func() error {
		at := o.p.kubectl(t, "", append(in, "get", "cronjob", "database-backup", "-o",
			"jsonpath={.status.lastSuccessfulTime}")...)
		if success, err := time.Parse(time.RFC3339, at); err != nil || time.Since(success) > 5*time.Minute {
			return fmt.Errorf("the CronJob's last success is %q, want it just now", at)
		}
		return nil
	})
}

// restores loses the volume with all data, and brings all of it back from the backup with one setting.
func (o *operator) restores(t *testing.T) {
	before := o.rows(t)
	if !strings.Contains(before, "Ada Lovelace") {
		t.Fatalf("the orders are not among the rows:\n%s", before)
	}
	in := []string{"-n", prNamespace}
	o.p.kubectl(t, "", append(in, "scale", "statefulset", "database", "--replicas=0")...)
	o.p.kubectl(t, "", append(in, "delete", "persistentvolumeclaim", "database-data", "--timeout=90s")...)
	o.write(t, prStack, fmt.Sprintf(inCluster, o.postgres, "\n      restore: "+o.backup))
	o.up(t, prStack, "--refresh")
	if after := o.rows(t); after != before {
		t.Errorf("the restored rows differ:\n%s\nwant:\n%s", after, before)
	}
	eventually(t, 30*time.Second, o.shop.checkOrders)
	o.shop.order(t)
	o.restoresOnce(t)
}

// restoresOnce changes the server's settings while the restore is still asked for: the job must not load the backup over
// what has been ordered since.
func (o *operator) restoresOnce(t *testing.T) {
	t.Helper()
	changed := strings.Replace(inCluster, "limit: 256Mi", "limit: 320Mi", 1)
	o.write(t, prStack, fmt.Sprintf(changed, o.postgres, "\n      restore: "+o.backup))
	said := o.pulumi(t, "preview", "--stack", prStack, "--diff")
	if !strings.Contains(said, "apps/v1:StatefulSet:") || strings.Contains(said, "batch/v1:Job:") {
		t.Errorf("want the server changed and the restore left alone, got:\n%s", said)
	}
}

// rows are all rows of all tables of both databases, in an order that depends on nothing else. Only the table that
// readiness writes the time to is left out.
func (o *operator) rows(t *testing.T) string {
	t.Helper()
	const every = `SELECT format('SELECT %L, t::text FROM %I t ORDER BY t::text', tablename, tablename) ` +
		`FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'probe' ORDER BY tablename \gexec`
	var all strings.Builder
	for _, database := range []string{"product_api", "order_api"} {
		all.WriteString(database + "\n" + o.p.kubectl(t, every, "-n", prNamespace, "exec", "-i", "database-0", "--", "/bin/sh", "-c",
			`exec /usr/lib/postgresql/*/bin/psql -h /tmp -U postgres --no-align --tuples-only --no-psqlrc `+database) + "\n")
	}
	return all.String()
}
