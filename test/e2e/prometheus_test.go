package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"
)

// prometheus is the platform's Prometheus, by its API.
type prometheus struct{ url string }

// sample is one series of an answer, at one moment.
type sample struct {
	Metric map[string]string
	Value  [2]any
}

func (s sample) float() float64 {
	text, _ := s.Value[1].(string)
	value, _ := strconv.ParseFloat(text, 64) // Prometheus wrote it
	return value
}

// get reads what a path of the API answers.
func (p prometheus) get(path string, query url.Values, into any) error {
	response, err := client.Get(p.url + "/api/v1/" + path + "?" + query.Encode())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %v: %s: %s", path, query, response.Status, text)
	}
	answer := struct{ Data any }{Data: into}
	return json.Unmarshal(text, &answer)
}

// query evaluates an expression now.
func (p prometheus) query(expr string) ([]sample, error) {
	var data struct{ Result []sample }
	err := p.get("query", url.Values{"query": {expr}}, &data)
	return data.Result, err
}

func (p prometheus) mustQuery(t *testing.T, expr string) []sample {
	t.Helper()
	result, err := p.query(expr)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// number is the value of an expression that has just one.
func (p prometheus) number(t *testing.T, expr string) float64 {
	t.Helper()
	result := p.mustQuery(t, expr)
	if len(result) != 1 {
		t.Fatalf("%s: %d series, want one", expr, len(result))
	}
	return result[0].float()
}

// rule is a rule as Prometheus holds it.
type rule struct {
	Name, Query, Type, Health, LastError string
}

func (p prometheus) rules(t *testing.T) []rule {
	t.Helper()
	var data struct{ Groups []struct{ Rules []rule } }
	if err := p.get("rules", nil, &data); err != nil {
		t.Fatal(err)
	}
	var list []rule
	for _, group := range data.Groups {
		list = append(list, group.Rules...)
	}
	return list
}

// metrics lists the names of the series that an expression asks for, as Prometheus' own parser sees it.
func (p prometheus) metrics(t *testing.T, expr string) []string {
	t.Helper()
	var tree any
	if err := p.get("parse_query", url.Values{"query": {expr}}, &tree); err != nil {
		t.Fatal(err)
	}
	return selectors(tree)
}

func selectors(node any) []string {
	var names []string
	switch value := node.(type) {
	case []any:
		for _, child := range value {
			names = append(names, selectors(child)...)
		}
	case map[string]any:
		kind, _ := value["type"].(string)
		if name, _ := value["name"].(string); name != "" && (kind == "vectorSelector" || kind == "matrixSelector") {
			names = append(names, name)
		}
		for _, child := range value {
			names = append(names, selectors(child)...)
		}
	}
	return names
}
