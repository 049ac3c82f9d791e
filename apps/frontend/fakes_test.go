package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
)

var (
	tags  = regexp.MustCompile(`(?s)<[^>]*>`)
	space = regexp.MustCompile(`\s+`)
)

// plainText is what a page says.
func plainText(page string) string {
	return space.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(page, " ")), " ")
}

type fakeProduct struct {
	ID    int64       `json:"id"`
	Name  string      `json:"name"`
	Price json.Number `json:"price"`
	Stock int64       `json:"stock"`
	// Description is what a product may have beyond what it must.
	Description string `json:"description,omitempty"`
	Withdrawn   bool   `json:"withdrawn,omitempty"`
}

// fakeProducts is a product-api with a list in memory.
type fakeProducts struct {
	mu   sync.Mutex
	list []fakeProduct
	// instead answers in place of the list where it is set.
	instead http.HandlerFunc
	seen    []*http.Request
}

func newFakeProducts() *fakeProducts {
	return &fakeProducts{list: []fakeProduct{
		{ID: 1, Name: "Laptop", Price: "999.99", Stock: 50},
		{ID: 2, Name: "Mouse", Price: "29.99", Stock: 200},
		{ID: 3, Name: "Keyboard", Price: "79.99", Stock: 9},
		{ID: 4, Name: "Monitor", Price: "299.99", Stock: 0},
		{ID: 5, Name: "Headphones", Price: "149.99", Stock: 10},
		{ID: 6, Name: "Stand", Price: "12.50", Stock: 2},
	}}
}

// set changes the fake while it serves.
func (f *fakeProducts) set(change func(*fakeProducts)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// requests are those seen so far.
func (f *fakeProducts) requests() []*http.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*http.Request(nil), f.seen...)
}

func (f *fakeProducts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.seen = append(f.seen, r.Clone(r.Context()))
	list, instead := f.list, f.instead
	f.mu.Unlock()
	if instead != nil {
		instead(w, r)
		return
	}
	if text, ok := strings.CutPrefix(r.URL.Path, "/api/products/"); ok {
		for _, p := range list {
			if strconv.FormatInt(p.ID, 10) == text {
				reply(w, http.StatusOK, p)
				return
			}
		}
		reply(w, http.StatusNotFound, map[string]string{"error": "Product not found"})
		return
	}
	found := []fakeProduct{}
	for _, p := range list {
		if strings.Contains(strings.ToLower(p.Name), strings.ToLower(r.URL.Query().Get("q"))) {
			found = append(found, p)
		}
	}
	page := part(r, found)
	w.Header().Set("X-Total-Count", strconv.Itoa(len(found)))
	reply(w, http.StatusOK, map[string]any{"products": page, "count": len(page)})
}

type fakeItem struct {
	ProductID int64       `json:"product_id"`
	Name      string      `json:"name,omitempty"`
	Price     json.Number `json:"price,omitempty"`
	Quantity  int64       `json:"quantity"`
}

type fakeOrder struct {
	ID       int64       `json:"id"`
	Customer string      `json:"customer"`
	Total    json.Number `json:"total"`
	Status   string      `json:"status"`
	Date     string      `json:"date"`
	Items    []fakeItem  `json:"items"`
	Reason   string      `json:"reason,omitempty"`
	// Expected is what came with the order as its total.
	Expected json.Number `json:"expected_total,omitempty"`
}

// fakeOrders is an order-api that confirms what it is asked, once per key.
type fakeOrders struct {
	mu    sync.Mutex
	list  []fakeOrder
	keys  map[string]int64
	posts []*http.Request
	// instead answers orders placed, in place of keeping them, where it is set.
	instead http.HandlerFunc
	// old makes it one that neither pages by id nor counts by status.
	old bool
	// lists counts the lists that were asked for.
	lists int
}

func newFakeOrders() *fakeOrders {
	return &fakeOrders{keys: map[string]int64{}, list: []fakeOrder{
		{ID: 3, Customer: "Bob Johnson", Total: "599.97", Status: "shipped", Date: "2024-10-08"},
		{ID: 2, Customer: "Jane Smith", Total: "79.99", Status: "processing", Date: "2024-10-10"},
		{ID: 1, Customer: "John Doe", Total: "1299.98", Status: "delivered", Date: "2024-10-01"},
	}}
}

func (f *fakeOrders) set(change func(*fakeOrders)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// placed are the orders that came in through the fake.
func (f *fakeOrders) placed() []fakeOrder {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]fakeOrder(nil), f.list[:len(f.list)-3]...)
}

func (f *fakeOrders) requests() []*http.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]*http.Request(nil), f.posts...)
}

func (f *fakeOrders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch id, single := strings.CutPrefix(r.URL.Path, "/api/orders/"); {
	case r.Method == http.MethodPost:
		f.posts = append(f.posts, r.Clone(r.Context()))
		if f.instead != nil {
			f.instead(w, r)
			return
		}
		f.place(w, r)
	case single:
		for _, o := range f.list {
			if strconv.FormatInt(o.ID, 10) == id {
				reply(w, http.StatusOK, o)
				return
			}
		}
		reply(w, http.StatusNotFound, map[string]string{"error": "Order not found"})
	default:
		f.answerList(w, r)
	}
}

func (f *fakeOrders) answerList(w http.ResponseWriter, r *http.Request) {
	f.lists++
	found := []fakeOrder{}
	for _, o := range f.list {
		if status := r.URL.Query().Get("status"); status == "" || status == o.Status {
			found = append(found, o)
		}
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(len(found)))
	if f.old {
		if query := r.URL.Query(); query.Has("before") || query.Has("after") || query.Has("counts") {
			reply(w, http.StatusBadRequest, map[string]any{"error": "Invalid fields"})
			return
		}
		page := part(r, found)
		reply(w, http.StatusOK, map[string]any{"orders": page, "count": len(page)})
		return
	}
	answer := keyedPart(r, found)
	if r.URL.Query().Get("counts") == "true" {
		statuses := map[string]int{}
		for _, o := range f.list {
			statuses[o.Status]++
		}
		answer["statuses"] = statuses
	}
	reply(w, http.StatusOK, answer)
}

// keyedPart is the page of a list that a request asks for, with the ids of those before and after it.
func keyedPart(r *http.Request, list []fakeOrder) map[string]any {
	asked := func(name string) int64 {
		id, _ := strconv.ParseInt(r.URL.Query().Get(name), 10, 64) // 0 is not asked for
		return id
	}
	page := part(r, list)
	limit := int(asked("limit"))
	if before := asked("before"); before > 0 {
		from := sort.Search(len(list), func(i int) bool { return list[i].ID < before })
		page = list[from:min(from+limit, len(list))]
	}
	if after := asked("after"); after > 0 {
		to := sort.Search(len(list), func(i int) bool { return list[i].ID <= after })
		page = list[max(to-limit, 0):to]
	}
	answer := map[string]any{"orders": page, "count": len(page)}
	if len(page) > 0 && page[0].ID != list[0].ID {
		answer["previous"] = page[0].ID
	}
	if len(page) > 0 && page[len(page)-1].ID != list[len(list)-1].ID {
		answer["next"] = page[len(page)-1].ID
	}
	return answer
}

func (f *fakeOrders) place(w http.ResponseWriter, r *http.Request) {
	var o fakeOrder
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	if id, known := f.keys[r.Header.Get("Idempotency-Key")]; known {
		if before := f.list[len(f.list)-int(id)]; before.Customer != o.Customer {
			w.Header().Set("Location", fmt.Sprintf("/api/orders/%d", id))
			reply(w, http.StatusUnprocessableEntity, map[string]string{"error": "Idempotency-Key was used for another order"})
			return
		}
		w.Header().Set("Idempotency-Replayed", "true")
		reply(w, http.StatusOK, fakeOrder{ID: id, Customer: o.Customer, Total: "1.00", Status: "confirmed"})
		return
	}
	o.ID, o.Status, o.Date, o.Total = int64(len(f.list)+1), "confirmed", "2026-11-24", "42.00"
	for i := range o.Items {
		o.Items[i].Name, o.Items[i].Price = fmt.Sprintf("Thing %d", o.Items[i].ProductID), "21.00"
	}
	f.keys[r.Header.Get("Idempotency-Key")] = o.ID
	f.list = append([]fakeOrder{o}, f.list...)
	reply(w, http.StatusCreated, o)
}

// part is the page of a list that a request asks for.
func part[T any](r *http.Request, list []T) []T {
	number := func(name string, absent int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil {
			return n
		}
		return absent
	}
	from := min(number("offset", 0), len(list))
	return list[from:min(from+number("limit", 100), len(list))]
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The test that asked sees what it got.
	_ = json.NewEncoder(w).Encode(value)
}
