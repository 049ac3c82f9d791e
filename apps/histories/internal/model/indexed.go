package model

import (
	"strconv"

	"github.com/techcommerce/platform/apps/histories/internal/books"
)

// indexed is a history in which things are found without a search.
type indexed struct {
	History
	// group is the one that a product is in, onProducts are the calls on a group's products, and buyers who ordered
	// from it.
	group      map[int64]string
	onProducts map[string][]Call
	buyers     map[string][]string
	// calls and orders are those of a customer.
	calls     map[string][]Call
	orders    map[string][]books.Order
	customers []string
}

func (h History) indexed() indexed {
	i := indexed{
		History: h, group: map[int64]string{}, onProducts: map[string][]Call{}, buyers: map[string][]string{},
		calls: map[string][]Call{}, orders: map[string][]books.Order{},
	}
	for _, p := range h.Products {
		i.group[p.ID] = strconv.Itoa(p.Group)
	}
	for _, call := range h.Calls {
		i.add(call)
	}
	for _, o := range h.Books.Orders {
		i.orders[o.Customer] = append(i.orders[o.Customer], o)
	}
	return i
}

func (i *indexed) add(call Call) {
	if call.Customer == "" {
		group := i.group[call.Product]
		i.onProducts[group] = append(i.onProducts[group], call)
		return
	}
	if _, known := i.calls[call.Customer]; !known && call.Kind == Place {
		group := i.group[call.Lines[0].Product]
		i.buyers[group] = append(i.buyers[group], call.Customer)
		i.customers = append(i.customers, call.Customer)
	}
	i.calls[call.Customer] = append(i.calls[call.Customer], call)
}

// shelves are the products by group, as they were at first.
func (h History) shelves() map[string]map[int64]shelf {
	groups := map[string]map[int64]shelf{}
	for _, p := range h.Products {
		name := strconv.Itoa(p.Group)
		if groups[name] == nil {
			groups[name] = map[int64]shelf{}
		}
		groups[name][p.ID] = shelf{p.Stock, p.Price}
	}
	return groups
}
