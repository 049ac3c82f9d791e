// Product-api owns the shop's products, their stock and the reservations on it. This package is its outer shell:
// settings, routes, and JSON in and out; package product has the rules.
package main

import (
	"context"
	"io"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/service"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

func main() { service.Main(run) }

type settings struct {
	service.Settings
	database        database.Settings
	adminKeys       []string
	reservationKeys []string
	demo            bool
	auditKept       time.Duration
}

func readSettings(getenv func(string) string) (settings, error) {
	env := environ.New(getenv)
	return settings{
		auditKept:       audit.ReadKept(env),
		Settings:        service.ReadSettings(env, contract.ProductAPI),
		database:        database.ReadSettings(env),
		adminKeys:       env.Keys(contract.EnvAdminAPIKey),
		reservationKeys: env.RequiredKeys(contract.EnvReservationKey, 1),
		demo:            env.Bool(contract.EnvDemo),
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
	if cfg.demo {
		svc.PrepareDemo(store.Seed)
	}
	// What orders reserved and never confirmed goes back on sale.
	svc.Background("expiry", job{"reservations expired", 15 * time.Second, store.Expire, svc.Log}.run)
	svc.Background("keys", job{"idempotency keys forgotten", time.Hour, store.ForgetKeys, svc.Log}.run)
	log := audit.Log{DB: db, Kept: cfg.auditKept}
	svc.Background("audit", job{"entries of the audit log forgotten", time.Hour, log.Forget, svc.Log}.run)
	svc.Registry.MustRegister(newStockCollector(store, svc.Log))
	api := &api{
		store: store, service: svc, settings: cfg, answers: newAnswers(), audit: log,
		operators: svc.Keys(contract.EnvAdminAPIKey, cfg.adminKeys),
		services:  svc.Keys(contract.EnvReservationKey, cfg.reservationKeys),
	}
	api.routes()
	return svc.Serve(ctx)
}
