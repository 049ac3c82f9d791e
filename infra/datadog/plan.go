package datadog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// planned is a monitor before it exists.
type planned struct {
	// name is its logical name, which never changes.
	name    string
	monitor spec.Monitor
	// service is its tag of that name.
	service string
	// namespace is the one that it watches; empty is the shop's.
	namespace string
	// sends are metrics that nothing else here looks at, with their tags as Datadog documents them: a monitor that brings
	// its own metric says so itself.
	sends map[string][]string
	// problems were found while it was made.
	problems []string
	// of are the monitors, or objective the objective, whose ids its query names; query writes it once they are known.
	of        []string
	objective string
	query     func(ids []string) string
}

// Plan is everything that Datadog monitors, complete but for ids that only Datadog can give.
type Plan struct {
	monitors   []planned
	objectives []plannedObjective
}

// Plan makes the plan. The error is everything in it that Datadog would refuse, or take and never use.
func (a Args) Plan() (Plan, error) {
	p := Plan{}
	for _, alert := range a.Alerts {
		if a.watchable(alert) {
			p.monitors = append(p.monitors, a.fromAlert(alert)...)
		}
	}
	p.monitors = append(p.monitors, a.own()...)
	p.objectives = a.objectives()
	if a.Objectives.Burn {
		p.monitors = append(p.monitors, a.burns(burnsFast, "1h", "5m", 14.4, 1), a.burns(burnsSlow, "6h", "30m", 6, 3))
	}
	p.objectives = slices.DeleteFunc(p.objectives, func(o plannedObjective) bool { return !p.has(o.of) })
	for i := range p.monitors {
		a.complete(&p.monitors[i])
	}
	for i, o := range p.objectives {
		p.objectives[i].objective.Name = a.title(o.name)
		p.objectives[i].objective.Tags = a.tags(o.service)
	}
	return p, a.check(p)
}

// has reports whether every monitor of a list is planned: a stack may have turned an alert off.
func (p Plan) has(names []string) bool {
	for _, name := range names {
		if !slices.ContainsFunc(p.monitors, func(m planned) bool { return m.name == name }) {
			return false
		}
	}
	return true
}

// made reports whether a monitor is made of others.
func (p Plan) made(name string) bool {
	return slices.ContainsFunc(p.monitors, func(m planned) bool { return m.name == name && m.monitor.Type == spec.Composite })
}

// complete adds what all monitors have.
func (a Args) complete(p *planned) {
	m := &p.monitor
	if len(a.Pager) == 0 { // without a pager, nothing is as urgent as with one
		m.Priority++
	}
	m.Name = a.title(p.name)
	m.Tags = append(a.tags(p.service), fmt.Sprintf("severity:%d", m.Priority))
	m.Renotify = a.renotify(m.Priority)
	if m.Renotify.Minutes != 0 {
		m.Escalation = "[" + a.Scope.Environment + "] still: " + p.name
	}
}

// title is what people see: which stack, which monitor.
func (a Args) title(name string) string { return "[" + a.Stack + "] " + name }

// tags find what belongs to the stack.
func (a Args) tags(service string) []string {
	return []string{
		"env:" + a.Scope.Environment, "managed-by:pulumi", "service:" + service, a.stackTag(), "team:" + a.Team,
	}
}

func (a Args) stackTag() string { return "stack:" + strings.ToLower(a.Stack) }

// someObjective stands for an id that only Datadog can give, in checks.
const someObjective = "00000000000000000000000000000000"

// check holds everything against the rules of package spec, and against what there is.
func (a Args) check(p Plan) error {
	problems := a.checkThresholds(p)
	for _, m := range p.monitors {
		scope := a.Scope
		if m.namespace != "" {
			scope.Namespace = m.namespace
		}
		for _, problem := range slices.Concat(m.problems, p.checkMonitor(m, scope), a.exists(m.monitor.Uses(), m.sends)) {
			problems = append(problems, fmt.Errorf("monitor %s: %s", m.name, problem))
		}
	}
	for _, o := range p.objectives {
		for _, problem := range append(o.objective.Check(a.Scope), a.exists(o.objective.Uses(), nil)...) {
			problems = append(problems, fmt.Errorf("objective %s: %s", o.name, problem))
		}
	}
	for _, problem := range a.checkSynthetic() {
		problems = append(problems, fmt.Errorf("monitor %s: %s", expiring, problem))
	}
	for _, problem := range a.checkLogs() {
		problems = append(problems, fmt.Errorf("logs: %s", problem))
	}
	for _, problem := range a.board(nil).check(a) {
		problems = append(problems, fmt.Errorf("dashboard: %s", problem))
	}
	return errors.Join(problems...)
}

func (p Plan) checkMonitor(m planned, scope spec.Scope) []string {
	if m.query == nil {
		return m.monitor.Check(scope)
	}
	var ids []string
	for i, name := range m.of {
		ids = append(ids, strconv.Itoa(i+1))
		if p.made(name) {
			scope.Composites = append(scope.Composites, ids[i])
		}
	}
	if m.objective != "" {
		ids = append(ids, someObjective)
		scope.Objective = p.objective(m.objective)
	}
	if !p.has(m.of) {
		return []string{"is made of monitors that are not there: " + strings.Join(m.of, ", ")}
	}
	monitor := m.monitor
	monitor.Query = m.query(ids)
	return monitor.Check(scope)
}

func (p Plan) objective(name string) *spec.Objective {
	for _, o := range p.objectives {
		if o.name == name {
			return &o.objective
		}
	}
	return nil
}
