package main

import (
	_ "embed"
	"net/http"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/rest"
)

//go:embed openapi.yaml
var description []byte

// routes is the whole API. Each path works with and without /api: old clients use both.
func (a *api) routes() {
	router := a.service.Router
	router.HandleFunc("/", a.about).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc(contract.DescriptionPath, rest.Describe(description)).Methods(http.MethodGet, http.MethodHead)

	limited := router.NewRoute().Subrouter()
	limited.Use(a.service.LimitWrites())
	for _, prefix := range []string{"/api", ""} {
		limited.HandleFunc(prefix+"/products", a.list).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/products", audit.Require(a.operators, a.create)).Methods(http.MethodPost)
		limited.HandleFunc(prefix+"/products/audit", a.operators.Require(a.audit.ServeHTTP)).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/products/{id}", a.find).Methods(http.MethodGet, http.MethodHead)
		limited.HandleFunc(prefix+"/products/{id}", audit.Require(a.operators, a.update)).Methods(http.MethodPatch)
		limited.HandleFunc(prefix+"/products/{id}/stock", audit.Require(a.operators, a.addStock)).Methods(http.MethodPost)
	}

	router.HandleFunc(contract.ReservationsPath, a.services.Require(a.reservations)).Methods(http.MethodGet)
	reservation := contract.ReservationsPath + "/{id}"
	router.HandleFunc(reservation, a.services.Require(a.reserve)).Methods(http.MethodPut)
	router.HandleFunc(reservation, a.services.Require(a.release)).Methods(http.MethodDelete)
	router.HandleFunc(reservation+contract.ReservationConfirm, a.services.Require(a.confirm)).Methods(http.MethodPost)
}

func (a *api) about(w http.ResponseWriter, r *http.Request) {
	rest.Write(w, r, http.StatusOK, struct {
		Message   string   `json:"message"`
		Version   string   `json:"version"`
		Endpoints []string `json:"endpoints"`
	}{contract.ProductAPI.Title, a.settings.Version, []string{
		contract.HealthPath, contract.ReadyPath, contract.DescriptionPath, "/api/products", "/api/products/{id}",
		"/api/products/{id}/stock",
	}})
}
