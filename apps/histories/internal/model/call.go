package model

import (
	"time"

	"github.com/techcommerce/platform/apps/internal/money"
)

// Line is what an order asks for of one product.
type Line struct{ Product, Quantity int64 }

// Shortage is a line that stock did not cover, and what was left.
type Shortage struct {
	Product   int64 `json:"product_id"`
	Requested int64 `json:"requested"`
	Available int64 `json:"available"`
}

// Kind is what a call asks for.
type Kind string

// What calls ask for.
const (
	Place   Kind = "place"
	Find    Kind = "find"
	Cancel  Kind = "cancel"
	Read    Kind = "read"
	Restock Kind = "restock"
	Reprice Kind = "reprice"
)

// Call is one call as its client saw it.
type Call struct {
	Client int
	Kind   Kind
	// Start and End are since the beginning of the history, by one clock. Without an answer, End is when the client
	// gave up; the call itself may yet have its effect.
	Start, End time.Duration
	// Status is that of the answer, 0 if there was none.
	Status int

	// Customer names an order, here and in the books. Keyed says that it has an Idempotency-Key, Proxied that the call
	// went through the frontend, and Shown is the total that the customer agreed to, if any.
	Customer string      `json:",omitempty"`
	Keyed    bool        `json:",omitempty"`
	Proxied  bool        `json:",omitempty"`
	Lines    []Line      `json:",omitempty"`
	Shown    money.Cents `json:",omitempty"`
	// Replica is whom a call on a product was sent to, Product which one, Change by how many pieces, and Key what makes
	// several calls one change.
	Replica int    `json:",omitempty"`
	Product int64  `json:",omitempty"`
	Change  int64  `json:",omitempty"`
	Key     string `json:",omitempty"`

	// Said is what the answer shows.
	Said Said
}

// Said is what an answer shows: of an order its id, status and total; of a product its stock and price.
type Said struct {
	ID     int64       `json:",omitempty"`
	Status string      `json:",omitempty"`
	Total  money.Cents `json:",omitempty"`
	Stock  int64       `json:",omitempty"`
	Price  money.Cents `json:",omitempty"`
	Error  string      `json:",omitempty"`
}
