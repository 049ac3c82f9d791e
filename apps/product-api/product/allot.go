package product

import (
	"fmt"
	"maps"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Shortage is one line that stock does not cover.
type Shortage struct {
	ProductID int64  `json:"product_id"`
	Name      string `json:"name"`
	Requested int64  `json:"requested"`
	Available int64  `json:"available"`
}

// Allot decides whether products cover what is wanted: all lines, at the total that the customer was shown, or a fault
// that names each line at fault.
func (w Wanted) Allot(products map[int64]Product) ([]Item, error) {
	var items []Item
	unknown, withdrawn, short := map[string]string{}, map[string]string{}, map[string]string{}
	var shortages []Shortage
	for i, line := range w.Lines {
		p, ok := products[line.ProductID]
		if !ok {
			unknown[fmt.Sprintf("items[%d].product_id", i)] = "is not a product"
			continue
		}
		if p.Withdrawn {
			withdrawn[fmt.Sprintf("items[%d].product_id", i)] = p.Name + " is not sold any more"
			continue
		}
		if p.Stock < line.Quantity {
			short[fmt.Sprintf("items[%d].quantity", i)] = fmt.Sprintf("%d of %s left", p.Stock, p.Name)
			shortages = append(shortages, Shortage{p.ID, p.Name, line.Quantity, p.Stock})
		}
		items = append(items, Item{ProductID: p.ID, Name: p.Name, Price: p.Price, Quantity: line.Quantity})
	}
	if len(unknown) > 0 {
		maps.Copy(unknown, withdrawn)
		maps.Copy(unknown, short)
		return nil, &fault.Error{Kind: fault.Unprocessable, Message: "Unknown product", Fields: unknown}
	}
	if len(withdrawn) > 0 {
		maps.Copy(withdrawn, short)
		return nil, &fault.Error{Kind: fault.Unprocessable, Message: "Product not sold any more", Fields: withdrawn}
	}
	if len(short) > 0 {
		return nil, &fault.Error{
			Kind: fault.Conflict, Message: "Not enough stock", Fields: short,
			Details: map[string]any{"shortages": shortages},
		}
	}
	if total := Total(items); w.Total != nil && *w.Total != total {
		return nil, &fault.Error{
			Kind: fault.Conflict, Message: "Prices have changed",
			Details: map[string]any{"lines": items, "total": total},
		}
	}
	return items, nil
}

// Total is what the items cost together. It fits: the bounds of price, quantity and lines multiply to 10¹⁶ cents.
func Total(items []Item) (total money.Cents) {
	for _, item := range items {
		total += item.Price * money.Cents(item.Quantity)
	}
	return total
}
