package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/errgroup"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/frontend/internal/session"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// admin answers a request of an operator who has signed in.
type admin func(w http.ResponseWriter, r *http.Request, apis backend.Admin)

// adminRoutes are the pages of the shop's operator. The services judge the key with every call; the frontend knows none.
func (s *Site) adminRoutes(r *mux.Router) {
	for _, route := range []struct {
		method, path string
		answer       http.HandlerFunc
	}{
		{http.MethodGet, "/admin", s.overview},
		{http.MethodPost, "/admin/session", s.signIn},
		{http.MethodPost, "/admin/session/end", s.signOut},
		{http.MethodGet, "/admin/products", s.signedIn(s.adminProducts)},
		{http.MethodPost, "/admin/products", s.signedIn(s.createProduct)},
		{http.MethodGet, "/admin/products/{id}", s.signedIn(s.adminProduct)},
		{http.MethodPost, "/admin/products/{id}", s.signedIn(s.editProduct)},
		{http.MethodPost, "/admin/products/{id}/stock", s.signedIn(s.addStock)},
		{http.MethodPost, "/admin/products/{id}/sale", s.signedIn(s.changeSale)},
		{http.MethodGet, "/admin/orders", s.signedIn(s.adminOrders)},
		{http.MethodGet, "/admin/orders/{id}", s.signedIn(s.adminOrder)},
		{http.MethodPost, "/admin/orders/{id}", s.signedIn(s.moveOrder)},
		{http.MethodPost, "/admin/orders/{id}/erase", s.signedIn(s.eraseCustomer)},
		{http.MethodGet, "/admin/events", s.signedIn(s.adminEvents)},
		{http.MethodPost, "/admin/events", s.signedIn(s.changeEvents)},
		{http.MethodGet, "/admin/audit", s.signedIn(s.adminAudit)},
	} {
		r.HandleFunc(route.path, s.reachable(route.answer)).Methods(route.method)
	}
}

// reachable lets requests in that come from this machine, as kubectl port-forward's do, and others only where a setting
// says so. For everybody else there is nothing here.
func (s *Site) reachable(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.options.PublicAdmin && !fromThisMachine(r) {
			s.notFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		next(w, r)
	}
}

// fromThisMachine reports whether a request comes over the loopback interface and from no proxy on it.
func fromThisMachine(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// signedIn passes on requests of an operator's session, and asks everybody else to sign in.
func (s *Site) signedIn(next admin) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session, ok := s.sessions.Admin(r)
		if !ok {
			http.Redirect(w, r, "/admin", http.StatusSeeOther)
			return
		}
		s.goOn(w, r, session)
		next(w, r, s.backend.Admin(session.Key, s.client(r)))
	}
}

// goOn lets a session that is used last longer.
func (s *Site) goOn(w http.ResponseWriter, r *http.Request, session session.Admin) {
	if err := s.sessions.SaveAdmin(w, r, session); err != nil {
		s.log.ErrorContext(r.Context(), "session not saved", "error.message", err.Error())
	}
}

// showSignIn asks for the key, and says what was wrong with the one before.
func (s *Site) showSignIn(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.render(w, r, page{
		Template: "adminsignin", Status: status, Title: "Sign in", Nav: "admin", Session: s.sessions.Load(r), Content: problem,
	})
}

// signIn answers POST /admin/session. Who guesses keys is slowed down as a client that writes.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	ctx, cancel := patience(r)
	defer cancel()
	key := r.PostForm.Get("key")
	if key == "" {
		s.showSignIn(w, r, http.StatusUnprocessableEntity, "Please enter the admin key.")
		return
	}
	var err error
	if !canBeKey(key) {
		err = fault.New(fault.Unauthorized, "not a key")
	} else {
		err = s.backend.Admin(key, s.client(r)).Check(ctx)
	}
	switch fault.KindOf(err) {
	case fault.Unauthorized:
		s.log.WarnContext(ctx, "admin sign-in refused", "client", s.client(r))
		s.showSignIn(w, r, http.StatusUnauthorized, "That is not the admin key.")
	case fault.TooMany:
		s.showSignIn(w, r, http.StatusTooManyRequests, "Too many wrong keys. Please try again in a moment.")
	case fault.Forbidden:
		s.showSignIn(w, r, http.StatusForbidden, "The services run without an admin key, so nobody can sign in.")
	default:
		if err != nil {
			rest.Note(ctx, err)
			s.showSignIn(w, r, http.StatusServiceUnavailable, "The key cannot be checked right now. Please try again in a moment.")
			return
		}
		s.log.InfoContext(ctx, "admin signed in", "client", s.client(r))
		s.goOn(w, r, session.Admin{Key: key, Since: time.Now().Unix()})
		http.Redirect(w, r, "/admin", http.StatusSeeOther)
	}
}

// canBeKey reports whether a text can be sent as a key at all: what no header may carry would fail as if the service were
// away, and count against it.
func canBeKey(text string) bool {
	const longest = 512
	return len(text) <= longest && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}

// signOut answers POST /admin/session/end.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	s.sessions.EndAdmin(w, r)
	s.save(w, r, s.sessions.Load(r).WithNotice("You are signed out."))
	http.Redirect(w, r, "/admin", http.StatusSeeOther)
}

// overviewView is what needs the operator's attention.
type overviewView struct {
	// Scarce are products of which there are few or none, those with the least first.
	Scarce []tile
	// Looked says how many products were looked at.
	Looked int
	// Dead is how many events are not sent to a webhook any more.
	Dead int
	// Waiting are the states that an operator takes orders out of, with how many stand there.
	Waiting []waiting
}

// waiting is how many orders stand in a state.
type waiting struct {
	Status status
	Name   string
	Number int
}

// overview answers GET /admin: the sign-in for those who have not signed in.
func (s *Site) overview(w http.ResponseWriter, r *http.Request) {
	session, ok := s.sessions.Admin(r)
	if !ok {
		s.showSignIn(w, r, 0, "")
		return
	}
	s.goOn(w, r, session)
	ctx, cancel := patience(r)
	defer cancel()
	apis := s.backend.Admin(session.Key, s.client(r))
	view := overviewView{}
	group, ctx := errgroup.WithContext(ctx)
	for _, name := range []string{"pending", "confirmed", "processing", "shipped"} {
		view.Waiting = append(view.Waiting, waiting{Status: statusOf(name), Name: name})
	}
	for i := range view.Waiting {
		group.Go(func() error {
			found, err := apis.Orders(ctx, backend.Filter{Status: view.Waiting[i].Name}, backend.Span{Limit: 1})
			view.Waiting[i].Number = found.Total
			return err
		})
	}
	group.Go(func() (err error) {
		view.Scarce, view.Looked, err = s.scarce(ctx)
		return err
	})
	group.Go(func() (err error) {
		view.Dead, err = deadLetters(ctx, apis)
		return err
	})
	if err := group.Wait(); err != nil {
		s.adminFailed(w, r, err)
		return
	}
	s.render(w, r, page{Template: "admin", Title: "Admin", Nav: "admin", Session: s.sessions.Load(r), Content: view})
}

// deadLetters is how many there are. An order-api of a release that knows no events has none.
func deadLetters(ctx context.Context, apis backend.Admin) (count int, err error) {
	events, err := apis.Events(ctx, 0, 1)
	if fault.KindOf(err) == fault.NotFound {
		return 0, nil
	}
	for _, r := range events.Receivers {
		count += r.Dead
	}
	return count, err
}

// adminFailed answers for a service that refused or did not answer. A key that is not theirs any more ends the session.
func (s *Site) adminFailed(w http.ResponseWriter, r *http.Request, err error) {
	switch fault.KindOf(err) {
	case fault.Unauthorized, fault.Forbidden:
		s.sessions.EndAdmin(w, r)
		s.save(w, r, s.sessions.Load(r).WithProblem("The admin key has changed. Please sign in again."))
		http.Redirect(w, r, "/admin", http.StatusSeeOther)
	case fault.NotFound:
		s.notFound(w, r)
	default:
		rest.Note(r.Context(), err)
		s.problem(w, r, http.StatusServiceUnavailable, problem{
			"The services cannot be asked right now",
			"It is not certain whether the last change was made. Please look again in a moment.",
		})
	}
}

// audit writes into this service's log what an owner did, and from where. The record is the audit log of the services that
// did it.
func (s *Site) audit(r *http.Request, did string, about ...any) {
	s.log.InfoContext(r.Context(), "admin "+did, append([]any{"client", s.client(r)}, about...)...)
}
