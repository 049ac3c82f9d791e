package api

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// Fault is what Datadog receives of something that broke at minute 0.
type Fault struct {
	Series []Series
	// Answer is what synthetic tests get from then on.
	Answer Answer
}

// Answer is what a synthetic test got.
type Answer struct {
	Status, Milliseconds int
	Body                 string
	CertificateDays      float64
}

// Notice is a notification.
type Notice struct {
	After time.Duration
	// State is "alert" or "no data".
	State string
	// To are the handles that are notified, as in @pagerduty-shop.
	To []string
}

// patience is how long a fault may last before it counts as unnoticed.
const patience = 6 * 60

// Notified is whom a monitor, or the monitor of a synthetic test, notifies of a fault first; false if nobody. Like Datadog,
// it evaluates every minute.
func (a *API) Notified(name string, f Fault) (Notice, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, test := range a.stored[synthetics] {
		if strings.HasSuffix(text(test, "name"), " "+name) {
			return tested(test, f.Answer)
		}
	}
	for _, monitor := range a.stored[monitors] {
		if !strings.HasSuffix(text(monitor, "name"), " "+name) {
			continue
		}
		for minute := range patience {
			if state := a.state(monitor, evaluator{f.Series}, minute); state != "" {
				if to := handles(text(monitor, "message"), state); len(to) > 0 {
					return Notice{time.Duration(minute) * time.Minute, state, to}, true
				}
			}
		}
	}
	return Notice{}, false
}

// state is what a monitor says at the end of a minute; empty where it is content, or nobody is notified.
func (a *API) state(monitor object, e evaluator, minute int) string {
	if text(monitor, "type") == spec.Burn {
		return a.burnState(text(monitor, "query"), e, minute)
	}
	condition, err := spec.ParseCondition(text(monitor, "query"))
	if err != nil {
		panic(err) // what is stored has been checked
	}
	options, _ := monitor["options"].(map[string]any)
	absent := true
	for _, group := range e.groups(condition.Formula) {
		value := e.over(condition.Formula, condition.Reduce, group, int(condition.Window.Minutes()), minute)
		if math.IsNaN(value) {
			continue
		}
		absent = false
		if exceeds(value, condition.Operator, condition.Limit) {
			return "alert"
		}
	}
	if absent && text(options, "on_missing_data") == "show_and_notify_no_data" {
		return "no data"
	}
	return ""
}

var burnQuery = regexp.MustCompile(`^burn_rate\("(\w+)"\)\.over\("(\w+)"\)\.long_window\("(\w+)"\)\.short_window\("(\w+)"\) > ([\d.]+)$`)

// burnState is a burn rate's: how many times as many events are bad as the objective allows, over both windows.
func (a *API) burnState(query string, e evaluator, minute int) string {
	m := burnQuery.FindStringSubmatch(query)
	if m == nil {
		panic("nothing here evaluates " + query)
	}
	objective := a.stored[objectives][m[1]]
	limit, err := strconv.ParseFloat(m[5], 64)
	if objective == nil || err != nil {
		panic(fmt.Sprintf("%s: %v, %v", query, objective, err))
	}
	for _, window := range m[3:5] {
		length, err := time.ParseDuration(window)
		if err != nil {
			panic(err)
		}
		if !exceeds(e.burn(objective, m[2], int(length.Minutes()), minute), ">", limit) {
			return ""
		}
	}
	return "alert"
}

func (e evaluator) burn(objective object, period string, window, minute int) float64 {
	query, _ := objective["query"].(map[string]any)
	sum := func(field string) float64 {
		formula, err := spec.ParseFormula(text(query, field))
		if err != nil {
			panic(err)
		}
		return e.over(formula, "sum", "", window, minute)
	}
	thresholds, _ := objective["thresholds"].([]any)
	for _, item := range thresholds {
		threshold, _ := item.(map[string]any)
		if target, ok := threshold["target"].(float64); ok && text(threshold, "timeframe") == period {
			return (1 - sum("numerator")/sum("denominator")) / (1 - target/100)
		}
	}
	return math.NaN()
}

// tested is a synthetic test's notice: of the first question after the fault, at the latest a whole interval later.
func tested(test object, got Answer) (Notice, bool) {
	config, _ := test["config"].(map[string]any)
	assertions, _ := config["assertions"].([]any)
	holds := !slices.ContainsFunc(assertions, func(item any) bool {
		assertion, _ := item.(map[string]any)
		return !got.fulfils(assertion)
	})
	to := handles(text(test, "message"), "alert")
	if holds || len(to) == 0 {
		return Notice{}, false
	}
	options, _ := test["options"].(map[string]any)
	return Notice{time.Duration(whole(options["tick_every"])) * time.Second, "alert", to}, true
}

// fulfils reports whether an answer is what an assertion demands.
func (a Answer) fulfils(assertion object) bool {
	target := fmt.Sprint(assertion["target"])
	number, err := strconv.ParseFloat(target, 64)
	switch kind := text(assertion, "type"); {
	case kind == "body":
		return strings.Contains(a.Body, target)
	case err != nil:
		return false
	case kind == "statusCode":
		return a.Status == int(number)
	case kind == "responseTime":
		return float64(a.Milliseconds) < number
	case kind == "certificate":
		return a.CertificateDays > number
	}
	panic(fmt.Sprintf("nothing here evaluates %v", assertion))
}

var (
	stateBlock = regexp.MustCompile(`(?s)\{\{#is_(\w+)\}\}(.*?)\{\{/is_\w+\}\}`)
	handleForm = regexp.MustCompile(`@[\w-]+`)
)

// handles are those that a message names in a state: outside of every block, and in the block of that state.
func handles(message, state string) []string {
	shown := stateBlock.ReplaceAllStringFunc(message, func(block string) string {
		m := stateBlock.FindStringSubmatch(block)
		if m[1] == strings.ReplaceAll(state, " ", "_") {
			return m[2]
		}
		return ""
	})
	return handleForm.FindAllString(shown, -1)
}
