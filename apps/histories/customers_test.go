package histories_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/model"
	"github.com/techcommerce/platform/apps/internal/money"
)

// attempts is how often somebody with a key asks again.
const attempts = 4

// buy is somebody who orders through the API and, now and then, looks at the order again or cancels it.
func (h *history) buy(client int, dice *rand.Rand) {
	name := h.name("buyer")
	o := order{customer: name, lines: h.choose(dice)}
	if dice.IntN(3) > 0 {
		o.key = strings.ReplaceAll(name, " ", "-")
	}
	if dice.IntN(2) == 0 {
		o.shown, _ = h.seeTotal(client, dice, o.lines)
	}
	base := "http://" + h.link("customers > order-api").Address()
	if dice.IntN(4) == 0 {
		base = "http://" + h.link("customers > frontend").Address()
	}
	if o.key == "" {
		h.place(client, o, base)
		return
	}
	twice := dice.IntN(5) == 0
	for attempt := range attempts {
		var both sync.WaitGroup
		if twice && attempt == 0 {
			both.Go(func() { h.place(client, o, base) })
		}
		said, final := h.place(client, o, base)
		both.Wait()
		if final {
			h.afterwards(client, dice, o, said)
			return
		}
		time.Sleep(time.Duration(dice.IntN(300)) * time.Millisecond)
	}
}

// choose is what an order is for: one or both products of a group.
func (h *history) choose(dice *rand.Rand) (lines []model.Line) {
	for _, p := range h.onSale(dice) {
		if dice.IntN(2) == 0 {
			lines = append(lines, model.Line{Product: p.ID, Quantity: 1 + dice.Int64N(3)})
		}
	}
	if lines == nil {
		return h.choose(dice)
	}
	return lines
}

// place is one call. final says that trying again would be no use.
func (h *history) place(client int, o order, base string) (said orderSaid, final bool) {
	call := model.Call{
		Client: client, Kind: model.Place, Customer: o.customer, Keyed: o.key != "", Lines: o.lines, Shown: o.shown,
		Proxied: base == "http://"+h.link("customers > frontend").Address(), Start: h.now(),
	}
	got := o.place(h.Context(), base)
	said = got.order()
	call.End, call.Status = h.now(), got.Status
	call.Said = model.Said{ID: max(said.ID, said.Details.Order), Status: said.Status, Total: said.Total, Error: said.Error}
	final = call.Status == http.StatusCreated || call.Status == http.StatusOK && said.Status != "pending" || refused(call)
	if refused(call) {
		call.Said.Status = "rejected"
		if call.Status == http.StatusServiceUnavailable {
			call.Said.Status = "" // it will be
		}
	}
	h.record(call)
	return said, final
}

// afterwards is what becomes of an order that is there.
func (h *history) afterwards(client int, dice *rand.Rand, o order, said orderSaid) {
	if said.ID == 0 {
		return
	}
	path := "http://" + h.link("customers > order-api").Address() + "/api/orders/" + strconv.FormatInt(said.ID, 10)
	if dice.IntN(3) == 0 {
		h.see(client, model.Find, o.customer, ask{method: http.MethodGet, url: path, header: asAdmin})
	}
	if dice.IntN(4) == 0 {
		h.see(client, model.Cancel, o.customer, ask{method: http.MethodPost, url: path + "/cancel", header: asAdmin})
		h.see(client, model.Find, o.customer, ask{method: http.MethodGet, url: path, header: asAdmin})
	}
}

// see is one call about an order that is there.
func (h *history) see(client int, kind model.Kind, customer string, a ask) {
	call := model.Call{Client: client, Kind: kind, Customer: customer, Start: h.now()}
	got := a.send(h.Context(), apis)
	call.End, call.Status = h.now(), got.Status
	if said := got.order(); got.Status == http.StatusOK {
		call.Said = model.Said{ID: said.ID, Status: said.Status, Total: said.Total}
	}
	h.record(call)
}

var orderPage = regexp.MustCompile(`/orders/([0-9]+)$`)

// visit is somebody with a browser: fills a cart, goes to the checkout and presses the button. Who gets no page opens
// the checkout again, with the same cart, and orders what is in it.
func (h *history) visit(client int, dice *rand.Rand) {
	name := h.name("visitor")
	v := newVisitor("http://" + h.link("customers > frontend").Address())
	lines := map[int64]int64{}
	for _, line := range h.choose(dice) {
		page := v.submit(h.Context(), fmt.Sprintf("/cart/items/%d", line.Product), map[string][]string{"do": {"add"}})
		if page.Status == http.StatusOK {
			lines[line.Product]++
		}
	}
	for range attempts {
		page := v.open(h.Context(), "/checkout")
		form, ok := page.fill(name)
		if !ok {
			return // there is no such page now, or nothing in the cart
		}
		if h.checkOut(client, v, form, h.inForm(form), name, page.total()) {
			return
		}
		time.Sleep(time.Duration(dice.IntN(300)) * time.Millisecond)
	}
}

// inForm is what a checkout form orders.
func (h *history) inForm(form map[string][]string) (lines []model.Line) {
	for _, item := range form["item"] {
		var line model.Line
		if _, err := fmt.Sscanf(item, "%dx%d", &line.Product, &line.Quantity); err != nil {
			h.Errorf("checkout form: item %q: %v", item, err)
		}
		lines = append(lines, line)
	}
	return lines
}

// checkOut presses the button. over says that the visitor is through with it.
func (h *history) checkOut(client int, v *visitor, form map[string][]string, lines []model.Line, name string, shown money.Cents) (over bool) {
	call := model.Call{
		Client: client, Kind: model.Place, Customer: name, Keyed: true, Proxied: true, Lines: lines, Shown: shown, Start: h.now(),
	}
	page := v.submit(h.Context(), "/checkout", form)
	call.End, call.Status = h.now(), page.Status
	var id int64
	if page.URL != nil {
		if found := orderPage.FindStringSubmatch(page.URL.Path); found != nil {
			id, _ = strconv.ParseInt(found[1], 10, 64) // digits only
		}
	}
	if id != 0 {
		call.Status, call.Said.ID = http.StatusCreated, id
	}
	if call.Status == http.StatusConflict {
		call.Said.Status = "rejected"
	}
	h.record(call)
	if id != 0 {
		path := "http://" + h.link("customers > order-api").Address() + "/api/orders/" + strconv.FormatInt(id, 10)
		h.see(client, model.Find, name, ask{method: http.MethodGet, url: path, header: asAdmin})
	}
	return id != 0 || call.Status == http.StatusConflict
}

// productSaid is a product as product-api shows it.
type productSaid struct {
	Stock int64       `json:"stock"`
	Price money.Cents `json:"price"`
}

// see a product at one replica.
func (h *history) seeProduct(client, replica int, product int64) (said productSaid, ok bool) {
	call := model.Call{Client: client, Kind: model.Read, Product: product, Replica: replica, Start: h.now()}
	url := fmt.Sprintf("%s/api/products/%d", h.shop.products[replica].URL, product)
	got := ask{method: http.MethodGet, url: url}.send(h.Context(), apis)
	call.End, call.Status = h.now(), got.Status
	ok = got.Status == http.StatusOK && json.Unmarshal(got.Body, &said) == nil
	call.Said = model.Said{Stock: said.Stock, Price: said.Price}
	h.record(call)
	return said, ok
}

// seeTotal is what an order would cost as the products show it, 0 if they cannot be seen.
func (h *history) seeTotal(client int, dice *rand.Rand, lines []model.Line) (total money.Cents, ok bool) {
	for _, line := range lines {
		said, ok := h.seeProduct(client, dice.IntN(len(h.shop.products)), line.Product)
		if !ok {
			return 0, false
		}
		total += said.Price * money.Cents(line.Quantity)
	}
	return total, true
}

func (h *history) read(client int, dice *rand.Rand) {
	group := h.onSale(dice)
	h.seeProduct(client, dice.IntN(len(h.shop.products)), group[dice.IntN(len(group))].ID)
}
