package web

// status is an order's state as people see it.
type status struct {
	Label, Icon, Class, Meaning string
	// lost says that nothing will come of the order.
	lost bool
	// counted is which of the counts above the list it belongs to, 0 for none.
	counted int
}

// The kinds that orders are counted in, after all of them.
const (
	inProgress = iota + 1
	shipped
	arrived
)

// The states of order-api's status machine, and "completed", which an old client may have stored.
var statuses = map[string]status{
	"pending": {
		Label: "Pending", Icon: "clock", Class: "waiting", counted: inProgress,
		Meaning: "We have your order and are making sure that everything is in stock.",
	},
	"confirmed": {
		Label: "Confirmed", Icon: "check", Class: "moving", counted: inProgress,
		Meaning: "Everything is in stock and set aside for you.",
	},
	"processing": {
		Label: "Processing", Icon: "cycle", Class: "moving", counted: inProgress,
		Meaning: "We are packing your order.",
	},
	"shipped": {
		Label: "Shipped", Icon: "truck", Class: "moving", counted: shipped,
		Meaning: "Your order is on its way.",
	},
	"delivered": delivered,
	"completed": delivered,
	"rejected": {
		Label: "Rejected", Icon: "cross", Class: "failed", lost: true,
		Meaning: "Not everything was in stock, so nothing was ordered.",
	},
	"cancelled": {
		Label: "Cancelled", Icon: "ban", Class: "over", lost: true,
		Meaning: "This order was cancelled.",
	},
}

var delivered = status{
	Label: "Delivered", Icon: "parcel", Class: "done-well", counted: arrived,
	Meaning: "Your order has arrived. Enjoy.",
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
	if name == "completed" {
		name = "delivered"
	}
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
