// Package cart holds what a customer is about to buy: product ids and quantities, nothing else. Names, prices and stock
// belong to product-api and are looked up each time a cart is shown, so that a cart can be old but never wrong.
package cart

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A cart lives in a cookie, of which browsers keep 4096 bytes; fifty lines take about half of that.
const (
	MaxLines    = 50
	MaxQuantity = 999
)

// The ways in which a change can be refused. The cart is then as it was.
var (
	ErrTooManyLines = fmt.Errorf("a cart holds at most %d different products", MaxLines)
	ErrTooMany      = fmt.Errorf("a cart holds at most %d of one product", MaxQuantity)
	errBadLine      = errors.New("a cart line is a product id and a quantity")
)

// Line is one product and how many of it.
type Line struct {
	Product  int64
	Quantity int
}

// ParseLine reads what String writes.
func ParseLine(s string) (Line, error) {
	id, quantity, _ := strings.Cut(s, "x")
	product, err := ParseProduct(id)
	if err != nil {
		return Line{}, err
	}
	n, err := strconv.Atoi(quantity)
	if err != nil || n < 1 || n > MaxQuantity {
		return Line{}, fmt.Errorf("%w: %q", errBadLine, s)
	}
	return Line{Product: product, Quantity: n}, nil
}

// ParseProduct reads a product's id from a form or a path.
func ParseProduct(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 1 {
		return 0, fmt.Errorf("product id %q: want a positive whole number", s)
	}
	return id, nil
}

// String is the line as forms and cookies carry it, for example 3x2: two of product 3.
func (l Line) String() string {
	return strconv.FormatInt(l.Product, 10) + "x" + strconv.Itoa(l.Quantity)
}

// Cart is lines in the order in which their products were first added, at most one for each product. The zero value is
// an empty cart. Methods return a changed copy.
type Cart struct{ lines []Line }

// New makes a cart of lines that came from outside, and says what is wrong with them.
func New(lines []Line) (Cart, error) {
	var c Cart
	for _, l := range lines {
		if c.Quantity(l.Product) > 0 {
			return Cart{}, fmt.Errorf("%w: product %d twice", errBadLine, l.Product)
		}
		if l.Product < 1 || l.Quantity < 1 {
			return Cart{}, fmt.Errorf("%w: %s", errBadLine, l)
		}
		var err error
		if c, err = c.Add(l.Product, l.Quantity); err != nil {
			return Cart{}, err
		}
	}
	return c, nil
}

// Lines is the cart's content; the caller may keep it.
func (c Cart) Lines() []Line { return slices.Clone(c.lines) }

// Empty says whether there is nothing in the cart.
func (c Cart) Empty() bool { return len(c.lines) == 0 }

// Units counts every piece, not lines: two mice and a laptop are three.
func (c Cart) Units() int {
	n := 0
	for _, l := range c.lines {
		n += l.Quantity
	}
	return n
}

// Quantity is how many of the product are in the cart.
func (c Cart) Quantity(product int64) int {
	if i := c.index(product); i >= 0 {
		return c.lines[i].Quantity
	}
	return 0
}

// Add puts n more of the product in.
func (c Cart) Add(product int64, n int) (Cart, error) {
	i := c.index(product)
	if i < 0 && len(c.lines) >= MaxLines {
		return c, ErrTooManyLines
	}
	if n > MaxQuantity-c.Quantity(product) {
		return c, ErrTooMany
	}
	lines := c.Lines()
	if i < 0 {
		return Cart{append(lines, Line{product, n})}, nil
	}
	lines[i].Quantity += n
	return Cart{lines}, nil
}

// Less takes n of the product out; the line goes when none is left.
func (c Cart) Less(product int64, n int) Cart {
	i := c.index(product)
	if i < 0 {
		return c
	}
	if c.lines[i].Quantity <= n {
		return c.Remove(product)
	}
	lines := c.Lines()
	lines[i].Quantity -= n
	return Cart{lines}
}

// Remove takes the product out altogether.
func (c Cart) Remove(product int64) Cart {
	return Cart{slices.DeleteFunc(c.Lines(), func(l Line) bool { return l.Product == product })}
}

// Without is what is left when the lines of other have been bought.
func (c Cart) Without(other Cart) Cart {
	for _, l := range other.lines {
		c = c.Less(l.Product, l.Quantity)
	}
	return c
}

// Equal says whether both hold the same products in the same quantities and order.
func (c Cart) Equal(other Cart) bool { return slices.Equal(c.lines, other.lines) }

func (c Cart) index(product int64) int {
	return slices.IndexFunc(c.lines, func(l Line) bool { return l.Product == product })
}
