// Order-api owns the shop's orders. This package is its outer shell: settings, routes, and JSON in and out; package
// order has the rules.
package main

import (
	"context"
	"io"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/service"
	"github.com/techcommerce/platform/apps/order-api/inventory"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
)

func main() { service.Main(run) }

type settings struct {
	service.Settings
	database       database.Settings
	products       string
	adminKey       string
	reservationKey string
}

func readSettings(getenv func(string) string) (settings, error) {
	env := environ.New(getenv)
	return settings{
		Settings:       service.ReadSettings(env, contract.OrderAPI),
		database:       database.ReadSettings(env),
		products:       env.URL(contract.EnvProductAPIURL),
		adminKey:       env.Text(contract.EnvAdminAPIKey, ""),
		reservationKey: env.Required(contract.EnvReservationKey),
	}, env.Err()
}

func run(ctx context.Context, getenv func(string) string, out io.Writer) error {
	cfg, err := readSettings(getenv)
	if err != nil {
		return err
	}
	svc, err := service.New(ctx, cfg.Settings, out)
	if err != nil {
		return err
	}
	db, err := database.Open(cfg.database)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // nothing is under way any more
	store := sqlstore.New(db)

	svc.Health.Set("store", db.Check)
	svc.Prepare("migrations", store.Migrate)
	desk := &order.Desk{
		Store:     store,
		Inventory: inventory.New(cfg.products, cfg.reservationKey, svc.Transport),
		Now:       time.Now,
		Ended:     countOutcomes(svc.Registry),
		Log:       svc.Log,
	}
	svc.Background("resumer", resumer{desk, svc.Log}.run)
	svc.Registry.MustRegister(newBacklogCollector(store, svc.Log))
	api := &api{desk: desk, service: svc, settings: cfg}
	api.routes()
	return svc.Serve(ctx)
}
