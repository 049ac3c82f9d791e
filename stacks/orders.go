package stacks

// Orders is how long an order may take, and how long it is known by its key.
type Orders struct {
	// PendingAge is how long an order may be pending, because product-api or the database cannot be used for example, before
	// it is given up: then it is rejected, and what it may have reserved is back on sale. 1h to 168h.
	PendingAge Duration `json:"pendingAge"`
	// KeyRetention is how long an order's Idempotency-Key is kept: for so long the same key of the same caller is the same
	// order, and after that another one. At least pendingAge, so that whoever asks again hears of the end; at most 8760h.
	KeyRetention Duration `json:"keyRetention"`
	// Retention is how long an order that has ended says who placed it, from when it was placed: then the name, the links and
	// the keys are erased, and what was sold, when and for how much stays. At least keyRetention; 0s is for good.
	Retention Duration `json:"retention"`
	// RejectedRetention is how long an order that was rejected is kept: then it is deleted, once its key is not kept any more
	// either. At least 168h; 0s is for good.
	RejectedRetention Duration `json:"rejectedRetention"`
}

func defaultOrders() Orders {
	return Orders{PendingAge: 24 * hour, KeyRetention: 30 * 24 * hour, RejectedRetention: 90 * 24 * hour}
}

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
	return append(found, o.validateRetention(path)...)
}

// validateRetention keeps what is erased and deleted far from what is still compared with the stock.
func (o Orders) validateRetention(path string) []Problem {
	const least = 7 * 24 * hour
	var found problems
	if kept := max(o.KeyRetention, least); o.Retention != 0 && o.Retention < kept {
		found.add(path+".retention", "%s, want at least %s and keyRetention (%s), or 0s for good", o.Retention, least, o.KeyRetention)
	}
	if o.RejectedRetention != 0 && o.RejectedRetention < least {
		found.add(path+".rejectedRetention", "%s, want at least %s, or 0s for good", o.RejectedRetention, least)
	}
	return found
}
