// Package order owns orders: how they are placed, processed, moved on and cancelled, so that none is ever lost, doubled
// or sold beyond what there is, whatever stops when. It knows neither HTTP nor SQL.
//
// An order is written as pending before anything else happens, under a lease. Then stock is reserved under a name that
// the order carries from the start, and the order is confirmed last. Each of these steps may be repeated by anybody
// without doing more, so whoever takes a pending order over after a crash goes through all of them again. In the other
// direction an order is first marked rejected or cancelled, which ends all attempts to confirm it, and then its
// reservation is released, whatever was learnt of it before: a release of nothing costs little, stock that is reserved
// for no order is lost.
//
// An order with an Idempotency-Key belongs to whoever knows the key: it is processed until it ends, with or without its
// caller. An order without one belongs to the one call that places it and ends with that call: its lease is the call's
// deadline, and it is never confirmed after that.
package order

import (
	"context"
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
	MaxTotal    = money.Cents(MaxItems * MaxQuantity * 100_000_000_00)
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
	// Problem is why the order was rejected, or cancelled by the service itself.
	Problem *fault.Error
	// Key is the client's Idempotency-Key, empty if there was none or it is kept no longer. Scope is whose key it is:
	// the same key of another caller is another key.
	Key   string
	Scope string
	// Fingerprint tells whether a repeated key comes with the same order.
	Fingerprint string
	// Expected is the total that the customer was shown, nil if the client did not say.
	Expected *money.Cents
	// Owner is a sum of the secret of the visitor whose order it is, empty where nobody said.
	Owner string
	// Access is the order's own secret: whoever has it may see the order. Empty for orders of earlier releases.
	Access string
	// Reservation is the name under which stock is reserved. It is a time and random, not the order's id, so that an order
	// database restored from a backup never meets reservations of orders that it has forgotten.
	Reservation string
	// Due is when somebody may next process what is left to do for the order: securing it while it is pending,
	// releasing its stock once it is rejected or cancelled. Until then it is leased. Zero: nothing is left. All such
	// times are by the store's clock, which all replicas share.
	Due time.Time
	// History is each status that the order came to after it was placed, the oldest first. Steps that a release before this
	// one took are missing.
	History []Event
	// Damaged says what of the order's record could not be read; the rest of the order is as far as it could.
	Damaged error
}

// Event is a status that an order came to, by the store's clock.
type Event struct {
	Status Status
	At     time.Time
}

// Filter selects orders, newest first; empty fields select all.
type Filter struct {
	Customer string
	Status   Status
	Owner    string
	// Before asks for the page of the next older orders than the one with this id, After for that of the next newer
	// ones. Orders that are placed meanwhile move neither page, as they move one that an Offset names.
	Before, After int64
	Limit, Offset int
	// Counts asks for Page.Counts too.
	Counts bool
}

// Page is a part of the orders that a filter selects.
type Page struct {
	Orders []Order
	// Total is how many the filter selects on all pages.
	Total int
	// Newer and Older say whether it selects orders before and after these.
	Newer, Older bool
	// Counts is how many orders stand in each status, whatever status the filter selects. Nil unless asked for.
	Counts map[Status]int
}

// Backlog is what is pending, and how long the oldest has been.
type Backlog struct {
	Count  int
	Oldest time.Duration
}

// Claimed is an order that somebody has leased, and how long ago it was placed.
type Claimed struct {
	Order
	Age time.Duration
}

// Transition is a step of the status machine and what it writes.
type Transition struct {
	To Status
	// Items and Total replace the order's where Items are given.
	Items []Item
	Total money.Cents
	// Problem is why, where there is a reason.
	Problem *fault.Error
	// InLease makes the step conditional: it is taken only while the order is still leased.
	InLease bool
}

// ErrNotFound says that there is no order with an id.
var ErrNotFound = fault.New(fault.NotFound, "Order not found")

// Store keeps orders. Every method is atomic and durable when it returns without an error; all return a fault of kind
// Unavailable while the store cannot serve, which leaves open whether a change was made.
type Store interface {
	// Insert keeps a new order as pending, leased for so long, and gives it its id and time. If the same caller has
	// placed one with the same key already, it returns that one and created is false.
	Insert(ctx context.Context, order Order, lease time.Duration) (kept Order, created bool, err error)
	// Find returns ErrNotFound if there is no such order.
	Find(ctx context.Context, id int64) (Order, error)
	// List returns a page of orders. A damaged order is on it like any other.
	List(ctx context.Context, filter Filter) (Page, error)
	// Move takes a step if the order stands where the step may be taken from, and returns the order as it is then.
	// moved is false if it stood elsewhere. A step to an end that gives stock back makes the order due at once. It
	// returns ErrNotFound if there is no such order.
	Move(ctx context.Context, id int64, step Transition) (order Order, moved bool, err error)
	// Take leases one order that is pending and due. It returns the order as it is, and whether the lease was taken.
	Take(ctx context.Context, id int64, lease time.Duration) (order Order, taken bool, err error)
	// Claim leases orders that are due, so that nobody else claims them before the lease ends.
	Claim(ctx context.Context, lease time.Duration, most int) ([]Claimed, error)
	// Postpone makes an order due after a pause, if nobody else has leased it since, and returns the order as it is.
	Postpone(ctx context.Context, order Order, pause time.Duration) (Order, error)
	// SetAccess gives an order another secret, and returns the order as it is then. It returns ErrNotFound if there is no
	// such order.
	SetAccess(ctx context.Context, id int64, access string) (Order, error)
	// Released notes that a rejected or cancelled order has nothing reserved any more.
	Released(ctx context.Context, id int64) error
	// Backlog tells how many orders are pending, and for how long the oldest has been.
	Backlog(ctx context.Context) (Backlog, error)
	// ForgetKeys removes the keys of orders that were placed before so long, of those with ids after one, at most so
	// many at a time. It returns the last id that it has seen, and 0 if there is none left to see.
	ForgetKeys(ctx context.Context, after int64, age time.Duration, most int) (last int64, forgotten int, err error)
	// EraseOld does to orders that have ended what Erase does, to those that were placed before so long, of those with ids
	// after one, at most so many at a time. It leaves alone what is still known by its key. It returns the last id that it
	// has seen, and 0 if there is none left to see.
	EraseOld(ctx context.Context, after int64, age time.Duration, most int) (last int64, erased int, err error)
	// DeleteRejected removes rejected orders that were placed before so long, at most so many at a time. It leaves alone
	// what is still known by its key, and what may have stock reserved.
	DeleteRejected(ctx context.Context, age time.Duration, most int) (deleted int, err error)
	// Erase removes who a customer is from their orders that have ended, and returns how many those were and how many are
	// left that have not ended. What was bought, when and for how much stays.
	Erase(ctx context.Context, customer string) (erased, left int, err error)
	// ByReservation returns the orders that have reserved under the names; names without an order are left out.
	ByReservation(ctx context.Context, names []string) ([]Order, error)
	// Before returns the orders with the greatest ids below one, the greatest first.
	Before(ctx context.Context, id int64, most int) ([]Claimed, error)
	// Schedule tells whether it is time to do what is to be done by one replica every so often, and makes it due again
	// after that time.
	Schedule(ctx context.Context, name string, every time.Duration) (due bool, err error)
}

// Reservation is stock set aside for an order.
type Reservation struct {
	// Items are what was asked for, with names and prices.
	Items []Item
	// Confirmed says that it lasts. An older inventory holds it for a while and wants it confirmed.
	Confirmed bool
}

// Inventory is where stock is kept: product-api, from here. All methods may be repeated. They return a fault of kind
// Unavailable while the inventory cannot be reached or will not answer, which leaves open whether it has done what was
// asked. Any other fault is the customer's to hear, and final: the same reservation will never be made.
type Inventory interface {
	// Reserve sets the items' quantities aside, all or none. With an expected total it refuses to where their prices
	// add up to another.
	Reserve(ctx context.Context, reservation string, items []Item, expected *money.Cents) (Reservation, error)
	// Confirm makes a held reservation last. A fault of kind Conflict says that it is not held any more.
	Confirm(ctx context.Context, reservation string) error
	// Release gives a reservation back, confirmed or not, made or not.
	Release(ctx context.Context, reservation string) error
	// Reservations lists those that have taken stock and have been as they are for so long, by name, from after a name
	// on. A page with as many as asked for may be followed by another.
	Reservations(ctx context.Context, after string, most int, age time.Duration) ([]Held, error)
}

// Held is a reservation as the inventory has it.
type Held struct {
	Name      string
	Confirmed bool
	Items     []Item
}
