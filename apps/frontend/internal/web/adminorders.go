package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// adminOrdersView lists everybody's orders.
type adminOrdersView struct {
	// Filter is the state that is shown; empty for all.
	Filter string
	// Search is a customer's name that the list is narrowed to; empty for all.
	Search string
	States []stateView
	Orders []orderView
	Pages  pagesView
}

// Path is where the list is, and below it each order.
func (adminOrdersView) Path() string { return "/admin/orders" }

// stateView is a state that the list can be narrowed to.
type stateView struct {
	Name   string
	Status status
}

// adminStates are the states in the order in which an order passes through.
var adminStates = []string{"pending", "confirmed", "processing", "shipped", "delivered", "rejected", "cancelled"}

func (s *Site) adminOrders(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	ctx, cancel := patience(r)
	defer cancel()
	view := adminOrdersView{Filter: r.URL.Query().Get("status"), Search: strings.TrimSpace(r.URL.Query().Get("q"))}
	if id := readID(strings.TrimPrefix(view.Search, "#")); id > 0 {
		http.Redirect(w, r, adminOrderURL(id), http.StatusSeeOther)
		return
	}
	if !slices.Contains(adminStates, view.Filter) {
		view.Filter = ""
	}
	here := readOrderPlace(r.URL.Query())
	found, err := apis.Orders(ctx, backend.Filter{Status: view.Filter, Customer: view.Search}, here.span())
	if err != nil {
		if fault.KindOf(err) != fault.Invalid || view.Search == "" {
			s.adminFailed(w, r, err)
			return
		}
		found = backend.Page[backend.Order]{} // nobody has a name that no order can have
	}
	for _, name := range adminStates {
		view.States = append(view.States, stateView{name, statusOf(name)})
	}
	for _, o := range found.Items {
		view.Orders = append(view.Orders, newOrderView(o))
	}
	view.Pages = here.pages(view.Path(), found)
	view.Pages.Previous, view.Pages.Next = view.filtered(view.Pages.Previous), view.filtered(view.Pages.Next)
	s.render(w, r, page{Template: "adminorders", Title: "Orders", Nav: "admin", Session: s.sessions.Load(r), Content: view})
}

// Narrowed is the list of a state, or of all where it is empty, for the same customer.
func (v adminOrdersView) Narrowed(state string) string {
	v.Filter = state
	return v.filtered(v.Path())
}

// filtered is an address of the list that keeps what it is narrowed to.
func (v adminOrdersView) filtered(address string) string {
	parsed, err := url.Parse(address)
	if address == "" || err != nil {
		return address
	}
	query := parsed.Query()
	for name, value := range map[string]string{"status": v.Filter, "q": v.Search} {
		if value != "" {
			query.Set(name, value)
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// adminOrderView is one order with what can be done about it.
type adminOrderView struct {
	orderView
	// Next is the state that the order goes to when all goes well; empty where there is none.
	Next string
	// Go says it on a button.
	Go string
}

// Erasable says that the order has ended and still names a person.
func (v adminOrderView) Erasable() bool {
	const guest, erased = "Guest", "Erased" // what order-api calls who gave no name, and who was erased
	return slices.Contains([]string{"delivered", "rejected", "cancelled"}, v.Order.Status) && v.Customer != guest && v.Customer != erased
}

// moves are what an operator does with an order, by the state that it is in.
var moves = map[string]struct{ next, does string }{
	"confirmed":  {"processing", "Begin packing"},
	"processing": {"shipped", "Mark as shipped"},
	"shipped":    {"delivered", "Mark as delivered"},
}

func adminOrderURL(id int64) string { return "/admin/orders/" + strconv.FormatInt(id, 10) }

func (s *Site) adminOrder(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	id, ok := rest.PathID(r)
	if !ok {
		s.notFound(w, r)
		return
	}
	ctx, cancel := patience(r)
	defer cancel()
	found, err := apis.Order(ctx, id)
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	s.nameItems(ctx, &found)
	move := moves[found.Status]
	s.render(w, r, page{
		Template: "adminorder", Title: "Order " + strconv.FormatInt(id, 10), Nav: "admin", Session: s.sessions.Load(r),
		Content: adminOrderView{orderView: newOrderView(found), Next: move.next, Go: move.does},
	})
}

// moveOrder answers POST /admin/orders/{id}: the form says which state the order is to go to, so that a form that is sent
// twice does it once.
func (s *Site) moveOrder(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	to := r.PostForm.Get("to")
	var err error
	switch to {
	case "processing", "shipped", "delivered":
		err = apis.Move(r.Context(), id, to)
	case "cancelled":
		err = apis.Cancel(r.Context(), id)
	default:
		s.badForm(w, r)
		return
	}
	visit := s.sessions.Load(r)
	switch fault.KindOf(err) {
	case fault.Conflict:
		visit = visit.WithProblem(sentence(fault.As(err).Message) + " Nothing was changed.")
	default:
		if err != nil {
			s.adminFailed(w, r, err)
			return
		}
		s.audit(r, "moved an order", "order", id, "status", to)
		visit = visit.WithNotice("The order is " + to + ".")
	}
	s.save(w, r, visit)
	http.Redirect(w, r, adminOrderURL(id), http.StatusSeeOther)
}
