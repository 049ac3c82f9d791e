package rest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Query reads a request's query like an Object reads its body: every problem at once, unknown names among them.
type Query struct {
	values url.Values
	fields fault.Fields
	read   map[string]bool
}

// ReadQuery reads a request's query.
func ReadQuery(r *http.Request) *Query {
	q := &Query{read: map[string]bool{}}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		q.fields.Add("query", "is malformed")
	}
	q.values = values
	return q
}

// Text is a text of at most so many bytes, empty where it is absent.
func (q *Query) Text(name string, most int) string {
	text := q.take(name)
	if problem := ProblemWithText(text, most); problem != "" {
		q.fields.Add(name, problem)
	}
	return text
}

// ProblemWithText says why a text from a URL or a header cannot be used: it is longer than so many bytes, no UTF-8, or
// holds control characters, of which PostgreSQL takes the first for an error of ours. It is empty for a good one.
func ProblemWithText(text string, most int) string {
	switch {
	case len(text) > most:
		return "must have at most " + strconv.Itoa(most) + " bytes"
	case !utf8.ValidString(text):
		return "is not valid UTF-8"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "must not hold control characters"
	}
	return ""
}

// Bool is true or false, and false where it is absent.
func (q *Query) Bool(name string) bool { return q.OneOf(name, "true", "false") == "true" }

// OneOf is one of the texts, empty where it is absent.
func (q *Query) OneOf(name string, texts ...string) string {
	text := q.take(name)
	if text == "" {
		return ""
	}
	list := ""
	for _, known := range texts {
		if text == known {
			return text
		}
		list += " " + known
	}
	q.fields.Add(name, "must be one of"+list)
	return ""
}

// Int is a whole number from low to high.
func (q *Query) Int(name string, absent, low, high int) int {
	text := q.take(name)
	if text == "" {
		return absent
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < low || value > high {
		q.fields.Add(name, "must be a whole number from "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
		return absent
	}
	return value
}

// Alone refuses more than one of the parameters, which say the same thing in different ways.
func (q *Query) Alone(names ...string) {
	first := ""
	for _, name := range names {
		switch {
		case q.values.Get(name) == "":
		case first == "":
			first = name
		default:
			q.fields.Add(name, "cannot stand beside "+first)
		}
	}
}

// Err is every problem with the query.
func (q *Query) Err() error {
	for name := range q.values {
		if !q.read[name] {
			q.fields.Add(clip(name), "is not a known parameter")
		}
	}
	return q.fields.Err()
}

func (q *Query) take(name string) string {
	q.read[name] = true
	if len(q.values[name]) > 1 {
		q.fields.Add(name, "is given more than once")
	}
	return q.values.Get(name)
}

// PathID is the number in the route's {id}; ok is false for what cannot be an id, so that the thing is not found.
func PathID(r *http.Request) (id int64, ok bool) {
	text := mux.Vars(r)["id"]
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id > 0 && strconv.FormatInt(id, 10) == text
}
