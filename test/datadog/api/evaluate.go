package api

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// Series is a metric's values, one for each minute.
type Series struct {
	Metric string
	// Tags are those of the series, as tag:value.
	Tags []string
	// At is the value of a minute, or the number of events in it; NaN where nothing was sent. Minutes up to 0 are before
	// the fault.
	At func(minute int) float64
}

// matches reports whether a filter takes the series. A tag that the series does not have has no value.
func (s Series) matches(filter string) bool {
	pattern, excluded := strings.CutPrefix(filter, "!")
	// A route has slashes, at which a pattern's asterisk would end.
	flat := func(text string) string { return strings.ReplaceAll(text, "/", "|") }
	found := slices.ContainsFunc(s.Tags, func(tag string) bool {
		ok, err := path.Match(flat(pattern), flat(tag))
		return err == nil && ok
	})
	return found != excluded
}

// group is the part of the query's result that the series belongs to.
func (s Series) group(by []string) string {
	var values []string
	for _, key := range by {
		for _, tag := range s.Tags {
			if strings.HasPrefix(tag, key+":") {
				values = append(values, tag)
			}
		}
	}
	return strings.Join(values, ",")
}

// evaluator evaluates formulas over series.
type evaluator struct{ series []Series }

// of are the series that a term is about.
func (e evaluator) of(t spec.Term) []Series {
	var found []Series
	for _, s := range e.series {
		if s.Metric == t.Metric && !slices.ContainsFunc(t.Filter, func(filter string) bool { return !s.matches(filter) }) {
			found = append(found, s)
		}
	}
	return found
}

// groups are the parts that a formula's result has: one, where nothing splits it, even if there is no series at all.
func (e evaluator) groups(f spec.Formula) []string {
	found := map[string]bool{}
	for _, term := range f.Terms {
		if len(term.By) == 0 {
			found[""] = true
		}
		for _, s := range e.of(term) {
			found[s.group(term.By)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// at is a term's value in a minute: its series joined.
func (e evaluator) at(t spec.Term, group string, minute int) float64 {
	var values []float64
	for _, s := range e.of(t) {
		if s.group(t.By) == group {
			values = append(values, s.At(minute))
		}
	}
	return reduce(t.Space, values)
}

// over is a formula's value over the minutes of a window that ends with one. Numbers of events are added up before they are
// divided, as Datadog does it.
func (e evaluator) over(f spec.Formula, how, group string, window, end int) float64 {
	minutes := func(value func(minute int) float64) []float64 {
		var list []float64
		for minute := end - window + 1; minute <= end; minute++ {
			list = append(list, value(minute))
		}
		return list
	}
	if slices.ContainsFunc(f.Terms, func(t spec.Term) bool { return t.Count }) {
		return calculate(f.Tree, func(i int) float64 {
			return reduce("sum", minutes(func(minute int) float64 { return e.at(f.Terms[i], group, minute) }))
		})
	}
	return reduce(how, minutes(func(minute int) float64 {
		return calculate(f.Tree, func(i int) float64 { return e.at(f.Terms[i], group, minute) })
	}))
}

// reduce makes one value of many; NaN where there is none.
func reduce(how string, values []float64) float64 {
	values = slices.DeleteFunc(values, math.IsNaN)
	if len(values) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	switch how {
	case "sum":
		return sum
	case "avg":
		return sum / float64(len(values))
	case "min":
		return slices.Min(values)
	case "max":
		return slices.Max(values)
	}
	panic("nothing here evaluates " + how) // the test that asks for it has to add it
}

// calculate is the arithmetic of a formula.
func calculate(tree ast.Expr, term func(i int) float64) float64 {
	switch node := tree.(type) {
	case *ast.ParenExpr:
		return calculate(node.X, term)
	case *ast.BasicLit:
		number, err := strconv.ParseFloat(node.Value, 64)
		if err != nil {
			return math.NaN()
		}
		return number
	case *ast.Ident:
		i, err := strconv.Atoi(strings.TrimPrefix(node.Name, "s"))
		if err != nil {
			return math.NaN()
		}
		return term(i)
	case *ast.CallExpr:
		if name, ok := node.Fun.(*ast.Ident); ok && name.Name == "default_zero" {
			if value := calculate(node.Args[0], term); !math.IsNaN(value) {
				return value
			}
			return 0
		}
	case *ast.BinaryExpr:
		left, right := calculate(node.X, term), calculate(node.Y, term)
		switch node.Op {
		case token.ADD:
			return left + right
		case token.SUB:
			return left - right
		case token.MUL:
			return left * right
		case token.QUO:
			return left / right
		}
	}
	panic(fmt.Sprintf("nothing here evaluates %T", tree))
}

// exceeds compares a value with a limit.
func exceeds(value float64, operator string, limit float64) bool {
	switch operator {
	case ">":
		return value > limit
	case ">=":
		return value >= limit
	case "<":
		return value < limit
	case "<=":
		return value <= limit
	}
	panic("nothing here compares by " + operator)
}
