package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/frontend/internal/session"
)

//go:embed templates
var templateFiles embed.FS

// templates are the pages by name, each with the layout around it.
type templates map[string]*template.Template

func loadTemplates(files assets) (templates, error) {
	base, err := template.New("layout").Funcs(template.FuncMap{
		"asset":      files.url,
		"icon":       icon,
		"noticeIcon": noticeIcon,
		"day":        day,
		"moment":     moment,
	}).ParseFS(templateFiles, "templates/layout.html", "templates/cart.html", "templates/pages.html", "templates/adminnav.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	all := templates{}
	for _, name := range []string{
		"shop", "product", "checkout", "orders", "order", "problem",
		"adminsignin", "admin", "adminproducts", "adminproduct", "adminorders", "adminorder", "adminevents", "adminaudit",
	} {
		page, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
		if all[name], err = page.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
	}
	return all, nil
}

// page is one answer in HTML.
type page struct {
	// Template names the page's own part.
	Template string
	Status   int
	Title    string
	// Nav is the entry of the main navigation that this page is: shop, orders, admin or none.
	Nav     string
	Session session.Session
	Content any
	// Demo is the shop's, not the page's: render sets it.
	Demo bool
}

// CartUnits and Notice are what the layout shows of the session.
func (p page) CartUnits() int         { return p.Session.Cart.Units() }
func (p page) Notice() session.Notice { return p.Session.Notice }

// render answers with a page. It is made whole before its first byte is sent, so that nobody gets half of one.
func (s *Site) render(w http.ResponseWriter, r *http.Request, p page) {
	var body bytes.Buffer
	p.Demo = s.options.Demo
	if err := s.templates[p.Template].ExecuteTemplate(&body, "layout", p); err != nil {
		s.log.ErrorContext(r.Context(), "page not rendered", "page", p.Template, "error.message", err.Error())
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	if p.Session.Notice != (session.Notice{}) {
		shown := p.Session
		shown.Notice = session.Notice{}
		s.save(w, r, shown)
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	if p.Nav == "orders" {
		header.Set("Cache-Control", "private, no-store") // names, and addresses that may have a secret, are kept by nobody
	}
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "private, no-cache")
	}
	header.Add("Vary", "Accept, Accept-Encoding")
	content := body.Bytes()
	if len(content) >= worthCompressing && takesGzip(r) {
		compressed, err := s.compressor.page(content)
		if err != nil {
			s.log.ErrorContext(r.Context(), "page not compressed", "page", p.Template, "error.message", err.Error())
		} else {
			header.Set("Content-Encoding", "gzip")
			content = compressed
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	s.write(w, r, content)
}

func (s *Site) write(w http.ResponseWriter, r *http.Request, content []byte) {
	if _, err := w.Write(content); err != nil {
		s.log.DebugContext(r.Context(), "answer not written", "error.message", err.Error())
	}
}

// save keeps the session. Failing to is no reason to fail the page; the cart stays as it was.
func (s *Site) save(w http.ResponseWriter, r *http.Request, content session.Session) {
	if err := s.sessions.Save(w, r, content); err != nil {
		s.log.ErrorContext(r.Context(), "session not saved", "error.message", err.Error())
	}
}

func noticeIcon(problem bool) string {
	if problem {
		return "alert"
	}
	return "check"
}

// day is a date for people; what is no date is shown as it came.
func day(date string) string {
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if parsed, err := time.Parse(layout, date); err == nil {
			return parsed.Format("2 Jan 2006")
		}
	}
	return date
}

// moment is a point in time for people, in the one zone that everybody can convert from.
func moment(text string) string {
	if parsed, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return parsed.UTC().Format("2 Jan 2006, 15:04 UTC")
	}
	return text
}
