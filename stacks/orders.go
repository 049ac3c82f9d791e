package stacks

// Orders is how long an order may take, and how long it is known by its key.
type Orders struct {
	// PendingAge is how long an order may be pending, because product-api or the database cannot be used for example, before
	// it is given up: then it is rejected, and what it may have reserved is back on sale. 1h to 168h.
	PendingAge Duration `json:"pendingAge"`
	// KeyRetention is how long an order's Idempotency-Key is kept: for so long the same key of the same caller is the same
	// order, and after that another one. At least pendingAge, so that whoever asks again hears of the end; at most 8760h.
	KeyRetention Duration `json:"keyRetention"`
}

func defaultOrders() Orders { return Orders{PendingAge: 24 * hour, KeyRetention: 30 * 24 * hour} }

const hour = 3600 * Second

func (o Orders) validate(path string) []Problem {
	const longestPending, longestKept = 7 * 24 * hour, 365 * 24 * hour
	var found problems
	if o.PendingAge < hour || o.PendingAge > longestPending {
		found.add(path+".pendingAge", "%s, want %s to %s", o.PendingAge, hour, longestPending)
	}
	if o.KeyRetention < hour || o.KeyRetention > longestKept {
		found.add(path+".keyRetention", "%s, want %s to %s", o.KeyRetention, hour, longestKept)
	} else if o.KeyRetention < o.PendingAge {
		found.add(path+".keyRetention", "%s, want at least pendingAge (%s)", o.KeyRetention, o.PendingAge)
	}
	return found
}
