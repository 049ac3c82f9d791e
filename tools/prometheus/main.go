// Command prometheus says what PromQL expressions refer to: it reads a list of expressions as JSON and writes a list of
// what each of them asks for, or what is wrong with it. Prometheus' own parser does the work.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Answer is what one expression refers to.
type Answer struct {
	// Error is what the parser objects to.
	Error string `json:"error,omitempty"`
	// Needs lists labels that at least one of some metrics must have.
	Needs []Need `json:"needs"`
}

// Need is a label, or with an empty label the metrics themselves.
type Need struct {
	Metrics []string `json:"metrics"`
	Label   string   `json:"label,omitempty"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var expressions []string
	if err := json.NewDecoder(in).Decode(&expressions); err != nil {
		return err
	}
	answers := []Answer{}
	for _, expression := range expressions {
		answers = append(answers, ask(expression))
	}
	return json.NewEncoder(out).Encode(answers)
}

func ask(expression string) Answer {
	tree, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return Answer{Error: err.Error()}
	}
	var answer Answer
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		answer.Needs = append(answer.Needs, needs(node)...)
		return nil
	})
	return answer
}

// needs are what a node asks for by name: a selector the labels that it matches, an aggregation those that it groups by,
// of which any metric below it may be the source.
func needs(node parser.Node) []Need {
	var list []Need
	switch n := node.(type) {
	case *parser.VectorSelector:
		list = append(list, Need{Metrics: []string{n.Name}})
		for _, matcher := range n.LabelMatchers {
			if matcher.Name != labels.MetricName {
				list = append(list, Need{Metrics: []string{n.Name}, Label: matcher.Name})
			}
		}
	case *parser.AggregateExpr:
		if n.Without {
			return nil
		}
		for _, label := range n.Grouping {
			if below := metrics(n.Expr); !made(n.Expr, label) && len(below) > 0 {
				list = append(list, Need{Metrics: below, Label: label})
			}
		}
	}
	return list
}

func metrics(node parser.Node) []string {
	var names []string
	parser.Inspect(node, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			names = append(names, selector.Name)
		}
		return nil
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// made reports whether the expression itself makes the label.
func made(node parser.Node, label string) bool {
	found := false
	parser.Inspect(node, func(node parser.Node, _ []parser.Node) error {
		call, ok := node.(*parser.Call)
		if ok && call.Func.Name == "label_replace" {
			if target, ok := call.Args[1].(*parser.StringLiteral); ok && target.Val == label {
				found = true
			}
		}
		return nil
	})
	return found
}
