package order

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"

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
	// Owner is a sum of the secret of the visitor whose order it will be, empty where the caller does not say.
	Owner string
}

// order is the draft as a pending order. The expected total is no part of its fingerprint: it is a condition, not what is
// ordered. Whoever asks again after a lost answer has seen today's prices, and must find the order all the same.
func (d Draft) order() (Order, error) {
	canonical, err := json.Marshal(struct {
		Customer string
		Items    []Item
	}{d.Customer, d.Items})
	if err != nil {
		return Order{}, err
	}
	sum := sha256.Sum256(canonical)
	return Order{
		Customer: d.Customer, Items: d.Items, Status: Pending, Key: d.Key, Scope: d.Scope, Owner: d.Owner,
		Expected: d.Expected, Access: rand.Text(),
		Fingerprint: hex.EncodeToString(sum[:]), Reservation: newReservation(time.Now()),
	}, nil
}

// Names of reservations have a time in front, so that those of the last days can be listed alone, and 80 random bits.
const (
	reservationTime   = 6
	reservationRandom = 10
)

var reservationEncoding = base32.HexEncoding.WithPadding(base32.NoPadding)

func newReservation(at time.Time) string {
	name := make([]byte, reservationTime+reservationRandom)
	copy(name, timeOf(at))
	_, _ = rand.Read(name[reservationTime:]) // it never fails
	return reservationEncoding.EncodeToString(name)
}

// reservationsSince comes before all names of reservations from a time on. Names of releases that had no time in front
// come after it too.
func reservationsSince(at time.Time) string { return reservationEncoding.EncodeToString(timeOf(at)) }

func timeOf(at time.Time) []byte {
	var big [8]byte
	binary.BigEndian.PutUint64(big[:], uint64(max(at.UnixMilli(), 0)))
	return big[len(big)-reservationTime:]
}
