package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/techcommerce/platform/apps/frontend/internal/session"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// maxForm is far above what our forms take: a checkout of a full cart is about two kilobytes.
const maxForm = 64 << 10

// change answers POST /cart/items/{id}: a button of the shop's page or of the cart was pressed.
func (s *Site) change(w http.ResponseWriter, r *http.Request) {
	product, ok := s.posted(w, r)
	if !ok {
		return
	}
	ctx, cancel := patience(r)
	defer cancel()
	visit := s.sessions.Load(r)
	back := "#cart"
	switch r.PostForm.Get("do") {
	case "add":
		visit = s.addOne(ctx, visit, product)
		back = "#product-" + strconv.FormatInt(product, 10)
	case "more":
		visit = s.addOne(ctx, visit, product)
	case "less":
		visit = visit.WithCart(visit.Cart.Less(product, 1)).WithNotice("One less in your cart.")
	case "remove":
		visit = visit.WithCart(visit.Cart.Remove(product)).WithNotice("Removed from your cart.")
	default:
		s.badForm(w, r)
		return
	}
	s.save(w, r, visit)
	if r.PostForm.Get("from") == "product" {
		http.Redirect(w, r, productURL(product), http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, readPlace(r.PostForm).url("/")+back, http.StatusSeeOther)
}

// addOne puts one more of a product into the cart if there is one more, and says how that went.
func (s *Site) addOne(ctx context.Context, visit session.Session, product int64) session.Session {
	found, err := s.backend.Product(ctx, product)
	if fault.KindOf(err) == fault.NotFound || err == nil && found.Withdrawn {
		return visit.WithProblem("That product is no longer sold.")
	}
	if err != nil {
		rest.Note(ctx, err)
		return visit.WithProblem("Products are unavailable right now, so nothing was added. Please try again in a moment.")
	}
	name := shortName(found.Name, product)
	quantity := visit.Cart.Quantity(product) + 1
	if problem := shortage(found.Stock, int64(quantity)); problem != "" {
		return visit.WithProblem(name + ": " + problem + ".")
	}
	changed, err := visit.Cart.Add(product, 1)
	if err != nil {
		return visit.WithProblem("Nothing was added: " + err.Error() + ".")
	}
	return visit.WithCart(changed).WithNotice(fmt.Sprintf("%s: %d in your cart.", name, quantity))
}

// shortName is a product's name as a notice has room for.
func shortName(name string, id int64) string {
	const longest = 60
	letters := []rune(productName(name, id))
	if len(letters) <= longest {
		return string(letters)
	}
	return string(letters[:longest-1]) + "…"
}
