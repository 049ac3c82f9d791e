package spec

import "strconv"

type threshold struct {
	name  string
	value *float64
}

func (t Thresholds) named() []threshold {
	return []threshold{
		{"critical", t.Critical}, {"warning", t.Warning}, {"ok", t.OK},
		{"critical_recovery", t.CriticalRecovery}, {"warning_recovery", t.WarningRecovery},
	}
}

// compare demands that the query's limit is the critical threshold, and that the others lie on their sides of it.
func (c *check) compare(q compared) {
	limit, err := strconv.ParseFloat(q.limit, 64)
	critical := c.Thresholds.Critical
	switch {
	case err != nil:
		c.addf("query: limit %s is no number", q.limit)
		return
	case critical == nil:
		c.addf("thresholds: no critical threshold")
		return
	case *critical != limit:
		c.addf("thresholds: critical is %s, but the query says %s", Number(*critical), q.limit)
	}
	// side is positive where greater values are worse.
	side := map[string]float64{">": 1, ">=": 1, "<": -1, "<=": -1}[q.operator]
	if side != 0 {
		c.order(side, "warning", c.Thresholds.Warning, "critical", critical)
		c.order(side, "critical_recovery", c.Thresholds.CriticalRecovery, "critical", critical)
		c.order(side, "warning_recovery", c.Thresholds.WarningRecovery, "warning", c.Thresholds.Warning)
	}
	c.statuses()
}

// order demands that a lies on the safe side of b.
func (c *check) order(side float64, a string, safe *float64, b string, worse *float64) {
	if safe == nil || worse == nil || side**safe < side**worse {
		return
	}
	word := "below"
	if side < 0 {
		word = "above"
	}
	c.addf("thresholds: %s is %s, want it %s %s (%s)", a, Number(*safe), word, b, Number(*worse))
}

// statuses demands that a threshold has the one that it belongs to.
func (c *check) statuses() {
	t := c.Thresholds
	if t.Critical == nil && t.Warning != nil {
		c.addf("thresholds: warning without critical")
	}
	if t.Critical == nil && t.CriticalRecovery != nil {
		c.addf("thresholds: critical_recovery without critical")
	}
	if t.Warning == nil && t.WarningRecovery != nil {
		c.addf("thresholds: warning_recovery without warning")
	}
}
