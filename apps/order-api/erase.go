package main

import (
	"net/http"

	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// erase removes a customer from their orders that have ended. It may be repeated, which is how the others are erased once
// they have.
func (a *api) erase(w http.ResponseWriter, r *http.Request) {
	object, err := rest.ReadObject(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	customer := object.Text("customer", order.MaxCustomer)
	if err := object.Err(); err != nil {
		rest.Error(w, r, err)
		return
	}
	erased, left, err := a.orders.Store.Erase(r.Context(), customer)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	a.service.Log.InfoContext(r.Context(), "customer erased", "erased", erased, "left", left)
	rest.Write(w, r, http.StatusOK, map[string]int{"erased": erased, "left": left})
}
