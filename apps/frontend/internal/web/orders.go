package web

import (
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

// count is how many orders there are of a kind.
type count struct {
	Label, Icon, Class string
	Number             int
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

func orderURL(id int64) string { return "/orders/" + strconv.FormatInt(id, 10) }

func newOrderView(o backend.Order) orderView {
	view := orderView{Order: o, Status: statusOf(o.Status), Steps: stepsOf(o.Status)}
	for _, item := range o.Items {
		line := lineView{
			ID: item.ProductID, Name: productName(item.Name, item.ProductID), Hue: hue(item.ProductID),
			Picture: picture(item.Name), Quantity: item.Quantity, Price: item.Price,
		}
		line.Sum, line.Priced = item.Price.Times(item.Quantity)
		view.Items = append(view.Items, line)
		view.Units += item.Quantity
	}
	return view
}

// counts sums orders up in the four kinds that people care about.
func counts(orders []orderView) []count {
	kinds := []count{
		{Label: "Orders", Icon: "list", Class: "over", Number: len(orders)},
		{Label: "In progress", Icon: "cycle", Class: "waiting"},
		{Label: "Shipped", Icon: "truck", Class: "moving"},
		{Label: "Delivered", Icon: "parcel", Class: "done-well"},
	}
	for _, o := range orders {
		if o.Status.counted > 0 {
			kinds[o.Status.counted].Number++
		}
	}
	return kinds
}

// orders answers GET /orders for those who read HTML. Without order-api it says so.
func (s *Site) orders(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := patience(r)
	defer cancel()
	here := place{Page: readPlace(r.URL.Query()).Page}
	var view ordersView
	orders, more, err := s.backend.Orders(ctx, ordersPerPage, (here.number()-1)*ordersPerPage)
	if err != nil {
		rest.Note(ctx, err)
		view.Unavailable = true
	}
	for _, o := range orders {
		view.Orders = append(view.Orders, newOrderView(o))
	}
	view.Counts = counts(view.Orders)
	view.Pages = newPagesView("/orders", here, more)
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
	s.render(w, r, page{
		Template: "order", Title: "Order " + strconv.FormatInt(id, 10), Nav: "orders",
		Session: s.sessions.Load(r), Content: newOrderView(order),
	})
}
