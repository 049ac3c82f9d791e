package web

import (
	"net/http"
	"strings"
)

// wantsPage says whether the request comes from somebody who reads HTML. Browsers name text/html when they navigate;
// programs name JSON, anything, or nothing.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// problem is a page that says what went wrong.
type problem struct{ Heading, Text string }

func (s *Site) problem(w http.ResponseWriter, r *http.Request, status int, p problem) {
	s.render(w, r, page{
		Template: "problem", Status: status, Title: p.Heading, Session: s.sessions.Load(r), Content: p,
	})
}

// notFound answers for what is not there.
func (s *Site) notFound(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusNotFound, problem{"Not found", "There is nothing here. The address may be mistyped."})
}

// forbidden answers what another site sent in the visitor's name.
func (s *Site) forbidden(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusForbidden, problem{
		"Not from here", "This request came from another site, so nothing was done. Please use the shop's own pages.",
	})
}

func (s *Site) badForm(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusBadRequest, problem{
		"That did not work", "The form came incomplete, so nothing was done. Please go back and try again.",
	})
}
