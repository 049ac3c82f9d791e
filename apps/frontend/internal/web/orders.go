package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

const ordersPerPage = 25

// ordersView is the page of all orders.
type ordersView struct {
	Unavailable bool
	Counts      []count
	Orders      []orderView
	Pages       pagesView
}

// Path is where the list is, and below it each order.
func (ordersView) Path() string { return "/orders" }

// orderView is an order with what its status means.
type orderView struct {
	backend.Order
	Status status
	Steps  []step
	Items  []lineView
	// Units counts every piece.
	Units int64
	// Here is the order's secret in the page's own address, empty where the visitor came without.
	Here string
	// Events are the order's history.
	Events []eventView
}

// eventView is a state that an order came to, in words.
type eventView struct {
	Status     status
	At, Reason string
}

// Address is the order's page as its visitor came to it.
func (v orderView) Address() string { return accessURL(v.ID, v.Here) }

// Link is the order's address for everybody whom its owner gives it to, empty where there is none.
func (v orderView) Link() string {
	if v.Access == "" {
		return ""
	}
	return accessURL(v.ID, v.Access)
}

// Cancellable says that this visitor may cancel the order now.
func (v orderView) Cancellable() bool { return slices.Contains(v.Actions, "cancel") }

// accessURL is an order's page with the secret that opens it to whoever has the address.
func accessURL(id int64, access string) string {
	if access == "" {
		return orderURL(id)
	}
	return orderURL(id) + "?" + url.Values{"access": {access}}.Encode()
}

// Meaning is what the status means for this order.
func (v orderView) Meaning() string {
	if v.Reason != "" {
		return sentence(v.Reason)
	}
	return v.Status.Meaning
}

// Pending says that looking again soon is worth it.
func (v orderView) Pending() bool { return v.Order.Status == "pending" }

func orderURL(id int64) string { return "/orders/" + strconv.FormatInt(id, 10) }

func newOrderView(o backend.Order) orderView {
	view := orderView{Order: o, Status: statusOf(o.Status), Steps: stepsOf(o.Status)}
	for i, event := range o.History {
		state := statusOf(event.Status)
		if i == 0 && event.Status == "pending" {
			state.Label = "Placed"
		}
		view.Events = append(view.Events, eventView{Status: state, At: event.At, Reason: event.Reason})
	}
	for _, item := range o.Items {
		line := lineView{
			ID: item.ProductID, Name: productName(item.Name, item.ProductID), Hue: hue(item.ProductID),
			Picture: picture(item.Name), Quantity: item.Quantity, Price: item.Price,
		}
		// Until an order is secured its items have no price.
		line.Sum, line.Priced = item.Price.Times(item.Quantity)
		line.Priced = line.Priced && item.Price > 0
		view.Items = append(view.Items, line)
		view.Units += item.Quantity
	}
	return view
}

// orders answers GET /orders for those who read HTML. Without order-api it says so.
func (s *Site) orders(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := patience(r)
	defer cancel()
	here := readOrderPlace(r.URL.Query())
	view := ordersView{}
	visit := s.sessions.Load(r)
	visitor := backend.Visitor{Owner: visit.Owner}
	span := here.span()
	span.Counts = true
	orders, err := s.backend.Orders(ctx, visitor, "", span)
	if err != nil {
		rest.Note(ctx, err)
		view.Unavailable = true
	}
	view.Counts = countsOf(orders)
	for _, o := range orders.Items {
		view.Orders = append(view.Orders, newOrderView(o))
	}
	view.Pages = here.pages(view.Path(), orders)
	s.render(w, r, page{
		Template: "orders", Title: "Orders", Nav: "orders", Session: visit, Content: view,
	})
}

// order answers GET /orders/{id} for those who read HTML.
func (s *Site) order(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		s.notFound(w, r)
		return
	}
	ctx, cancel := patience(r)
	defer cancel()
	visit := s.sessions.Load(r)
	visitor := backend.Visitor{Owner: visit.Owner, Access: r.URL.Query().Get("access")}
	order, err := s.backend.Order(ctx, visitor, id)
	if fault.KindOf(err) == fault.NotFound {
		s.notFound(w, r)
		return
	}
	if err != nil {
		rest.Note(ctx, err)
		s.problem(w, r, http.StatusServiceUnavailable, problem{
			"Orders are unavailable right now", "The order is safe. Please try again in a moment.",
		})
		return
	}
	s.nameItems(ctx, &order)
	view := newOrderView(order)
	view.Here = visitor.Access
	if view.Pending() {
		w.Header().Set("Refresh", lookAgain(r))
	}
	s.render(w, r, page{
		Template: "order", Title: "Order " + strconv.FormatInt(id, 10), Nav: "orders",
		Session: visit, Content: view,
	})
}

// nameItems names the products of an order that is not secured yet, which order-api knows by their ids only.
func (s *Site) nameItems(ctx context.Context, order *backend.Order) {
	var nameless []int64
	for _, item := range order.Items {
		if item.Name == "" {
			nameless = append(nameless, item.ProductID)
		}
	}
	found := s.backend.Find(ctx, nameless)
	for i, item := range order.Items {
		if item.Name == "" {
			order.Items[i].Name = found[item.ProductID].Product.Name
		}
	}
}

// lookAgain makes the browser load the page of a pending order again, without a script: soon at first, and once a minute
// where it takes long, so that forgotten tabs are no load.
func lookAgain(r *http.Request) string {
	const most = 60
	looked, err := strconv.Atoi(r.URL.Query().Get("looked"))
	if err != nil || looked < 0 || looked > most {
		looked = 0
	}
	pause := min(2<<min(looked, 10), most)
	next := url.Values{"looked": {strconv.Itoa(min(looked+1, most))}}
	if access := r.URL.Query().Get("access"); access != "" {
		next.Set("access", access)
	}
	return fmt.Sprintf("%d; url=%s?%s", pause, r.URL.Path, next.Encode())
}

// cancel answers POST /orders/{id}/cancel of a form: the button on the order's page was pressed.
func (s *Site) cancel(w http.ResponseWriter, r *http.Request) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	visit := s.sessions.Load(r)
	visitor := backend.Visitor{Owner: visit.Owner, Access: r.PostForm.Get("access")}
	err := s.backend.Cancel(r.Context(), visitor, id)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Unauthorized, fault.Forbidden:
		s.notFound(w, r)
		return
	case fault.Conflict:
		visit = visit.WithProblem(sentence(fault.As(err).Message) + " It was not cancelled.")
	default:
		if err != nil {
			rest.Note(r.Context(), err)
			visit = visit.WithProblem("Orders are unavailable right now, so it is not certain that this order was cancelled. " +
				"Please look again in a moment.")
			break
		}
		visit = visit.WithNotice("Your order was cancelled.")
	}
	s.save(w, r, visit)
	http.Redirect(w, r, accessURL(id, visitor.Access), http.StatusSeeOther)
}
