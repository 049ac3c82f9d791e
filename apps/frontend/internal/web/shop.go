package web

import (
	"net/http"

	"github.com/techcommerce/platform/apps/internal/rest"
)

// tilesPerPage fills whole rows of two, three, four and six.
const tilesPerPage = 24

// shopView is the shop's page: products on one side, the cart on the other.
type shopView struct {
	place
	SearchMax int
	// Unavailable says that product-api could not be asked.
	Unavailable bool
	Tiles       []tile
	Pages       pagesView
	Cart        cartView
}

// Here is the page's own address.
func (v shopView) Here() string { return v.url("/") }

// shop answers GET /. Without product-api it says so where the products would be, and the rest works.
func (s *Site) shop(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := patience(r)
	defer cancel()
	visit := s.sessions.Load(r)
	view := shopView{place: readPlace(r.URL.Query()), SearchMax: searchMax}
	products, err := s.backend.Products(ctx, view.Search, view.span(tilesPerPage))
	if err != nil {
		rest.Note(ctx, err)
		view.Unavailable = true
	}
	for _, p := range products.Items {
		view.Tiles = append(view.Tiles, newTile(p, visit.Cart.Quantity(p.ID), view.place))
	}
	view.Pages = newPagesView("/", view.place, products.More)
	view.Cart = s.cartView(ctx, visit.Cart, products.Items)
	view.Cart.Here = view.place
	s.render(w, r, page{Template: "shop", Title: "Shop", Nav: "shop", Session: visit, Content: view})
}
