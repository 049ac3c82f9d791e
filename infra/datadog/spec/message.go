package spec

import (
	"regexp"
	"slices"
	"strings"
)

var (
	variableForm = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	tagForm      = regexp.MustCompile(`^[a-z][a-z0-9_./-]*:[a-z0-9_./:-]+$`)
)

// values that a message may show whatever the query.
func values() []string {
	return []string{
		"value", "threshold", "warn_threshold", "ok_threshold", "comparator", "last_triggered_at", "first_triggered_at",
		"check_message", "log.message", "log.link", "log.id", "priority",
	}
}

// blocks of a message that may be opened and closed.
func blocks() []string {
	return []string{
		"is_alert", "is_warning", "is_recovery", "is_alert_recovery", "is_warning_recovery", "is_no_data",
		"is_no_data_recovery", "is_renotify", "is_alert_to_warning", "is_priority", "is_match", "is_exact_match",
	}
}

// described checks what people see: name, message, tags, priority.
func (c *check) described() {
	if strings.TrimSpace(c.Name) == "" {
		c.addf("name: empty")
	}
	if strings.TrimSpace(c.Message) == "" {
		c.addf("message: empty: whoever is woken wants to know why")
	}
	if c.Priority < 0 || c.Priority > 5 {
		c.addf("priority: %d, want 1 to 5", c.Priority)
	}
	for _, tag := range c.Tags {
		if !tagForm.MatchString(tag) || len(tag) > 200 {
			c.addf("tags: %q, want key:value in lower case, 200 letters at most", tag)
		}
	}
	c.template("message", c.Message)
	c.template("escalation", c.Escalation)
}

// template demands that blocks are closed in turn and that a variable has a value.
func (c *check) template(field, text string) {
	var open []string
	for _, m := range variableForm.FindAllStringSubmatch(text, -1) {
		word := strings.TrimSpace(m[1])
		name, _, _ := strings.Cut(strings.TrimLeft(word, "#^/"), " ")
		switch {
		case strings.HasPrefix(word, "#"), strings.HasPrefix(word, "^"):
			if !slices.Contains(blocks(), name) {
				c.addf("%s: {{%s}} is no block that Datadog has", field, word)
			}
			open = append(open, name)
		case strings.HasPrefix(word, "/"):
			if len(open) == 0 || open[len(open)-1] != name {
				c.addf("%s: {{%s}} closes what is not open", field, word)
				continue
			}
			open = open[:len(open)-1]
		default:
			c.variable(field, word)
		}
	}
	for _, name := range open {
		c.addf("%s: {{#%s}} is never closed", field, name)
	}
	if rest := variableForm.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		c.addf("%s: half of a {{variable}}", field)
	}
}

// variable demands a value that is always there, or the name of one of the query's groups.
func (c *check) variable(field, name string) {
	if slices.Contains(values(), name) {
		return
	}
	group, ok := strings.CutSuffix(name, ".name")
	if !ok || !slices.Contains(c.grouped, strings.Trim(group, "[]")) {
		c.addf("%s: {{%s}} has no value: the query is by {%s}", field, name, strings.Join(c.grouped, ","))
	}
}

// notifies checks who is notified, and how often.
func (c *check) notifies() {
	for _, group := range c.NotifyBy {
		if group != "*" && !slices.Contains(c.grouped, group) {
			c.addf("notifyBy: %s is no group of the query, which is by {%s}", group, strings.Join(c.grouped, ","))
		}
	}
	if r := c.Renotify; (r.Minutes == 0) != (r.Times == 0) {
		c.addf("renotify: every %d minutes, %d times: want both or none", r.Minutes, r.Times)
	}
	if c.Escalation != "" && c.Renotify.Minutes == 0 {
		c.addf("escalation: nobody reads it where the monitor does not notify again")
	}
}
