package web

import (
	"fmt"
	"net/http"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// eraseCustomer answers POST /admin/orders/{id}/erase: the form says which customer's name the operator has seen, so that
// nobody else is erased. The log does not.
func (s *Site) eraseCustomer(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	id, ok := s.posted(w, r)
	if !ok {
		return
	}
	customer := r.PostForm.Get("customer")
	if customer == "" {
		s.badForm(w, r)
		return
	}
	erased, left, err := apis.Erase(r.Context(), customer)
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	s.audit(r, "erased a customer", "order", id, "erased", erased, "left", left)
	said := fmt.Sprintf("%d %s erased.", erased, ordersWere(erased))
	if left > 0 {
		said += fmt.Sprintf(" %d %s not ended: erase them once they have.", left, ordersHave(left))
	}
	s.save(w, r, s.sessions.Load(r).WithNotice(said))
	http.Redirect(w, r, adminOrderURL(id), http.StatusSeeOther)
}

func ordersWere(number int) string {
	if number == 1 {
		return "order was"
	}
	return "orders were"
}

func ordersHave(number int) string {
	if number == 1 {
		return "order has"
	}
	return "orders have"
}
