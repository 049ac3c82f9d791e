package spec

import (
	"fmt"
	"regexp"
	"strings"
)

// The shape of a metric query: how a window is summed up, what is summed up, and the limit. A change query compares a
// window with one before.
var (
	metricForm = regexp.MustCompile(`^(avg|sum|min|max|last|percentile)\((last_\d+[mhdw]|current_1(?:h|d|mo))\):(.+?)\s*` + limitForm)
	changeForm = regexp.MustCompile(`^(change|pct_change)\((avg|sum|min|max)\((last_\d+[mhd])\),\s*(?:last_\d+[mhd]|\d+[mhd]_ago)\):(.+?)\s*` + limitForm)
	windowForm = regexp.MustCompile(`^last_(\d+)([mhdw])$`)
)

const limitForm = `(<=|>=|==|!=|<|>)\s*(-?\d+(?:\.\d+)?)$`

// query is a metric query taken apart.
type query struct {
	// aggregate sums up the window: avg, sum, … or percentile, change.
	aggregate string
	window    string
	// expression is what is summed up, as it is written.
	expression string
	series     []series
	compared
}

// compared is the end of every query but a composite's.
type compared struct{ operator, limit string }

// parseMetric reads a metric query.
func parseMetric(text string) (query, []string) {
	q, rest := query{}, ""
	if m := changeForm.FindStringSubmatch(text); m != nil {
		q, rest = query{aggregate: m[1], window: m[3], compared: compared{m[5], m[6]}}, m[4]
	} else if m := metricForm.FindStringSubmatch(text); m != nil {
		q, rest = query{aggregate: m[1], window: m[2], compared: compared{m[4], m[5]}}, m[3]
	} else {
		return q, []string{"query: want aggregate(last_…):expression operator number, such as " +
			"avg(last_5m):avg:system.load.1{*} > 4"}
	}
	found, problems := parseExpression(rest)
	q.series, q.expression = found, rest
	if problem := windowProblem(q.window); problem != "" {
		problems = append(problems, problem)
	}
	return q, problems
}

// minutes in one of the units that windows have.
func minutes(unit string) int {
	return map[string]int{"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}[unit]
}

// windowProblem demands at most a week.
func windowProblem(window string) string {
	m := windowForm.FindStringSubmatch(window)
	if m == nil {
		return ""
	}
	var count int
	if _, err := fmt.Sscan(m[1], &count); err != nil || count < 1 || count*minutes(m[2]) > minutes("w") {
		return fmt.Sprintf("query: window %s, want 1 minute to 1 week", window)
	}
	return ""
}

// metric checks a metric monitor.
func (c *check) metric() {
	q, problems := parseMetric(strings.TrimSpace(c.Query))
	c.add(problems...)
	if q.aggregate == "" {
		return
	}
	c.compare(q.compared)
	c.period(strings.HasPrefix(q.window, "current_"))
	for _, s := range q.series {
		c.counts(q, s)
		c.scoped(s.scope(), s.String())
		if s.errors() && !s.defaulted {
			c.addf("query: %s does not exist before the first error, want default_zero(%s)", s.metric, s)
		}
	}
	c.groups(q)
}

// counts demands that what is counted is summed up, and that a percentile is taken of a distribution.
func (c *check) counts(q query, s series) {
	if s.suffixed("as_count") && q.aggregate != "sum" {
		c.addf("query: %s(…) over %s.as_count(), want sum: anything else forgets how many there were", q.aggregate, s.metric)
	}
	percentile := strings.HasPrefix(s.aggregate, "p")
	if percentile != (q.aggregate == "percentile") {
		c.addf("query: %s(…) over %s:%s, want percentile(…) over p50 to p99 and nothing else", q.aggregate, s.aggregate, s.metric)
	}
	if percentile && strings.HasSuffix(s.metric, ".duration") {
		c.addf("query: %s is a gauge, which has no percentiles: want %s", s.metric, strings.TrimSuffix(s.metric, ".duration"))
	}
}

// groups demands that operands are grouped alike: others are never joined.
func (c *check) groups(q query) {
	for i, s := range q.series {
		if i > 0 && s.by != q.series[0].by {
			c.addf("query: %s is by {%s}, %s by {%s}: want the same groups", q.series[0].metric, q.series[0].by, s.metric, s.by)
		}
	}
	if len(q.series) > 0 {
		c.grouped = split(q.series[0].by)
	}
}
