package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/techcommerce/platform/apps/internal/rest"
)

// wantsPage says whether the request comes from somebody who reads HTML. Browsers name text/html when they navigate;
// programs name JSON, anything, or nothing.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// problem is a page that says what went wrong.
type problem struct{ Heading, Text string }

// problems are what people are told of a status, in words.
var problems = map[int]problem{
	http.StatusBadRequest: {
		"That did not work", "What your browser sent came incomplete, so nothing was done. Please go back and try again.",
	},
	http.StatusForbidden: {
		"Not from here", "This request came from another site, so nothing was done. Please use the shop's own pages.",
	},
	http.StatusNotFound: {"Not found", "There is nothing here. The address may be mistyped."},
	http.StatusMethodNotAllowed: {
		"That cannot be done here", "This address is there, but not for that. Please use the shop's own pages.",
	},
	http.StatusRequestTimeout: {
		"That took too long", "What your browser sent did not arrive in time, so nothing was done. Please try again.",
	},
	http.StatusRequestEntityTooLarge: {
		"That is too much", "What your browser sent is larger than anything this shop takes, so nothing was done.",
	},
	http.StatusUnsupportedMediaType: {
		"That did not work", "What your browser sent is of no kind that this shop takes, so nothing was done.",
	},
	http.StatusUnprocessableEntity: {
		"That did not work", "What your browser sent cannot be done, so nothing was. Please go back and change it.",
	},
	http.StatusTooManyRequests: {
		"Too fast", "There were very many requests from where you are. Please wait a moment, then try again.",
	},
	http.StatusServiceUnavailable: {
		"The shop is busy", "Your cart and your orders are safe. Please try again in a moment.",
	},
}

// unexpected is what people are told of any other status.
var unexpected = problem{"Something went wrong", "That was our mistake, not yours. Please try again in a moment."}

// Present answers a browser with a page that says what a status means. Everybody else gets the JSON.
func (s *Site) Present(w http.ResponseWriter, r *http.Request, status int) bool {
	if !wantsPage(r) || strings.HasPrefix(r.URL.Path, "/api/") {
		return false
	}
	secure(w.Header())
	s.fail(w, r, status)
	return true
}

// fail answers with the page of a status.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, status int) {
	p, known := problems[status]
	if !known {
		p = unexpected
	}
	s.problem(w, r, status, p)
}

func (s *Site) problem(w http.ResponseWriter, r *http.Request, status int, p problem) {
	s.render(w, r, page{
		Template: "problem", Status: status, Title: p.Heading, Session: s.sessions.Load(r), Content: p,
	})
}

// notFound answers for what is not there.
func (s *Site) notFound(w http.ResponseWriter, r *http.Request) { s.fail(w, r, http.StatusNotFound) }

// badForm answers a form that is none of ours.
func (s *Site) badForm(w http.ResponseWriter, r *http.Request) { s.fail(w, r, http.StatusBadRequest) }

// posted reads a form and the id in its address, and answers where either makes no sense.
func (s *Site) posted(w http.ResponseWriter, r *http.Request) (id int64, ok bool) {
	if id, ok = rest.PathID(r); !ok {
		s.notFound(w, r)
		return 0, false
	}
	return id, s.form(w, r)
}

// form reads a form of at most maxForm bytes, and answers one that cannot be read.
func (s *Site) form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &tooLarge):
		s.fail(w, r, http.StatusRequestEntityTooLarge)
	default:
		s.badForm(w, r)
	}
	return false
}
