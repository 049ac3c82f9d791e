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
// it. The pager is named in the block of what is critical, and in that of the recovery: PagerDuty resolves an incident when
// it is named there, and a warning does not page.
func (a Args) message(t text, m spec.Monitor) string {
	at := "[" + a.Scope.Environment + "] "
	about := " (" + t.about + ")"
	if m.Type != spec.Composite && m.Type != spec.ServiceCheck && m.Type != spec.Synthetic {
		about = " (" + t.about + ", limit {{threshold}})"
	}
	lines := []string{block("is_alert", at+t.summary+about+a.pager(m.Priority))}
	if m.Thresholds.Warning != nil && m.Type != spec.ServiceCheck {
		lines = append(lines, block("is_warning", at+"soon: "+t.summary+" ("+t.about+", limit {{warn_threshold}})"))
	}
	if strings.HasSuffix(m.NoData.On, "no_data") || m.NoData.Notify {
		lines = append(lines, block("is_no_data", at+"no data: "+t.summary+"?"+a.pagerOnNoData(m)))
	}
	lines = append(lines, block("is_recovery", at+"over: "+t.summary+a.pager(m.Priority)))
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
	return strings.Join(append(lines, a.Subscribers...), "\n")
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

// pager is who is paged.
func (a Args) pager(priority int) string {
	if priority != 1 || len(a.Pager) == 0 {
		return ""
	}
	return " " + strings.Join(a.Pager, " ")
}

// pagerOnNoData is who is paged when there is no data, where that is notified at all.
func (a Args) pagerOnNoData(m spec.Monitor) string {
	if !m.NoData.Notifies() {
		return ""
	}
	return a.pager(m.Priority)
}

// renotify says how often it is notified again.
func (a Args) renotify(priority int) spec.Renotify {
	switch {
	case !a.Repeat || priority > 2:
		return spec.Renotify{}
	case priority == 1:
		return spec.Renotify{Minutes: 30, Times: 3}
	}
	return spec.Renotify{Minutes: 60, Times: 3}
}
