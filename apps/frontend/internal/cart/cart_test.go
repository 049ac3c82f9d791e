package cart_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/frontend/internal/cart"
)

// steps is a cart's story: +3 adds one of product 3, -3 takes one out, x3 removes it.
func mustPlay(t *testing.T, steps string) cart.Cart {
	t.Helper()
	var c cart.Cart
	for step := range strings.FieldsSeq(steps) {
		id, err := cart.ParseProduct(step[1:])
		if err != nil {
			t.Fatal(err)
		}
		switch step[0] {
		case '+':
			if c, err = c.Add(id, 1); err != nil {
				t.Fatal(err)
			}
		case '-':
			c = c.Less(id, 1)
		case 'x':
			c = c.Remove(id)
		}
	}
	return c
}

func text(c cart.Cart) string {
	var lines []string
	for _, l := range c.Lines() {
		lines = append(lines, l.String())
	}
	return strings.Join(lines, " ")
}

func TestChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, steps, want string
		units             int
	}{
		{name: "starts empty"},
		{name: "adds a product", steps: "+3", want: "3x1", units: 1},
		{name: "counts a second piece in the same line", steps: "+3 +3", want: "3x2", units: 2},
		{name: "keeps the order in which products came", steps: "+3 +1 +3", want: "3x2 1x1", units: 3},
		{name: "takes one piece out", steps: "+3 +3 -3", want: "3x1", units: 1},
		{name: "takes the line out with its last piece", steps: "+3 +1 -3", want: "1x1", units: 1},
		{name: "does nothing when there is nothing to take out", steps: "+1 -3 x3", want: "1x1", units: 1},
		{name: "removes a line whatever its quantity", steps: "+3 +3 +1 x3", want: "1x1", units: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := mustPlay(t, tt.steps)
			if got := text(c); got != tt.want {
				t.Errorf("after %q the cart is %q, want %q", tt.steps, got, tt.want)
			}
			if c.Units() != tt.units || c.Empty() != (tt.units == 0) {
				t.Errorf("after %q: %d units, empty %t; want %d units", tt.steps, c.Units(), c.Empty(), tt.units)
			}
		})
	}
}

func TestChangesLeaveTheOriginalAlone(t *testing.T) {
	t.Parallel()
	c := mustPlay(t, "+1 +2")
	if _, err := c.Add(1, 5); err != nil {
		t.Fatal(err)
	}
	c.Less(2, 1)
	c.Remove(1)
	if got := text(c); got != "1x1 2x1" {
		t.Errorf("the cart became %q", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var full cart.Cart
	for id := range int64(cart.MaxLines) {
		var err error
		if full, err = full.Add(id+1, cart.MaxQuantity); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := full.Add(1, 1); !errors.Is(err, cart.ErrTooMany) || !got.Equal(full) {
		t.Errorf("one more than %d of a product: err %v, want %v and the same cart", cart.MaxQuantity, err, cart.ErrTooMany)
	}
	if got, err := full.Add(999, 1); !errors.Is(err, cart.ErrTooManyLines) || !got.Equal(full) {
		t.Errorf("one more than %d lines: err %v, want %v and the same cart", cart.MaxLines, err, cart.ErrTooManyLines)
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, cart, bought, want string }{
		{name: "empties a cart that was bought whole", cart: "+1 +1 +2", bought: "+1 +1 +2"},
		{name: "keeps what came in meanwhile", cart: "+1 +1 +2", bought: "+1", want: "1x1 2x1"},
		{name: "does not mind what is gone already", cart: "+2", bought: "+1 +2 +2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mustPlay(t, tt.cart).Without(mustPlay(t, tt.bought))
			if text(got) != tt.want {
				t.Errorf("%q without %q is %q, want %q", tt.cart, tt.bought, text(got), tt.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		lines []cart.Line
	}{
		{name: "a product twice", lines: []cart.Line{{Product: 1, Quantity: 1}, {Product: 1, Quantity: 2}}},
		{name: "no quantity", lines: []cart.Line{{Product: 1}}},
		{name: "a negative quantity", lines: []cart.Line{{Product: 1, Quantity: -1}}},
		{name: "more than the limit", lines: []cart.Line{{Product: 1, Quantity: cart.MaxQuantity + 1}}},
		{name: "a product id of zero", lines: []cart.Line{{Quantity: 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if c, err := cart.New(tt.lines); err == nil || !c.Empty() {
				t.Errorf("New(%v) = %q, %v; want an empty cart and an error", tt.lines, text(c), err)
			}
		})
	}
}

func FuzzParseLine(f *testing.F) {
	for _, s := range []string{
		"3x2", "1x999", "1x1000", "0x1", "-1x1", "1x", "x", "", "9223372036854775808x1", "1x1x1", "٣x٢",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := cart.ParseLine(s)
		if err != nil {
			return
		}
		if l.Product < 1 || l.Quantity < 1 || l.Quantity > cart.MaxQuantity {
			t.Errorf("ParseLine(%q) = %+v, outside the limits", s, l)
		}
		if again, err := cart.ParseLine(l.String()); err != nil || again != l {
			t.Errorf("ParseLine(%q) = %+v, but its text %q reads as %+v, %v", s, l, l, again, err)
		}
	})
}
