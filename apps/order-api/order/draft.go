package order

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/techcommerce/platform/apps/internal/money"
)

// Draft is an order as a client asks for it.
type Draft struct {
	Customer string
	Items    []Item
	// Expected is the total that the customer was shown, nil if the client does not say.
	Expected *money.Cents
	// Key makes the draft one order however often it is sent, within the caller's scope.
	Key   string
	Scope string
}

// order is the draft as a pending order.
func (d Draft) order() (Order, error) {
	canonical, err := json.Marshal(struct {
		Customer string
		Items    []Item
		Expected *money.Cents `json:",omitempty"` // absent as in releases that did not know it: keys outlive releases
	}{d.Customer, d.Items, d.Expected})
	if err != nil {
		return Order{}, err
	}
	sum := sha256.Sum256(canonical)
	return Order{
		Customer: d.Customer, Items: d.Items, Status: Pending, Key: d.Key, Scope: d.Scope, Expected: d.Expected,
		Fingerprint: hex.EncodeToString(sum[:]), Reservation: rand.Text(),
	}, nil
}
