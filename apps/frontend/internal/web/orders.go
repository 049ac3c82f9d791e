package web

import (
	"context"
	"fmt"
	"net/http"
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

// orderView is an order with what its status means.
type orderView struct {
	backend.Order
	Status status
	Steps  []step
	Items  []lineView
	// Units counts every piece.
	Units int64
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
	here := place{Page: readPlace(r.URL.Query()).Page}
	view := ordersView{}
	orders, err := s.backend.Orders(ctx, "", here.span(ordersPerPage))
	if err == nil {
		view.Counts, err = s.counts(ctx, orders.Total)
	}
	if err != nil {
		rest.Note(ctx, err)
		view.Unavailable = true
	}
	for _, o := range orders.Items {
		view.Orders = append(view.Orders, newOrderView(o))
	}
	view.Pages = newPagesView("/orders", here, orders.More)
	s.render(w, r, page{
		Template: "orders", Title: "Orders", Nav: "orders", Session: s.sessions.Load(r), Content: view,
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
	order, err := s.backend.Order(ctx, id)
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
	if view := newOrderView(order); view.Pending() {
		w.Header().Set("Refresh", lookAgain(r))
	}
	s.render(w, r, page{
		Template: "order", Title: "Order " + strconv.FormatInt(id, 10), Nav: "orders",
		Session: s.sessions.Load(r), Content: newOrderView(order),
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
	return fmt.Sprintf("%d; url=%s?looked=%d", pause, r.URL.Path, min(looked+1, most))
}
