package spec

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// series is one metric of an expression: aggregate:metric{filter} by {groups}.suffix().
type series struct {
	aggregate, metric, filter, by, suffixes string
	// defaulted says that silence counts as zero.
	defaulted bool
}

var (
	seriesForm = regexp.MustCompile(`\b(avg|sum|min|max|count|p50|p75|p90|p95|p99):([a-zA-Z][\w.]*)\{([^{}]*)\}` +
		`(?:\s+by\s+\{([^{}]*)\})?((?:\.\w+\([^()]*\))*)`)
	filterForm = regexp.MustCompile(`^!?[a-z@][\w./-]*:[\w./*$-]+$`)
	groupForm  = regexp.MustCompile(`^[a-z@][\w./-]*$`)
	suffixForm = regexp.MustCompile(`^(\.(as_count|as_rate)\(\)|\.rollup\((avg|sum|min|max|count)(,\s*\d+)?\)|\.fill\(\w+\))*$`)
)

// functions that may stand around series.
func functions() []string {
	return []string{"default_zero", "abs", "anomalies", "clamp_min", "clamp_max", "ewma_5", "exclude_null", "moving_rollup"}
}

func (s series) String() string {
	text := s.aggregate + ":" + s.metric + "{" + s.filter + "}"
	if s.by != "" {
		text += " by {" + s.by + "}"
	}
	return text + s.suffixes
}

func (s series) suffixed(name string) bool { return strings.Contains(s.suffixes, "."+name+"(") }

// errors reports whether the metric begins with the first error.
func (s series) errors() bool {
	return strings.HasPrefix(s.metric, "trace.") && strings.HasSuffix(s.metric, ".errors")
}

// scope is the filter's tags.
func (s series) scope() map[string][]string {
	tags := map[string][]string{}
	for _, filter := range split(s.filter) {
		if key, value, ok := strings.Cut(filter, ":"); ok {
			tags[key] = append(tags[key], value)
		}
	}
	return tags
}

// split reads a list with commas.
func split(list string) []string {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	words := strings.Split(list, ",")
	for i, word := range words {
		words[i] = strings.TrimSpace(word)
	}
	return words
}

// parseExpression reads an expression and finds what is wrong with it.
func parseExpression(text string) ([]series, []string) {
	found, _, problems := parseTree(text)
	return found, problems
}

// parseTree takes the series out of an expression. What is left over is arithmetic, which Go's own parser reads: in the
// tree s0 stands for the first series, s1 for the second.
func parseTree(text string) ([]series, ast.Expr, []string) {
	var found []series
	var problems []string
	rest := seriesForm.ReplaceAllStringFunc(text, func(match string) string {
		m := seriesForm.FindStringSubmatch(match)
		s := series{aggregate: m[1], metric: m[2], filter: m[3], by: m[4], suffixes: m[5]}
		problems = append(problems, s.problems()...)
		found = append(found, s)
		return "s" + strconv.Itoa(len(found)-1)
	})
	tree, err := parser.ParseExpr(strings.ReplaceAll(rest, "'", `"`))
	if err != nil || len(found) == 0 {
		return found, nil, append(problems, fmt.Sprintf("query: %q is no expression of aggregate:metric{filter} terms", text))
	}
	a := arithmetic{series: found}
	a.walk(tree, false)
	return found, tree, append(problems, a.problems...)
}

func (s series) problems() []string {
	var problems []string
	if s.filter == "" {
		problems = append(problems, fmt.Sprintf("query: %s{} filters nothing: write {*}", s.metric))
	}
	for _, filter := range split(s.filter) {
		if filter != "*" && !filterForm.MatchString(filter) {
			problems = append(problems, fmt.Sprintf("query: filter %q, want key:value", filter))
		}
	}
	for _, group := range split(s.by) {
		if !groupForm.MatchString(group) {
			problems = append(problems, fmt.Sprintf("query: group %q, want a tag's key", group))
		}
	}
	if !suffixForm.MatchString(s.suffixes) {
		problems = append(problems, fmt.Sprintf("query: %s%s: unknown suffix", s.metric, s.suffixes))
	}
	return problems
}

// arithmetic walks what stands around the series.
type arithmetic struct {
	series   []series
	problems []string
}

func (a *arithmetic) walk(node ast.Expr, defaulted bool) {
	switch node := node.(type) {
	case *ast.ParenExpr:
		a.walk(node.X, defaulted)
	case *ast.BinaryExpr:
		if !slices.Contains([]token.Token{token.ADD, token.SUB, token.MUL, token.QUO}, node.Op) {
			a.problems = append(a.problems, fmt.Sprintf("query: operator %s inside the expression", node.Op))
		}
		a.walk(node.X, false)
		a.walk(node.Y, false)
	case *ast.CallExpr:
		a.call(node)
	case *ast.Ident:
		a.name(node.Name, defaulted)
	case *ast.BasicLit, *ast.UnaryExpr:
	default:
		a.problems = append(a.problems, "query: want sums, products and functions of series and numbers only")
	}
}

func (a *arithmetic) call(node *ast.CallExpr) {
	name, ok := node.Fun.(*ast.Ident)
	if !ok || !slices.Contains(functions(), name.Name) || len(node.Args) == 0 {
		a.problems = append(a.problems, "query: unknown function, known are "+strings.Join(functions(), ", "))
		return
	}
	a.walk(node.Args[0], name.Name == "default_zero")
}

// name is a series' place in the list, or something that the query says beside its series.
func (a *arithmetic) name(name string, defaulted bool) {
	i, err := strconv.Atoi(strings.TrimPrefix(name, "s"))
	if err != nil || i >= len(a.series) {
		a.problems = append(a.problems, fmt.Sprintf("query: %q is neither a series nor a number", name))
		return
	}
	a.series[i].defaulted = defaulted
}
