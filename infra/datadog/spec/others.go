package spec

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	serviceForm = regexp.MustCompile(`^"[\w.]+"\.over\(("[\w./:*-]+"(?:,\s?"[\w./:*-]+")*)\)(?:\.by\(("[\w./-]+"(?:,\s?"[\w./-]+")*)\))?` +
		`\.last\((\d+)\)\.count_by_status\(\)$`)
	compositeForm = regexp.MustCompile(`^[\d\s&|!()]+$`)
	budgetForm    = regexp.MustCompile(`^error_budget\("([0-9a-f]{32})"\)\.over\("(7d|30d|90d)"\)\s*` + limitForm)
	burnForm      = regexp.MustCompile(`^burn_rate\("([0-9a-f]{32})"\)\.over\("(7d|30d|90d)"\)` +
		`\.long_window\("(\d+)h"\)\.short_window\("(\d+)(m|h)"\)\s*` + limitForm)
	idForm = regexp.MustCompile(`\d+`)
)

// serviceCheck checks a monitor of what an agent's check says.
func (c *check) serviceCheck() {
	m := serviceForm.FindStringSubmatch(strings.TrimSpace(c.Query))
	if m == nil {
		c.addf(`query: want "check".over("tag:value").by("host").last(2).count_by_status()`)
		return
	}
	tags := map[string][]string{}
	for _, tag := range split(strings.ReplaceAll(m[1], `"`, "")) {
		key, value, _ := strings.Cut(tag, ":")
		tags[key] = append(tags[key], value)
	}
	c.scoped(tags, "the check")
	c.grouped = split(strings.ReplaceAll(m[2], `"`, ""))
	last, err := strconv.Atoi(m[3])
	if err != nil || last > 100 {
		c.addf("query: last(%s), want at most 100", m[3])
	}
	for _, limit := range c.Thresholds.named() {
		if limit.value != nil && *limit.value > float64(last) {
			c.addf("query: last(%d), want at least the threshold %s (%s)", last, limit.name, Number(*limit.value))
		}
	}
	c.statuses()
}

// composite checks a monitor of monitors. What stands between their ids is logic, which Go's own parser reads.
func (c *check) composite() {
	text := strings.TrimSpace(c.Query)
	tree, err := parser.ParseExpr(text)
	if !compositeForm.MatchString(text) || err != nil || !logic(tree) {
		c.addf("query: want monitors' ids with &&, ||, ! and parentheses")
		return
	}
	for _, id := range idForm.FindAllString(text, -1) {
		if c.scope.Monitors != nil && !slices.Contains(c.scope.Monitors, id) {
			c.addf("query: there is no monitor %s", id)
		}
		if slices.Contains(c.scope.Composites, id) {
			c.addf("query: monitor %s is a composite, which no other can be made of", id)
		}
	}
	if c.Thresholds != (Thresholds{}) {
		c.addf("thresholds: a composite has none: its monitors do")
	}
	c.silent("a composite")
}

// logic reports whether an expression joins numbers by and, or and not alone.
func logic(tree ast.Expr) bool {
	switch e := tree.(type) {
	case *ast.BasicLit:
		return true
	case *ast.ParenExpr:
		return logic(e.X)
	case *ast.UnaryExpr:
		return e.Op == token.NOT && logic(e.X)
	case *ast.BinaryExpr:
		return (e.Op == token.LAND || e.Op == token.LOR) && logic(e.X) && logic(e.Y)
	}
	return false
}

// burn checks a monitor of how fast an SLO's budget goes.
func (c *check) burn() {
	text := strings.TrimSpace(c.Query)
	if m := budgetForm.FindStringSubmatch(text); m != nil {
		c.objective(m[2])
		c.compare(compared{m[3], m[4]})
		c.above(m[3])
		c.silent("an SLO's monitor")
		return
	}
	m := burnForm.FindStringSubmatch(text)
	if m == nil {
		c.addf(`query: want burn_rate("id").over("30d").long_window("1h").short_window("5m") > 14.4`)
		return
	}
	c.objective(m[2])
	c.compare(compared{m[6], m[7]})
	c.above(m[6])
	c.silent("an SLO's monitor")
	if limit, err := strconv.ParseFloat(m[7], 64); err == nil && c.scope.Objective != nil {
		c.reachable(limit, m[2])
	}
}

// above demands that a budget's limit is an upper one.
func (c *check) above(operator string) {
	if operator != ">" && operator != ">=" {
		c.addf("query: operator %s, want > or >=: a budget is used up, never down", operator)
	}
}

// objective demands that the SLO has the period that the monitor looks at.
func (c *check) objective(period string) {
	if o := c.scope.Objective; o != nil && o.target(period) == nil {
		c.addf("query: over %s, but %s has no target for it", period, o.Name)
	}
}

// reachable demands a burn rate that can come about: when everything fails it is 100/(100-target).
func (c *check) reachable(limit float64, period string) {
	target := c.scope.Objective.target(period)
	if target == nil {
		return
	}
	if greatest := 100 / (100 - target.Percent); limit > greatest {
		c.addf("query: burn rate %s, but a target of %s can burn at %s at most", Number(limit), Number(target.Percent), Number(greatest))
	}
}

// silent demands that a monitor which cannot be without data says nothing of that.
func (c *check) silent(what string) {
	if c.NoData != (NoData{}) {
		c.addf("noData: %s says nothing of missing data", what)
	}
}
