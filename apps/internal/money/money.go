// Package money holds amounts as integer cents, so that no sum is ever rounded. On the wire an amount is a JSON number
// with two decimals. It knows one currency and no tax.
package money

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Cents is an amount of money.
type Cents int64

// ErrMalformed says that a text is not an amount: digits with at most two decimals, within what 64 bits hold.
var ErrMalformed = errors.New("want a number with at most two decimals")

// Parse reads an amount such as 19, 19.9 or 19.99. Exponents are refused: no price is written that way.
func Parse(text string) (Cents, error) {
	digits, negative := strings.CutPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(digits, ".")
	if !isDigits(whole) || pointed && (!isDigits(fraction) || len(fraction) > 2) {
		return 0, ErrMalformed
	}
	value, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil {
		return 0, ErrMalformed
	}
	if negative {
		value = -value
	}
	return Cents(value), nil
}

// Times is the amount for a quantity; ok is false where it does not fit.
func (c Cents) Times(quantity int64) (total Cents, ok bool) {
	if c < 0 || quantity < 0 || quantity != 0 && int64(c) > math.MaxInt64/quantity {
		return 0, false
	}
	return c * Cents(quantity), true
}

// String is the amount with two decimals, for example 1299.98.
func (c Cents) String() string {
	sign, n := "", uint64(c)
	if c < 0 {
		sign, n = "-", -n
	}
	return sign + strconv.FormatUint(n/100, 10) + "." + strconv.FormatUint(n%100+100, 10)[1:]
}

// MarshalJSON writes a JSON number with two decimals.
func (c Cents) MarshalJSON() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalJSON reads a JSON number with at most two decimals.
func (c *Cents) UnmarshalJSON(data []byte) error {
	value, err := Parse(string(data))
	if err != nil {
		return err
	}
	*c = value
	return nil
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
