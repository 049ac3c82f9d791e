package datadog

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// text is what a message is made of.
type text struct {
	// summary says in a line what is wrong, about what the number is.
	summary, about string
	// meaning and impact explain; runbook is the file that says what to do.
	meaning, impact, runbook string
	// logs is the search that shows the lines behind it; empty is all of the errors in namespace.
	logs string
	// namespace is what it is about; empty is the shop's.
	namespace string
}

// message is what people read. It begins with the state, because that is all that a phone shows, and ends with who reads
// it. What wakes somebody stands in the blocks of what is critical, and in that of the recovery: PagerDuty resolves an
// incident when it is told there, and a warning wakes nobody.
func (a Args) message(t text, m spec.Monitor) string {
	at := "[" + a.Scope.Environment + "] "
	about := " (" + t.about + ")"
	if m.Type != spec.Composite && m.Type != spec.ServiceCheck && m.Type != spec.Synthetic {
		about = " (" + t.about + ", limit {{threshold}})"
	}
	lines := []string{block("is_alert", at+t.summary+about+a.pages(m.Priority))}
	if m.Thresholds.Warning != nil && m.Type != spec.ServiceCheck {
		lines = append(lines, block("is_warning", at+"soon: "+t.summary+" ("+t.about+", limit {{warn_threshold}})"))
	}
	if strings.HasSuffix(m.NoData.On, "no_data") || m.NoData.Notify {
		lines = append(lines, block("is_no_data", at+"no data: "+t.summary+"?"+a.pagesAbsence(m)))
	}
	lines = append(lines, block("is_recovery", at+"over: "+t.summary+a.pages(m.Priority)))
	for _, line := range []string{t.meaning, t.impact} {
		if line != "" {
			lines = append(lines, "", a.linked(line))
		}
	}
	lines = append(lines, "")
	if a.Runbooks != "" && t.runbook != "" {
		lines = append(lines, "Runbook: "+a.address(t.runbook))
	}
	search := t.logs
	if search == "" {
		namespace := t.namespace
		if namespace == "" {
			namespace = a.Scope.Namespace
		}
		search = "status:error kube_namespace:" + namespace
	}
	lines = append(lines, "Logs: "+a.App+"/logs?query="+url.QueryEscape(search))
	return strings.Join(append(lines, a.Readers...), "\n")
}

var neighbour = regexp.MustCompile(`\[(\w+)\]\((\w+\.md)\)`)

// linked is a runbook's text as it reads outside its folder.
func (a Args) linked(text string) string {
	if a.Runbooks == "" {
		return neighbour.ReplaceAllString(text, "$1")
	}
	return neighbour.ReplaceAllString(text, "[$1]("+a.address("$2")+")")
}

// address is where a runbook can be read.
func (a Args) address(runbook string) string {
	return strings.TrimSuffix(a.Runbooks, "/") + "/" + runbook
}

func block(name, content string) string { return "{{#" + name + "}}" + content + "{{/" + name + "}}" }

// pages is who is woken.
func (a Args) pages(priority int) string {
	if priority != 1 || len(a.Page) == 0 {
		return ""
	}
	return " " + strings.Join(a.Page, " ")
}

// pagesAbsence is who is woken when there is no data: those who are notified of it at all.
func (a Args) pagesAbsence(m spec.Monitor) string {
	if !m.NoData.Notifies() {
		return ""
	}
	return a.pages(m.Priority)
}

// renotify says how often it is told again.
func (a Args) renotify(priority int) spec.Renotify {
	switch {
	case !a.Repeat || priority > 2:
		return spec.Renotify{}
	case priority == 1:
		return spec.Renotify{Minutes: 30, Times: 3}
	}
	return spec.Renotify{Minutes: 60, Times: 3}
}
