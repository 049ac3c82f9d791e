package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Object is a JSON object from a request, read field by field so that one answer names everything that is wrong.
// What is never read is unknown, and Err says so.
type Object struct {
	path   string
	values map[string]json.RawMessage
	fields *fault.Fields
	read   map[string]bool
	parts  *[]Object
}

// ReadObject reads a request's body, which must be one JSON object.
func ReadObject(r *http.Request) (Object, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaType {
		return Object{}, fault.New(fault.UnsupportedMedia, "Content-Type must be application/json")
	}
	body, err := ReadBody(r)
	if err != nil {
		return Object{}, err
	}
	return ParseObject(body)
}

// ReadBody reads a request's body whole.
func ReadBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyFault(err)
	}
	return body, nil
}

// ParseObject reads one JSON object.
func ParseObject(body []byte) (Object, error) {
	if !utf8.Valid(body) {
		return Object{}, fault.New(fault.Invalid, "Body is not valid UTF-8")
	}
	if !json.Valid(body) {
		return Object{}, fault.New(fault.Invalid, "Malformed JSON")
	}
	object := Object{fields: &fault.Fields{}, read: map[string]bool{}, parts: &[]Object{}}
	if json.Unmarshal(body, &object.values) != nil || object.values == nil {
		return Object{}, fault.New(fault.Invalid, "Body must be a JSON object")
	}
	return object, nil
}

func bodyFault(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, fmt.Sprintf("Body is larger than %d bytes", tooLarge.Limit))
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.New(fault.TooSlow, "Body did not arrive in time")
	}
	return &fault.Error{Kind: fault.Invalid, Message: "Body could not be read", Cause: err}
}

// Fields is where problems are collected.
func (o Object) Fields() *fault.Fields { return o.fields }

// Path is the full path of one of the object's fields, as the client would write it.
func (o Object) Path(name string) string { return o.path + name }

// Has tells whether a field is there, null or not.
func (o Object) Has(name string) bool {
	_, ok := o.values[name]
	return ok
}

// Refuse notes a problem if a field is there that the client must not send.
func (o Object) Refuse(name, problem string) {
	if _, ok := o.take(name); ok {
		o.fields.Add(o.Path(name), problem)
	}
}

// Text is a required text of 1 to most characters, without leading or trailing space and without control characters.
func (o Object) Text(name string, most int) string {
	raw, ok := o.require(name)
	if !ok {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		o.fields.Add(o.Path(name), "must be a text")
		return ""
	}
	text = strings.TrimSpace(text)
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		o.fields.Add(o.Path(name), "must not be empty")
	case length > most:
		o.fields.Add(o.Path(name), fmt.Sprintf("has %d characters, want at most %d", length, most))
	case strings.ContainsFunc(text, unicode.IsControl):
		o.fields.Add(o.Path(name), "must not hold control characters")
	}
	return text
}

// Int is a required whole number from low to high.
func (o Object) Int(name string, low, high int64) int64 {
	raw, ok := o.require(name)
	if !ok {
		return 0
	}
	return o.number(name, string(raw), low, high)
}

// Bool is a required true or false.
func (o Object) Bool(name string) bool {
	raw, ok := o.require(name)
	if ok && string(raw) != "true" && string(raw) != "false" {
		o.fields.Add(o.Path(name), "must be true or false")
	}
	return string(raw) == "true"
}

// ID is a required whole number from 1 on, as a number or as a text of digits.
func (o Object) ID(name string) int64 {
	raw, ok := o.require(name)
	if !ok {
		return 0
	}
	digits := string(raw)
	if unquoted, err := strconv.Unquote(digits); err == nil {
		digits = unquoted
	}
	return o.number(name, digits, 1, 1<<53)
}

// Cents is a required amount from low to high.
func (o Object) Cents(name string, low, high money.Cents) money.Cents {
	raw, ok := o.require(name)
	if !ok {
		return 0
	}
	value, err := money.Parse(string(raw))
	switch {
	case err != nil && len(raw) > 0 && raw[0] != '-' && !unicode.IsDigit(rune(raw[0])):
		o.fields.Add(o.Path(name), "must be a number")
	case err != nil || value < low || value > high:
		o.fields.Add(o.Path(name), fmt.Sprintf("must be from %s to %s with at most two decimals", low, high))
	}
	return value
}

// Objects is a required list of 1 to most objects.
func (o Object) Objects(name string, most int) []Object {
	raw, ok := o.require(name)
	if !ok {
		return nil
	}
	var entries []json.RawMessage
	if json.Unmarshal(raw, &entries) != nil {
		o.fields.Add(o.Path(name), "must be a list")
		return nil
	}
	if len(entries) < 1 || len(entries) > most {
		o.fields.Add(o.Path(name), fmt.Sprintf("has %d entries, want 1 to %d", len(entries), most))
		return nil
	}
	var objects []Object
	for i, entry := range entries {
		path := fmt.Sprintf("%s[%d]", o.Path(name), i)
		part := Object{path: path + ".", fields: o.fields, read: map[string]bool{}, parts: o.parts}
		if json.Unmarshal(entry, &part.values) != nil || part.values == nil {
			o.fields.Add(path, "must be an object")
			continue
		}
		objects = append(objects, part)
	}
	*o.parts = append(*o.parts, objects...)
	return objects
}

// Err is every problem with the object and the objects in it, unknown fields included.
func (o Object) Err() error {
	for _, part := range append(slices.Clone(*o.parts), o) {
		for name := range part.values {
			if !part.read[name] {
				o.fields.Add(clip(part.Path(name)), "is not a known field")
			}
		}
	}
	return o.fields.Err()
}

// clip keeps a client's own long names from coming back whole.
func clip(path string) string {
	const most = 80
	if len(path) > most {
		return strings.ToValidUTF8(path[:most], "") + "…"
	}
	return path
}

func (o Object) number(name, digits string, low, high int64) int64 {
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || value < low || value > high {
		o.fields.Add(o.Path(name), fmt.Sprintf("must be a whole number from %d to %d", low, high))
		return 0
	}
	return value
}

func (o Object) take(name string) (json.RawMessage, bool) {
	o.read[name] = true
	raw, ok := o.values[name]
	return raw, ok
}

// require is a field's value. One that is absent or null is noted as missing.
func (o Object) require(name string) (json.RawMessage, bool) {
	raw, ok := o.take(name)
	if !ok || bytes.Equal(raw, []byte("null")) {
		o.fields.Missing(o.Path(name))
		return nil, false
	}
	return raw, true
}
