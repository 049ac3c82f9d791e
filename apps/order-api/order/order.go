// Package order owns orders: how they are placed, secured, moved on and cancelled, so that none is ever lost, doubled
// or sold beyond what there is, whatever stops when. It knows neither HTTP nor SQL.
//
// An order is written as pending before anything else happens. Then stock is reserved and confirmed under a name that
// the order carries from the start, and the order is confirmed last. Each of these steps may be repeated by anybody
// without doing more, so whoever finds a pending order after a crash goes through all of them again. In the other
// direction an order is first marked rejected or cancelled, which ends all attempts to confirm it, and then its
// reservation is released.
package order

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Bounds of what an order may be.
const (
	MaxCustomer = 200
	MaxItems    = 100
	MaxQuantity = 10_000
	MaxKey      = 255
)

// Item is one product of an order. Name and price are those of the moment at which stock was reserved, and empty
// until then.
type Item struct {
	ProductID int64       `json:"product_id"`
	Name      string      `json:"name,omitempty"`
	Price     money.Cents `json:"price"`
	Quantity  int64       `json:"quantity"`
}

// Order is what a customer asked for and what has become of it.
type Order struct {
	ID       int64
	Customer string
	Items    []Item
	Total    money.Cents
	Status   Status
	Placed   time.Time
	// Problem is why the order was rejected.
	Problem *fault.Error
	// Key is the client's Idempotency-Key, empty if there was none.
	Key string
	// Fingerprint tells whether a repeated key comes with the same order.
	Fingerprint string
	// Reservation is the name under which stock is reserved. It is random, not the order's id, so that an order
	// database restored from a backup never meets reservations of orders that it has forgotten.
	Reservation string
	// Due is when somebody may next take up what is left to do for the order: securing it while it is pending,
	// giving stock back once it is rejected or cancelled. Zero: nothing is left.
	Due time.Time
}

// Draft is an order as a client asks for it.
type Draft struct {
	Customer string
	Items    []Item
	Key      string
}

// order is the draft as a pending order, which nobody else takes up before due.
func (d Draft) order(now, due time.Time) (Order, error) {
	canonical, err := json.Marshal(struct {
		Customer string
		Items    []Item
	}{d.Customer, d.Items})
	if err != nil {
		return Order{}, err
	}
	sum := sha256.Sum256(canonical)
	return Order{
		Customer: d.Customer, Items: d.Items, Status: Pending, Placed: now, Key: d.Key, Due: due,
		Fingerprint: hex.EncodeToString(sum[:]), Reservation: rand.Text(),
	}, nil
}

// Filter selects orders, newest first; empty fields select all.
type Filter struct {
	Customer string
	Status   Status
	Limit    int
	Offset   int
}

// Backlog is what is pending.
type Backlog struct {
	Count  int
	Oldest time.Time
}

// ErrNotFound says that there is no order with an id.
var ErrNotFound = fault.New(fault.NotFound, "Order not found")

// Store keeps orders. Every method is atomic and durable when it returns without an error; all return a fault of kind
// Unavailable while the store cannot serve.
type Store interface {
	// Insert keeps a new order and gives it its id. If there is one with the same key already, it returns that one
	// and created is false.
	Insert(ctx context.Context, order Order) (kept Order, created bool, err error)
	// Find returns ErrNotFound if there is no such order.
	Find(ctx context.Context, id int64) (Order, error)
	// List returns a page of orders, and how many the filter selects in all.
	List(ctx context.Context, filter Filter) (page []Order, total int, err error)
	// Change locks an order, changes it and keeps it. If change returns an error, nothing is kept. Change may be
	// called more than once, each time with the order as it is. It returns ErrNotFound if there is no such order.
	Change(ctx context.Context, id int64, change func(*Order) error) (Order, error)
	// Claim returns orders that were due by now and makes them due again at until, so that nobody else claims them
	// before.
	Claim(ctx context.Context, now, until time.Time, most int) ([]Order, error)
	// Backlog tells how many orders are pending, and since when the oldest is.
	Backlog(ctx context.Context) (Backlog, error)
}

// Inventory is where stock is kept: product-api, from here. All methods may be repeated. They return a fault of kind
// Unavailable while the inventory cannot be reached, which leaves open whether it has done what was asked.
type Inventory interface {
	// Reserve sets the items' quantities aside, all or none, and returns the items with names and prices. A fault of
	// another kind than Unavailable is final: the same reservation will never be made.
	Reserve(ctx context.Context, reservation string, items []Item) ([]Item, error)
	// Confirm makes a reservation last. A fault of kind Conflict says that it is not held any more.
	Confirm(ctx context.Context, reservation string) error
	// Release gives a reservation back, confirmed or not, made or not.
	Release(ctx context.Context, reservation string) error
}
