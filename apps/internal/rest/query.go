package rest

import (
	"net/http"
	"net/url"
	"strconv"

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
	if len(text) > most {
		q.fields.Add(name, "must have at most "+strconv.Itoa(most)+" bytes")
	}
	return text
}

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
