// Package product owns the shop's products, what is in stock of them, and the reservations that orders hold on that
// stock. It knows neither HTTP nor SQL, and of orders only the name under which they reserve.
package product

import (
	"context"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Bounds of what a product may be.
const (
	MaxName  = 200
	MinPrice = money.Cents(1)
	MaxPrice = money.Cents(100_000_000_00)
	MaxStock = 1_000_000_000
)

// Product is one thing on sale.
type Product struct {
	ID    int64       `json:"id"`
	Name  string      `json:"name"`
	Price money.Cents `json:"price"`
	// Stock is what may still be ordered: what reservations hold is already gone from it.
	Stock int64 `json:"stock"`
	// Withdrawn says that the product is out of sale: nobody can order it, and what orders hold of it stays theirs.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// Version grows with every edit. What orders take and give back, and what is added to stock, is none: two such
	// changes do not overwrite each other.
	Version int64 `json:"-"`
}

// Tag is the product's entity tag. It has the stock too, for it is of all that is shown.
func (p Product) Tag() string {
	return `"` + p.edition() + "-" + strconv.FormatInt(p.Stock, 10) + `"`
}

// Shown is the product as customers see it. What is there of a product that is out of sale is its owner's affair, and whoever
// does not know of such products takes it for sold out.
func (p Product) Shown() Product {
	if p.Withdrawn {
		p.Stock = 0
	}
	return p
}

// Edited tells whether a tag is of another edition of the product, whatever was in stock then.
func (p Product) Edited(tag string) bool {
	return tag != `"`+p.edition()+`"` && !strings.HasPrefix(tag, `"`+p.edition()+"-")
}

func (p Product) edition() string {
	return strconv.FormatInt(p.ID, 10) + "-" + strconv.FormatInt(p.Version, 10)
}

// Filter selects products: those whose name holds Search, whatever its case, from Offset on, at most Limit.
type Filter struct {
	Search string
	Limit  int
	Offset int
	// Withdrawn selects those that are out of sale, too.
	Withdrawn bool
}

// Change says what to change about a product: what is nil stays as it is.
type Change struct {
	Name  *string
	Price *money.Cents
	Stock *int64
	// Withdrawn takes the product out of sale, or puts it back.
	Withdrawn *bool
	// Allow decides, with the product as it is, whether it may be changed at all.
	Allow func(Product) error
}

// ErrNotFound says that there is no product with an id.
var ErrNotFound = fault.New(fault.NotFound, "Product not found")

// Store keeps products and reservations. Every method is atomic and durable when it returns without an error; all
// return a fault of kind Unavailable while the store cannot serve.
type Store interface {
	// List returns a page of products by id, and how many the filter selects in all.
	List(ctx context.Context, filter Filter) (page []Product, total int, err error)
	// Find returns ErrNotFound if there is no such product.
	Find(ctx context.Context, id int64) (Product, error)
	// Create keeps a new product and gives it its id and version. Once it is done under a key, the same request again
	// gets the same answer, which is replayed; another one gets ErrOtherRequest.
	Create(ctx context.Context, product Product, once Once) (created Product, replayed bool, err error)
	// AddStock adds to a product's stock, or takes from it. It returns ErrNotFound, or a Conflict where the stock would
	// leave its bounds. Keys are as in Create.
	AddStock(ctx context.Context, id, change int64, once Once) (changed Product, replayed bool, err error)
	// ForgetKeys forgets keys older than Kept, and returns how many.
	ForgetKeys(ctx context.Context) (int, error)
	// Update changes a product. It returns ErrNotFound, or what Allow says.
	Update(ctx context.Context, id int64, change Change) (Product, error)

	// Reserve takes what is wanted out of stock, all lines or none, and returns the reservation: held, or confirmed. The
	// same id again finds the same outcome: the reservation, which it confirms if that is wanted now, or the fault that
	// refused it (Conflict, or Unprocessable for an unknown product). A reservation that expired is made anew; a
	// released one is Conflict.
	Reserve(ctx context.Context, wanted Wanted) (Reservation, error)
	// Confirm makes a held reservation last. It returns ErrNotHeld if there is none to confirm.
	Confirm(ctx context.Context, id string) (Reservation, error)
	// Release puts a reservation's quantities back, held or confirmed. An unknown id is remembered as released, so
	// that a reservation that arrives late finds the order gone.
	Release(ctx context.Context, id string) (Reservation, error)
	// Expire releases held reservations whose time has come by the database's clock, and returns how many.
	Expire(ctx context.Context) (int, error)
	// Reservations lists reservations by id, in whatever order the database has texts in.
	Reservations(ctx context.Context, filter ReservationFilter) ([]Reservation, error)
	// Open counts the reservations that are held.
	Open(ctx context.Context) (int, error)
}
