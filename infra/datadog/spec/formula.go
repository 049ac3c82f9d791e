package spec

import (
	"errors"
	"go/ast"
	"strconv"
	"strings"
	"time"
)

// Term is one metric of an expression, over all of its series.
type Term struct {
	// Space joins series: avg, sum, min or max.
	Space, Metric string
	// Filter selects series as tag:value, those with a "!" by not having it; By are the tags that split it.
	Filter, By []string
	// Count says that its values are numbers of events.
	Count bool
}

// Formula is an expression parsed for an evaluator: in Tree the name s0 stands for the first of Terms, s1
// for the second.
type Formula struct {
	Terms []Term
	Tree  ast.Expr
}

// Condition is the query of a metric monitor, taken apart.
type Condition struct {
	Formula
	// Reduce makes one value of those in Window, which is compared with Limit.
	Reduce   string
	Window   time.Duration
	Operator string
	Limit    float64
}

// ParseFormula reads an expression.
func ParseFormula(text string) (Formula, error) {
	found, tree, problems := parseTree(text)
	if len(problems) > 0 {
		return Formula{}, errors.New(strings.Join(problems, "\n"))
	}
	f := Formula{Tree: tree}
	for _, s := range found {
		term := Term{Space: s.aggregate, Metric: s.metric, By: split(s.by), Count: s.suffixed("as_count")}
		for _, filter := range split(s.filter) {
			if filter != "*" {
				term.Filter = append(term.Filter, filter)
			}
		}
		f.Terms = append(f.Terms, term)
	}
	return f, nil
}

// ParseCondition reads the query of a metric monitor.
func ParseCondition(text string) (Condition, error) {
	q, problems := parseMetric(strings.TrimSpace(text))
	if len(problems) > 0 {
		return Condition{}, errors.New(strings.Join(problems, "\n"))
	}
	f, err := ParseFormula(q.expression)
	if err != nil {
		return Condition{}, err
	}
	limit, err := strconv.ParseFloat(q.limit, 64)
	if err != nil {
		return Condition{}, err
	}
	window := strings.TrimPrefix(q.window, "last_")
	count, err := strconv.Atoi(window[:len(window)-1])
	if err != nil {
		return Condition{}, err
	}
	return Condition{
		Formula: f, Reduce: q.aggregate, Window: time.Duration(count*minutes(window[len(window)-1:])) * time.Minute,
		Operator: q.operator, Limit: limit,
	}, nil
}
