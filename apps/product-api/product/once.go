package product

import (
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Once names a request that may come more than once and is to be done once: under a key that its client chose, with the
// fingerprint of what it asks for. The zero value is a request that is done as often as it comes.
type Once struct {
	Key         string
	Fingerprint string
}

// Kept is how long the store remembers a key. It is longer than any client goes on asking.
const Kept = 30 * 24 * time.Hour

// ErrOtherRequest says that a key was used for something else.
var ErrOtherRequest = fault.New(fault.Unprocessable, "Idempotency-Key was used for another request")
