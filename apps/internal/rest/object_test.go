package rest_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		list, tag string
		want      bool
	}{
		{`"a"`, `"a"`, true}, {`"b", "a"`, `"a"`, true}, {`W/"a"`, `"a"`, true}, {`*`, `"a"`, true},
		{`"b"`, `"a"`, false}, {``, `"a"`, false},
	} {
		if got := rest.Matches(test.list, test.tag); got != test.want {
			t.Errorf("Matches(%q, %q) = %t, want %t", test.list, test.tag, got, test.want)
		}
	}
}

// FuzzObject feeds anything to the reader of bodies: it must name what is wrong as a fault, and never let through a
// value that is out of bounds.
func FuzzObject(f *testing.F) {
	for _, body := range []string{
		`{"name":"a","price":1.5,"stock":3,"id":"7","items":[{"n":1}]}`, `{"name":null}`, `[]`, `{"items":[1,null,{}]}`,
		`{"price":1e9,"stock":-1,"id":"99999999999999999999"}`, `{"name":"\ud800"}`, "{\"name\":\"\xff\"}",
		`{"name":"` + strings.Repeat("x", 300) + `"}`, `{"a":{"b":{"c":[[[[]]]]}}}`, ``, `{`, `{"price":NaN}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		object, err := rest.ParseObject(body)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("ParseObject(%q) = %v, want an invalid fault", body, err)
			}
			return
		}
		name := object.Text("name", 10)
		price := object.Cents("price", 1, 1000)
		stock := object.Int("stock", 0, 5)
		id := object.ID("id")
		for _, part := range object.Objects("items", 3) {
			part.Int("n", 0, 1)
		}
		err = object.Err()
		if err != nil && (fault.KindOf(err) != fault.Invalid || len(fault.As(err).Fields) == 0) {
			t.Errorf("Err of %q = %v, want an invalid fault that names fields", body, err)
		}
		if err == nil && (name == "" || len([]rune(name)) > 10 || price < 1 || price > 1000 || stock < 0 || stock > 5 ||
			id < 1) {
			t.Errorf("%q passed as %q %s %d %d", body, name, price, stock, id)
		}
		if _, err := json.Marshal(fault.As(err)); err != nil {
			t.Errorf("the fault of %q cannot be told: %v", body, err)
		}
	})
}

// FuzzQuery feeds anything to the reader of queries.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"q=a&limit=1", "limit=0", "limit=1&limit=2", "%zz", "x=1;y=2", "status=banana", "limit=",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		request := httptest.NewRequest("GET", "/", nil)
		request.URL.RawQuery = raw
		query := rest.ReadQuery(request)
		q, limit, status := query.Text("q", 5), query.Int("limit", 3, 1, 9), query.OneOf("status", "a", "b")
		err := query.Err()
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("Err of %q = %v, want an invalid fault", raw, err)
		}
		if err == nil && (len(q) > 5 || limit < 1 || limit > 9 || status != "" && status != "a" && status != "b") {
			t.Errorf("%q passed as %q %d %q", raw, q, limit, status)
		}
	})
}
