package web

import "github.com/techcommerce/platform/apps/frontend/internal/backend"

// count is how many orders there are of a kind.
type count struct {
	Label, Icon, Class string
	Number             int
}

// kinds are what people want to know of all orders, by the states that belong to each.
var kinds = []struct {
	count
	states []string
}{
	{count{Label: "In progress", Icon: "cycle", Class: "waiting"}, []string{"pending", "confirmed", "processing"}},
	{count{Label: "Shipped", Icon: "truck", Class: "moving"}, []string{"shipped"}},
	{count{Label: "Delivered", Icon: "parcel", Class: "done-well"}, []string{"delivered"}},
}

// countsOf is how many orders there are of each kind, not only on the page that is shown. Of an order-api of a release
// that does not count them by status only the number of all is known.
func countsOf(orders backend.Page[backend.Order]) []count {
	all := []count{{Label: "Orders", Icon: "list", Class: "over", Number: orders.Total}}
	if orders.Statuses == nil {
		return all
	}
	for _, kind := range kinds {
		sum := kind.count
		for _, state := range kind.states {
			sum.Number += orders.Statuses[state]
		}
		all = append(all, sum)
	}
	return all
}
