package web

import (
	"context"
	"fmt"
	"strconv"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/frontend/internal/cart"
	"github.com/techcommerce/platform/apps/internal/money"
)

// lowStock is where "Low Stock" begins, from above.
const lowStock = 10

// tile is a product in the grid.
type tile struct {
	backend.Product
	Here         place
	Hue          int64
	Picture      string
	SoldOut, Low bool
	// Full says that the cart holds all there is.
	Full bool
}

func newTile(p backend.Product, inCart int, here place) tile {
	return tile{
		Product: p,
		Here:    here,
		Hue:     hue(p.ID),
		Picture: picture(p.Name),
		SoldOut: p.Stock <= 0,
		Low:     p.Stock > 0 && p.Stock < lowStock,
		Full:    int64(inCart) >= p.Stock || inCart >= cart.MaxQuantity,
	}
}

// cartView is the cart with everything that product-api knows of its content.
type cartView struct {
	Here  place
	Lines []lineView
	Total money.Cents
	// Priced says that Total is known.
	Priced bool
	// Unsure says that product-api could not be asked about some line.
	Unsure bool
	// Blocked says that some line cannot be bought as it is.
	Blocked bool
}

// lineView is one product in a cart or an order.
type lineView struct {
	ID       int64
	Name     string
	Hue      int64
	Picture  string
	Quantity int64
	Price    money.Cents
	Sum      money.Cents
	// Priced says that Price and Sum are known.
	Priced bool
	// Was is the price that the customer saw before, if it is another now.
	Was     money.Cents
	Changed bool
	Problem string
	Full    bool
}

// cartView looks up what is in the cart, except for the products that the page knows already.
func (s *Site) cartView(ctx context.Context, content cart.Cart, known []backend.Product) cartView {
	found := map[int64]backend.Finding{}
	for _, p := range known {
		found[p.ID] = backend.Finding{Product: p}
	}
	var unknown []int64
	for _, line := range content.Lines() {
		if _, ok := found[line.Product]; !ok {
			unknown = append(unknown, line.Product)
		}
	}
	for id, finding := range s.backend.Find(ctx, unknown) {
		found[id] = finding
	}
	view := cartView{Priced: true}
	for _, line := range content.Lines() {
		view.add(newLineView(line, found[line.Product]), found[line.Product].Unsure)
	}
	return view
}

func (v *cartView) add(line lineView, unsure bool) {
	v.Lines = append(v.Lines, line)
	v.Unsure = v.Unsure || unsure
	v.Blocked = v.Blocked || line.Problem != ""
	v.Total += line.Sum
	// A sum that does not fit is not one that anybody pays, but it must not be shown as another.
	v.Priced = v.Priced && line.Priced && v.Total >= 0
}

// update takes the prices that a refused order would be charged, and marks those that the customer saw otherwise.
func (v *cartView) update(lines []backend.Item, shown map[int64]money.Cents) {
	now := map[int64]backend.Item{}
	for _, line := range lines {
		now[line.ProductID] = line
	}
	v.Total, v.Priced = 0, true
	for i := range v.Lines {
		line := &v.Lines[i]
		if item, ok := now[line.ID]; ok {
			line.Price = item.Price
			line.Sum, line.Priced = item.Price.Times(line.Quantity)
		}
		if was, ok := shown[line.ID]; ok && line.Priced && was != line.Price {
			line.Was, line.Changed = was, true
		}
		v.Total += line.Sum
		v.Priced = v.Priced && line.Priced && v.Total >= 0
	}
}

func newLineView(line cart.Line, found backend.Finding) lineView {
	product := found.Product
	view := lineView{
		ID:       line.Product,
		Name:     productName(product.Name, line.Product),
		Hue:      hue(line.Product),
		Picture:  picture(product.Name),
		Quantity: int64(line.Quantity),
		Price:    product.Price,
		Full:     line.Quantity >= cart.MaxQuantity,
	}
	known := product.ID != 0 && !found.Gone
	if known {
		view.Sum, view.Priced = product.Price.Times(view.Quantity)
	}
	if found.Unsure {
		return view
	}
	view.Full = view.Full || view.Quantity >= product.Stock
	view.Problem = shortage(product.Stock, view.Quantity)
	if found.Gone || product.Withdrawn {
		view.Full = true
		view.Problem = "No longer sold"
	}
	return view
}

// shortage says why the quantity cannot be bought, nothing if it can.
func shortage(stock, quantity int64) string {
	if stock <= 0 {
		return "Out of stock"
	}
	if quantity > stock {
		return fmt.Sprintf("Only %d left", stock)
	}
	return ""
}

func productName(name string, id int64) string {
	if name != "" {
		return name
	}
	return "Product " + strconv.FormatInt(id, 10)
}
