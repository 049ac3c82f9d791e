package web

import (
	"crypto/rand"
	"net"
	"net/http"
	"strings"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/frontend/internal/cart"
	"github.com/techcommerce/platform/apps/frontend/internal/session"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// checkoutView is the checkout's page. The form carries the items that it shows: what the customer saw is what is
// ordered, whatever happens to the cart in another tab, and sending it again is the same order again.
type checkoutView struct {
	// Key makes this form one order, however often it is sent.
	Key         string
	Items       []cart.Line
	Cart        cartView
	Customer    string
	CustomerMax int
	// Problem and CustomerProblem say why the form is shown again.
	Problem, CustomerProblem string
}

// checkout answers GET /checkout.
func (s *Site) checkout(w http.ResponseWriter, r *http.Request) {
	form := checkoutForm{Key: rand.Text(), Items: s.sessions.Load(r).Cart}
	s.showCheckout(w, r, http.StatusOK, form, refusal{})
}

// refusal is why a checkout form is shown again.
type refusal struct{ Problem, CustomerProblem string }

func (s *Site) showCheckout(w http.ResponseWriter, r *http.Request, status int, form checkoutForm, why refusal) {
	ctx, cancel := patience(r)
	defer cancel()
	s.render(w, r, page{
		Template: "checkout", Status: status, Title: "Checkout", Session: s.sessions.Load(r),
		Content: checkoutView{
			Key:             form.Key,
			Items:           form.Items.Lines(),
			Cart:            s.cartView(ctx, form.Items, nil),
			Customer:        form.Customer,
			CustomerMax:     customerMax,
			Problem:         why.Problem,
			CustomerProblem: why.CustomerProblem,
		},
	})
}

// place answers POST /checkout.
func (s *Site) place(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.badForm(w, r)
		return
	}
	form, err := readCheckout(r.PostForm)
	if err != nil {
		s.badForm(w, r)
		return
	}
	if problem := form.customerProblem(); problem != "" {
		s.showCheckout(w, r, http.StatusUnprocessableEntity, form, refusal{CustomerProblem: problem})
		return
	}
	placed, replayed, err := s.backend.Place(r.Context(), form.order(forwardedFor(r)))
	if err != nil {
		s.notPlaced(w, r, form, err)
		return
	}
	visit := s.sessions.Load(r)
	// Somebody who sends an old form again may have filled the cart anew meanwhile; that is not what was bought.
	if !replayed || visit.Cart.Equal(form.Items) {
		visit.Cart = visit.Cart.Without(form.Items)
	}
	visit.Notice = session.Notice{Text: "Thank you. Your order is in."}
	if replayed {
		visit.Notice = session.Notice{Text: "This order was in already. It is still one order."}
	}
	s.save(w, r, visit)
	http.Redirect(w, r, orderURL(placed.ID), http.StatusSeeOther)
}

// notPlaced shows the form again. Where it is certain that there is no order, the next attempt is a new one with a new
// key; where it is not, the key stays, so that trying again cannot order twice.
func (s *Site) notPlaced(w http.ResponseWriter, r *http.Request, form checkoutForm, err error) {
	rest.Note(r.Context(), err)
	kind, told := fault.KindOf(err), fault.As(err)
	switch kind {
	case fault.Invalid:
		form.Key = rand.Text()
		s.showCheckout(w, r, http.StatusUnprocessableEntity, form, refusal{
			Problem: sentence(told.Message), CustomerProblem: told.Fields["customer"],
		})
	case fault.Conflict, fault.Unprocessable:
		form.Key = rand.Text()
		s.showCheckout(w, r, http.StatusConflict, form, refusal{
			Problem: sentence(told.Message) + " Nothing was ordered. Please go back to the cart and change it.",
		})
	case fault.TooMany:
		s.showCheckout(w, r, http.StatusTooManyRequests, form, refusal{
			Problem: "Too many orders at once. Please wait a moment, then press the button again.",
		})
	default:
		s.showCheckout(w, r, http.StatusServiceUnavailable, form, refusal{
			Problem: "Orders are unavailable right now. Your cart is safe: please press the button again in a moment. " +
				"It stays one order.",
		})
	}
}

// order is the form as order-api takes it.
func (f checkoutForm) order(forwardedFor string) backend.NewOrder {
	order := backend.NewOrder{Key: f.Key, ForwardedFor: forwardedFor, Customer: f.Customer}
	for _, line := range f.Items.Lines() {
		order.Items = append(order.Items, backend.NewItem{ProductID: line.Product, Quantity: line.Quantity})
	}
	return order
}

// forwardedFor is what a proxy would tell order-api of who asks: whom the request came through, and its peer.
func forwardedFor(r *http.Request) string {
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		peer = r.RemoteAddr
	}
	return strings.Join(append(r.Header.Values("X-Forwarded-For"), peer), ", ")
}
