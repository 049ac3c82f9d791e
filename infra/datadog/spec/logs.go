package spec

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	logForm = regexp.MustCompile(`^logs\("((?:[^"\\]|\\.)*)"\)\.index\("(\*|[a-z0-9_-]+)"\)` +
		`\.rollup\("(count|avg|cardinality)"(?:,\s?"([^"]+)")?\)(?:\.by\("([^"]+)"\))?\.last\("(\d+)(m|h)"\)\s*` + limitForm)
	eventForm = regexp.MustCompile(`^events\("((?:[^"\\]|\\.)*)"\)\.rollup\("(count|avg|cardinality)"(?:,\s?"([^"]+)")?\)` +
		`(?:\.by\("([^"]+)"\))?\.last\("(\d+)(m|h)"\)\s*` + limitForm)
	termForm = regexp.MustCompile(`(-?[@\w][\w.@-]*):("(?:[^"])*"|\[[^\]]*\]|[^\s()]+)`)
	spanForm = regexp.MustCompile(`^\[(-?\d+|\*) TO (-?\d+|\*)\]$`)
)

// logs checks a monitor of log lines.
func (c *check) logs() {
	text := strings.TrimSpace(c.Query)
	m := logForm.FindStringSubmatch(text)
	if m == nil {
		c.quotes(text, `logs("search").index("*").rollup("count").last("5m") > 10`)
		return
	}
	if m[3] != "count" && m[4] == "" {
		c.addf(`query: rollup("%s") of nothing, want rollup("%s", "measure")`, m[3], m[3])
	}
	c.lines(m[1], m[5], m[6], m[7])
	c.compare(compared{m[8], m[9]})
}

// events checks a monitor of events.
func (c *check) events() {
	text := strings.TrimSpace(c.Query)
	m := eventForm.FindStringSubmatch(text)
	if m == nil {
		c.quotes(text, `events("search").rollup("count").last("15m") > 0`)
		return
	}
	c.lines(m[1], m[4], m[5], m[6])
	c.compare(compared{m[7], m[8]})
	if c.Thresholds.CriticalRecovery != nil || c.Thresholds.WarningRecovery != nil {
		c.addf("thresholds: an event monitor has no recovery thresholds")
	}
}

// quotes says why a query is none: single quotes are the mistake that everybody makes once.
func (c *check) quotes(text, example string) {
	if strings.Contains(text, "('") {
		c.addf("query: invalid operator: single quotes, want double ones as in %s", example)
		return
	}
	c.addf("query: want %s", example)
}

// lines checks what log and event queries have in common.
func (c *check) lines(search, groups, count, unit string) {
	c.search(strings.ReplaceAll(search, `\"`, `"`))
	c.grouped = split(groups)
	var n int
	if _, err := fmt.Sscan(count, &n); err != nil || n < 1 || n*minutes(unit) > 2*minutes("d") {
		c.addf("query: window %s%s, want 1 minute to 2 days", count, unit)
	}
}

// CheckSearch returns everything that is wrong with a search for log lines that is no part of a monitor.
func CheckSearch(text string, scope Scope) []string {
	c := &check{scope: scope}
	c.search(text)
	return c.found
}

// search checks a log search: balanced, ranges from low to high, and within the stack.
func (c *check) search(text string) {
	if strings.TrimSpace(text) == "" {
		c.addf("query: the search is empty: it would count every line of the organisation")
		return
	}
	for _, pair := range []string{"()", "[]"} {
		if strings.Count(text, pair[:1]) != strings.Count(text, pair[1:]) {
			c.addf("query: invalid search: %s are not balanced", pair)
		}
	}
	if strings.Count(text, `"`)%2 != 0 {
		c.addf("query: invalid search: a quote is not closed")
	}
	tags := map[string][]string{}
	for _, m := range termForm.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(m[2], "[") && !spanForm.MatchString(m[2]) {
			c.addf("query: invalid search: %s, want [low TO high]", m[0])
		}
		tags[m[1]] = append(tags[m[1]], m[2])
	}
	if rest := termForm.ReplaceAllString(text, ""); strings.Contains(rest, ":") {
		c.addf("query: invalid search: a tag or facet without a value in %q", text)
	}
	c.scoped(tags, "the search")
}
