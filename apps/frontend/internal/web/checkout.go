package web

import (
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/frontend/internal/cart"
	"github.com/techcommerce/platform/apps/frontend/internal/session"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// checkoutView is the checkout's page. The form carries the items and the total that it shows: what the customer saw is
// what is ordered and charged, whatever happens to the cart in another tab, and sending it again is the same order
// again.
type checkoutView struct {
	// Key makes this form one order, however often it is sent.
	Key         string
	Items       []cart.Line
	Prices      []string
	Cart        cartView
	Customer    string
	CustomerMax int
	// Problem and CustomerProblem say why the form is shown again.
	Problem, CustomerProblem string
}

// checkout answers GET /checkout. The key is the cart's, so every tab's form of one cart is the same order. A browser
// that has not shown yet that it keeps cookies gets one now, so that the order will be known as its own.
func (s *Site) checkout(w http.ResponseWriter, r *http.Request) {
	visit := s.sessions.Load(r)
	form := checkoutForm{Key: visit.Key, Items: visit.Cart}
	if visit.Owner == "" && !visit.Cart.Empty() {
		s.save(w, r, visit)
	}
	s.showCheckout(w, r, visit, form, refusal{})
}

// refusal is why a checkout form is shown again.
type refusal struct {
	Status                   int
	Problem, CustomerProblem string
	// Lines are the items as they would be charged now, if the refusal told.
	Lines []backend.Item
}

func (s *Site) showCheckout(w http.ResponseWriter, r *http.Request, visit session.Session, form checkoutForm, why refusal) {
	ctx, cancel := patience(r)
	defer cancel()
	view := s.cartView(ctx, form.Items, nil)
	view.update(why.Lines, form.Prices)
	s.render(w, r, page{
		Template: "checkout", Status: why.Status, Title: "Checkout", Session: visit,
		Content: checkoutView{
			Key:             form.Key,
			Items:           form.Items.Lines(),
			Prices:          pricesOf(view),
			Cart:            view,
			Customer:        form.Customer,
			CustomerMax:     customerMax,
			Problem:         why.Problem,
			CustomerProblem: why.CustomerProblem,
		},
	})
}

// place answers POST /checkout.
func (s *Site) place(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	form, err := readCheckout(r.PostForm)
	if err != nil {
		s.badForm(w, r)
		return
	}
	visit := s.sessions.Load(r)
	if problem := form.customerProblem(); problem != "" {
		s.showCheckout(w, r, visit, form, refusal{Status: http.StatusUnprocessableEntity, CustomerProblem: problem})
		return
	}
	placed, replayed, err := s.backend.Place(r.Context(), form.order(visit.Owner, s.client(r)))
	if err != nil {
		s.notPlaced(w, r, visit, form, err)
		return
	}
	// Somebody who sends an old form again may have filled the cart anew meanwhile; that is not what was bought.
	if !replayed || form.Key == visit.Key {
		visit = visit.WithCart(visit.Cart.Without(form.Items))
	}
	s.save(w, r, visit.WithNotice(thanks(placed, replayed)))
	http.Redirect(w, r, orderURL(placed.ID), http.StatusSeeOther)
}

// thanks is what the customer is told of an order that was taken.
func thanks(placed backend.Order, replayed bool) string {
	switch {
	case placed.Status == "pending":
		return "Your order is being processed. This page is its address: it shows by itself how it goes on."
	case replayed:
		return "This order was in already. It is still one order."
	}
	return "Thank you. Your order is in."
}

// notPlaced shows the form again. Where it is certain that there is no order, the next attempt is a new one with a new
// key; where it is not, the key stays, so that trying again cannot order twice.
func (s *Site) notPlaced(w http.ResponseWriter, r *http.Request, visit session.Session, form checkoutForm, err error) {
	rest.Note(r.Context(), err)
	why, certain := refusalOf(err)
	if certain {
		key := rand.Text()
		if form.Key == visit.Key {
			visit.Key = key
			s.save(w, r, visit)
		}
		form.Key = key
	}
	s.showCheckout(w, r, visit, form, why)
}

// refusalOf is what the customer is told of an order that was not placed, and whether it is certain that there is none.
func refusalOf(err error) (why refusal, certain bool) {
	var change *backend.PriceChange
	if errors.As(err, &change) {
		return refusal{
			Status: http.StatusConflict, Lines: change.Lines,
			Problem: "Prices have changed since you saw them. Nothing was ordered. " +
				"Please look at the new total, then press the button if it suits you.",
		}, true
	}
	told := fault.As(err)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return refusal{
			Status: http.StatusUnprocessableEntity, Problem: sentence(told.Message), CustomerProblem: told.Fields["customer"],
		}, true
	case fault.Conflict, fault.Unprocessable:
		return refusal{
			Status:  http.StatusConflict,
			Problem: sentence(told.Message) + " Nothing was ordered. Please go back to the cart and change it.",
		}, true
	case fault.TooMany:
		return refusal{
			Status:  http.StatusTooManyRequests,
			Problem: "Too many orders at once. Please wait a moment, then press the button again.",
		}, false
	}
	return refusal{
		Status: http.StatusServiceUnavailable,
		Problem: "Orders are unavailable right now. Your cart is safe: please press the button again in a moment. " +
			"It stays one order.",
	}, false
}

// order is the form as order-api takes it.
func (f checkoutForm) order(owner, client string) backend.NewOrder {
	order := backend.NewOrder{Key: f.Key, Owner: owner, Client: client, Customer: f.Customer, Total: f.Total}
	for _, line := range f.Items.Lines() {
		order.Items = append(order.Items, backend.NewItem{ProductID: line.Product, Quantity: line.Quantity})
	}
	return order
}
