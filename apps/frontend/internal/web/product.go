package web

import (
	"net/http"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// productView is a product's own page.
type productView struct {
	tile
	// InCart is how many of it the visitor's cart holds.
	InCart int
}

// productURL is a product's permanent address.
func productURL(id int64) string { return "/products/" + strconv.FormatInt(id, 10) }

// product answers GET /products/{id} for those who read HTML.
func (s *Site) product(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		s.notFound(w, r)
		return
	}
	ctx, cancel := patience(r)
	defer cancel()
	found, err := s.backend.Product(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		s.problem(w, r, http.StatusNotFound, problem{"Product not found", "There is no such product, or not any more."})
		return
	}
	if err != nil {
		rest.Note(ctx, err)
		s.problem(w, r, http.StatusServiceUnavailable, problem{
			"Products are unavailable right now", "Your cart and your orders are safe. Please try again in a moment.",
		})
		return
	}
	visit := s.sessions.Load(r)
	inCart := visit.Cart.Quantity(id)
	if found.Withdrawn {
		// 200, not 410: what was bought is still described here, and it may be sold again. Search engines are told otherwise.
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	s.render(w, r, page{
		Template: "product", Title: productName(found.Name, id), Nav: "shop", Session: visit,
		Content: productView{tile: newTile(found, inCart, place{}), InCart: inCart},
	})
}

// products answers GET /products for those who read HTML: the shop's page is where they are.
func (s *Site) products(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, readPlace(r.URL.Query()).url("/"), http.StatusFound)
}
