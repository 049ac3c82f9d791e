package bench_test

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// seconds is how long orders are placed in each round.
const seconds = 5

// compareOrders has both services sell on a PostgreSQL that commits to the disk, and pgbench run the same statements on
// the same tables.
func compareOrders(b *testing.B) (table [][]int) {
	b.Helper()
	server, err := databasetest.Start()
	databasetest.NeedServer(b, err)
	b.Cleanup(func() {
		if err := server.Remove(); err != nil {
			b.Error(err)
		}
	})
	if err := server.Stop(); err != nil {
		b.Fatal(err)
	}
	if err := server.Run("fsync=on"); err != nil {
		b.Fatal(err)
	}
	shop := mustRunShop(b, server)
	// A shop in use has been analyzed. One that is new runs on plans for empty tables until autovacuum comes by; pgbench,
	// which connects anew each time, never does.
	wrk(b, "--duration", strconv.Itoa(seconds), "--script", "testdata/order.lua", shop.URL, "first")
	server.MustRun(b, "postgres", "ANALYZE")
	for round := range rounds {
		ours := wrk(b, "--duration", strconv.Itoa(seconds), "--script", "testdata/order.lua", shop.URL, strconv.Itoa(round))
		table = append(table, []int{ours, pgbench(b, server)})
	}
	return table
}

// mustRunShop is both services on one database with a schema for each, so that pgbench can reach both.
func mustRunShop(b *testing.B, server *databasetest.Server) *servicetest.Process {
	b.Helper()
	server.MustRun(b, "postgres", "CREATE SCHEMA products")
	server.MustRun(b, "postgres", "CREATE SCHEMA orders")
	env := map[string]string{
		contract.EnvAdminAPIKey: key, contract.EnvReservationKey: key,
		contract.EnvDatabaseConnections: strconv.Itoa(clients),
		contract.EnvDatabaseURL:         server.URL("postgres") + "&search_path=products",
	}
	products := servicetest.Start(b, servicetest.Build(b, contract.ProductAPI), env).AwaitReady()
	mustFill(b, products.URL)
	env[contract.EnvDatabaseURL] = server.URL("postgres") + "&search_path=orders"
	env[contract.EnvProductAPIURL] = products.URL
	return servicetest.Start(b, servicetest.Build(b, contract.OrderAPI), env).AwaitReady()
}

// pgbench returns orders per second.
func pgbench(b *testing.B, server *databasetest.Server) int {
	b.Helper()
	_, directory, _ := strings.Cut(server.URL("postgres"), "host=")
	said, err := exec.Command("pgbench", "--host", directory, "--username", "postgres", "--no-vacuum",
		"--client", strconv.Itoa(clients), "--time", strconv.Itoa(seconds), "--protocol", "prepared",
		"--file", "testdata/order.pgbench", "postgres").CombinedOutput()
	if err != nil {
		b.Fatal(fmt.Errorf("pgbench: %w\n%s", err, said))
	}
	return number(b, string(said), `tps = ([0-9.]+)`)
}
