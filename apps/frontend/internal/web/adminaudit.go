package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// deedsPerPage is how much of the audit log a page shows.
const deedsPerPage = 50

// adminAuditView is what owners did to orders, or to products: each service keeps its own log.
type adminAuditView struct {
	Of    string
	Deeds []deed
	// Newest and Older are the addresses of the first page and of the next; empty where this is it, or there is none.
	Newest, Older string
}

// deed is an entry of the log, with the address of what it is about; empty where that has none.
type deed struct {
	backend.Deed
	Address string
}

// adminAudit answers GET /admin/audit.
func (s *Site) adminAudit(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	ctx, cancel := patience(r)
	defer cancel()
	query := r.URL.Query()
	before, err := strconv.ParseInt(query.Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	view, list := adminAuditView{Of: "orders"}, apis.OrderDeeds
	if query.Get("of") == "products" {
		view.Of, list = "products", apis.ProductDeeds
	}
	found, err := list(ctx, before, deedsPerPage)
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	for _, entry := range found.Entries {
		view.Deeds = append(view.Deeds, deed{entry, adminURL(entry.Subject)})
	}
	here := "/admin/audit?of=" + view.Of
	if before > 0 {
		view.Newest = here
	}
	if found.Next > 0 {
		view.Older = here + "&" + url.Values{"before": {strconv.FormatInt(found.Next, 10)}}.Encode()
	}
	s.render(w, r, page{Template: "adminaudit", Title: "Audit log", Nav: "admin", Session: s.sessions.Load(r), Content: view})
}

// adminURL is the owner's page of "order 4" or "product 6".
func adminURL(subject string) string {
	kind, text, _ := strings.Cut(subject, " ")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || kind != "order" && kind != "product" {
		return ""
	}
	return "/admin/" + kind + "s/" + strconv.FormatInt(id, 10)
}
