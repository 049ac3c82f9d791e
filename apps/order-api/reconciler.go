package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// reconciler compares orders with the stock that is reserved for them, every so often in one of the replicas.
type reconciler struct {
	orders      *order.Service
	log         *slog.Logger
	differences *prometheus.GaugeVec
	success     prometheus.Gauge
}

// window is how far back the regular reconciliation looks: what differs longer than that was told of for as long.
const window = 72 * time.Hour

func newReconciler(orders *order.Service, registry prometheus.Registerer, log *slog.Logger) *reconciler {
	r := &reconciler{
		orders: orders, log: log,
		differences: promauto.With(registry).NewGaugeVec(prometheus.GaugeOpts{
			Name: contract.MetricReconciliationDifferences,
			Help: "Differences between orders and reservations that this replica found when it last compared them.",
		}, []string{"kind"}),
		success: promauto.With(registry).NewGauge(prometheus.GaugeOpts{
			Name: contract.MetricReconciliationSuccess,
			Help: "When this replica last compared orders and reservations to the end, 0 if never.",
		}),
	}
	for _, kind := range order.Kinds() {
		r.differences.WithLabelValues(string(kind))
	}
	return r
}

// run looks every minute whether it is time. Whoever comes first reconciles, and everybody waits for the next time.
func (r *reconciler) run(ctx context.Context) error {
	const look, every = time.Minute, 5 * time.Minute
	for ticker := time.NewTicker(look); ; {
		due, err := r.orders.Store.Schedule(ctx, "reconciliation", every)
		if err == nil && due {
			within, cancel := context.WithTimeout(ctx, every-look)
			err = r.reconcile(within)
			cancel()
		}
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "reconciliation failed", "error.message", err.Error())
		}
		select {
		case <-ctx.Done():
			ticker.Stop()
			return nil
		case <-ticker.C:
		}
	}
}

// reconcile repairs only what there can be no doubt about.
func (r *reconciler) reconcile(ctx context.Context) error {
	report, err := r.orders.Reconcile(ctx, order.Reconciliation{
		Window: window, Repair: map[order.Kind]bool{order.ReservationOfEndedOrder: true},
	})
	if err != nil {
		return err
	}
	for _, kind := range order.Kinds() {
		r.differences.WithLabelValues(string(kind)).Set(float64(report.Count(kind)))
	}
	r.success.SetToCurrentTime()
	r.log.InfoContext(ctx, "reconciliation done", "orders", report.Orders, "reservations", report.Reservations,
		"differences", len(report.Differences))
	return nil
}

// reconcile is what a person asks for, after a restore for example: it compares, and repairs nothing unless told what.
func (a *api) reconcile(w http.ResponseWriter, r *http.Request) {
	const within = 20 * time.Second // less than the server takes to write an answer
	query := rest.ReadQuery(r)
	hours := query.Int("hours", int(window.Hours()), 1, 24*365*10)
	repair, problem := readRepair(query.Text("repair", 200))
	if err := query.Err(); err != nil || problem != nil {
		if err == nil {
			err = problem
		}
		rest.Error(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), within)
	defer cancel()
	if len(repair) > 0 { // before: a repair may be cut off in the middle, and product-api has no word of who asked for it
		repairs := audit.Action{Name: "repair", Subject: "orders and reservations", Detail: query.Text("repair", 200)}
		if err := a.audit.Record(ctx, repairs); err != nil {
			rest.Error(w, r, err)
			return
		}
	}
	report, err := a.orders.Reconcile(ctx, order.Reconciliation{
		Window: time.Duration(hours) * time.Hour, Repair: repair,
	})
	if err != nil && ctx.Err() != nil && r.Context().Err() == nil {
		err = &fault.Error{Kind: fault.Unavailable, Message: fmt.Sprintf(
			"Comparing takes longer than %s; %d reservations and %d orders were compared. Ask for fewer hours", within, report.Reservations, report.Orders)}
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.Write(w, r, http.StatusOK, report)
}

// readRepair reads kinds of differences with commas between.
func readRepair(text string) (map[order.Kind]bool, error) {
	repair := map[order.Kind]bool{}
	if text == "" {
		return repair, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		switch kind := order.Kind(name); kind {
		case order.ReservationWithoutOrder, order.ReservationOfEndedOrder, order.OrderWithoutReservation:
			repair[kind] = true
		default:
			return nil, &fault.Error{Kind: fault.Invalid, Message: "Invalid fields", Fields: map[string]string{
				"repair": "must be some of reservation_without_order, reservation_of_ended_order and " +
					"order_without_reservation, with commas between",
			}}
		}
	}
	return repair, nil
}
