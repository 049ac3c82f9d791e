package web

// status is an order's state as people see it.
type status struct {
	Label, Icon, Class, Meaning string
}

// statuses are the states of order-api's status machine.
var statuses = map[string]status{
	"pending": {
		Label: "Pending", Icon: "clock", Class: "waiting",
		Meaning: "We have your order and are making sure that everything is in stock.",
	},
	"confirmed": {
		Label: "Confirmed", Icon: "check", Class: "moving",
		Meaning: "Everything is in stock and set aside for you.",
	},
	"processing": {
		Label: "Processing", Icon: "cycle", Class: "moving",
		Meaning: "We are packing your order.",
	},
	"shipped": {
		Label: "Shipped", Icon: "truck", Class: "moving",
		Meaning: "Your order is on its way.",
	},
	"delivered": {
		Label: "Delivered", Icon: "parcel", Class: "done-well",
		Meaning: "Your order has arrived. Enjoy.",
	},
	"rejected": {
		Label: "Rejected", Icon: "cross", Class: "failed",
		Meaning: "Not everything was in stock, so nothing was ordered.",
	},
	"cancelled": {
		Label: "Cancelled", Icon: "ban", Class: "over",
		Meaning: "This order was cancelled.",
	},
}

// statusOf never fails: a state that a newer order-api invents is shown by its own name.
func statusOf(name string) status {
	if known, ok := statuses[name]; ok {
		return known
	}
	if name == "" {
		name = "unknown"
	}
	return status{Label: name, Icon: "question", Class: "over", Meaning: "Ask us about this order."}
}

// step is one station on an order's way.
type step struct {
	Label, Icon   string
	Done, Current bool
}

// way is what an order passes through when all goes well.
var way = []string{"confirmed", "processing", "shipped", "delivered"}

// stepsOf is the way with what lies behind; none for an order that is not on it.
func stepsOf(name string) []step {
	reached := -1
	for i, station := range way {
		if station == name {
			reached = i
		}
	}
	if reached < 0 && name != "pending" {
		return nil
	}
	var steps []step
	for i, station := range way {
		s := statuses[station]
		steps = append(steps, step{Label: s.Label, Icon: s.Icon, Done: i < reached, Current: i == reached})
	}
	return steps
}
