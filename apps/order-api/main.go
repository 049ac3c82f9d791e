// Order-api owns the shop's orders. This package is its outer shell: settings, routes, and JSON in and out; package
// order has the rules.
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
	"github.com/techcommerce/platform/apps/order-api/inventory"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

func main() { service.Main(run) }

type settings struct {
	service.Settings
	database        database.Settings
	products        string
	adminKeys       []string
	reservationKeys []string
	pendingAge      time.Duration
	keysKept        time.Duration
	// ordersKept and rejectedKept are 0 where they are kept for good.
	ordersKept, rejectedKept time.Duration
	// open shows everybody everybody's orders.
	open bool
	demo bool
	// auditKept is 0 where the audit log is kept for good.
	auditKept time.Duration
	// receivers are sent every change of an order.
	receivers []webhook.Receiver
}

func readSettings(getenv func(string) string) (settings, error) {
	env := environ.New(getenv)
	s := settings{
		Settings:        service.ReadSettings(env, contract.OrderAPI),
		database:        database.ReadSettings(env),
		products:        env.URL(contract.EnvProductAPIURL),
		adminKeys:       env.Keys(contract.EnvAdminAPIKey),
		reservationKeys: env.RequiredKeys(contract.EnvReservationKey, 1),
		pendingAge:      env.Duration(contract.EnvPendingOrderAge, 24*time.Hour),
		keysKept:        env.Duration(contract.EnvIdempotencyRetention, 30*24*time.Hour),
		ordersKept:      env.Duration(contract.EnvOrderRetention, 0),
		rejectedKept:    env.Duration(contract.EnvRejectedRetention, 90*24*time.Hour),
		open:            env.Bool(contract.EnvOpenOrders),
		demo:            env.Bool(contract.EnvDemo),
		auditKept:       audit.ReadKept(env),
		receivers:       webhook.ReadReceivers(env),
	}
	// Less would give orders up, or forget their keys, while their clients still try.
	const least = time.Hour
	for name, value := range map[string]time.Duration{
		contract.EnvPendingOrderAge: s.pendingAge, contract.EnvIdempotencyRetention: s.keysKept,
	} {
		if value < least {
			env.Problem(name, "must be at least "+least.String())
		}
	}
	for name, value := range map[string]time.Duration{
		contract.EnvOrderRetention: s.ordersKept, contract.EnvRejectedRetention: s.rejectedKept,
	} {
		if value > 0 && value < leastKept {
			env.Problem(name, "must be at least "+leastKept.String()+", or 0s for good")
		}
	}
	return s, env.Err()
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
	resumer := newResumer(svc.Log)
	orders := &order.Service{
		Store:     store,
		Inventory: inventory.New(cfg.products, cfg.reservationKeys, svc.Transport, svc.Log),
		MaxAge:    cfg.pendingAge,
		Ended:     countOutcomes(svc.Registry),
		SetAside:  countSetAside(svc.Registry),
		Wake:      resumer.Wake,
		Log:       svc.Log,
	}
	resumer.orders = orders
	svc.Background("resumer", resumer.run)
	svc.Background("reconciliation", newReconciler(orders, svc.Registry, svc.Log).run)
	log := audit.Log{DB: db, Kept: cfg.auditKept}
	svc.Background("retention", retention{
		audit: log, store: store, keys: cfg.keysKept, orders: cfg.ordersKept, rejected: cfg.rejectedKept, log: svc.Log,
	}.run)
	deliverer := webhook.NewDeliverer(store, cfg.receivers, countAttempts(svc.Registry, cfg.receivers), svc.Log)
	store.Announce(cfg.receivers, deliverer.Wake)
	svc.Background("webhooks", deliverer.Run)
	svc.Registry.MustRegister(newBacklogCollector(store, svc.Log), newEventCollector(store, cfg.receivers, svc.Log))
	api := &api{
		orders: orders, events: store, service: svc, settings: cfg, audit: log,
		operators: svc.Keys(contract.EnvAdminAPIKey, cfg.adminKeys),
	}
	api.routes()
	return svc.Serve(ctx)
}
