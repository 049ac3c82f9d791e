package main

import (
	_ "embed"
	"net/http"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/service"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

type api struct {
	orders   *order.Service
	events   webhook.Outbox
	service  *service.Service
	settings settings
	audit    audit.Log
	// operators are the holders of the admin key.
	operators *apikey.Keys
}

//go:embed openapi.yaml
var description []byte

// routes is the whole API. Each path works with and without /api: old clients use both.
func (a *api) routes() {
	router := a.service.Router
	router.HandleFunc("/", a.about).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc(contract.DescriptionPath, rest.Describe(description)).Methods(http.MethodGet, http.MethodHead)

	limited := router.NewRoute().Subrouter()
	limited.Use(a.service.LimitWrites(), confidential)
	for _, prefix := range []string{"/api", ""} {
		limited.HandleFunc(prefix+"/orders", a.list).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/orders", a.place).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/orders/reconcile", audit.Require(a.operators, a.reconcile)).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/orders/erase", audit.Require(a.operators, a.erase)).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/orders/audit", a.operators.Require(a.audit.ServeHTTP)).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/orders/events", a.operators.Require(a.listEvents)).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/orders/events/replay", audit.Require(a.operators, a.replayEvents)).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/orders/events/discard", audit.Require(a.operators, a.discardEvents)).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/orders/{id}", a.find).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/orders/{id}", audit.Require(a.operators, a.move)).Methods(http.MethodPatch)
		limited.HandleFunc(prefix+"/orders/{id}/cancel", a.cancel).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/orders/{id}/access", a.renewAccess).Methods(http.MethodPost)
	}
}

func (a *api) about(w http.ResponseWriter, r *http.Request) {
	rest.Write(w, r, http.StatusOK, struct {
		Message   string   `json:"message"`
		Version   string   `json:"version"`
		Endpoints []string `json:"endpoints"`
	}{contract.OrderAPI.Title, a.settings.Version, []string{
		contract.HealthPath, contract.ReadyPath, contract.DescriptionPath,
		"/api/orders", "/api/orders/{id}", "/api/orders/{id}/cancel",
	}})
}
