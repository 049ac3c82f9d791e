package contract_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// TestOrdersThroughAPooler has the services share PgBouncer in transaction mode: orders are taken, and one service that is
// killed meanwhile goes on.
func TestOrdersThroughAPooler(t *testing.T) {
	t.Parallel()
	d := mustDrill(t, databasetest.Pooled(t), databasetest.Pooled(t), nil)
	for i := range 6 {
		d.insist(fmt.Sprint("pooled-", i), oneMouse)
		if i == 3 {
			d.orders[0].KillAndRestart()
			d.orders[0].AwaitReady()
		}
	}
	d.check()
	for _, p := range d.processes() {
		if strings.Contains(p.Log(), `"status":"error"`) {
			t.Errorf("an error is in the log:\n%s", p.Log())
		}
	}
}

// TestAPodThatWaitsForItsDatabaseSaysWhy starts a service that its database refuses, for each of the reasons that people
// meet. Once the settings are right, it is ready.
func TestAPodThatWaitsForItsDatabaseSaysWhy(t *testing.T) {
	t.Parallel()
	server, err := databasetest.Start()
	databasetest.NeedServer(t, err)
	t.Cleanup(func() { must(t, server.Remove()) })
	authority := databasetest.MustAuthority(t)
	secure, _ := server.MustSecure(t, authority)
	secure.CA = authority.File
	stranger := secure
	stranger.CA = databasetest.MustAuthority(t).File
	pooled := databasetest.Pooled(t)
	unsaid := pooled
	unsaid.DirectURL = ""
	binary := servicetest.Build(t, contract.ProductAPI)
	for _, test := range []struct {
		name         string
		wrong, right database.Settings
		why          string
	}{
		{"another authority", stranger, secure, `waiting to start.*certificate signed by unknown authority`},
		{"a pooler that is not declared", unsaid, pooled, `waiting to start.*set DATABASE_DIRECT_URL`},
	} {
		env := databasetest.Environment(test.wrong)
		env[contract.EnvReservationKey] = reservationKey
		waiting := servicetest.Start(t, binary, env)
		waiting.AwaitStatus(contract.ReadyPath, http.StatusServiceUnavailable)
		waiting.AwaitLog(regexp.MustCompile(test.why))
		waiting.Kill()
		env = databasetest.Environment(test.right)
		env[contract.EnvReservationKey] = reservationKey
		ready := servicetest.Start(t, binary, env).AwaitReady()
		ready.AwaitStatus("/api/products", http.StatusOK)
	}
}
