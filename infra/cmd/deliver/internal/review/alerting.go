package review

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// alertRule is what we read of a rule of Prometheus.
type alertRule struct {
	Alert  string            `yaml:"alert"`
	Expr   string            `yaml:"expr"`
	For    string            `yaml:"for"`
	Labels map[string]string `yaml:"labels"`
}

// alerts finds what nobody is told of any more, or later, or by fewer.
func alerts(s step) []Finding {
	var whys []string
	if s.gone() && strings.HasPrefix(s.state().Type, "datadog:") {
		whys = append(whys, "Datadog monitors it no more")
	}
	if s.Op == "update" && strings.HasSuffix(s.state().Type, ":Monitor") {
		whys = append(whys, weakerMonitor(s)...)
	}
	if s.kind() == "ConfigMap" && s.Op != "create" {
		whys = append(whys, weakerRules(rulesIn(s.was("data")), rulesIn(s.will("data")))...)
		whys = append(whys, lostReceivers(receiversIn(s.was("data")), receiversIn(s.will("data")))...)
	}
	return each(Alerts, whys)
}

// rulesIn are the alerts of all the files of a ConfigMap, by name.
func rulesIn(data any) map[string]alertRule {
	found := map[string]alertRule{}
	eachFile(data, func(text string) {
		var file struct {
			Groups []struct {
				Rules []alertRule `yaml:"rules"`
			} `yaml:"groups"`
		}
		if yaml.Unmarshal([]byte(text), &file) != nil {
			return
		}
		for _, group := range file.Groups {
			for _, rule := range group.Rules {
				if rule.Alert != "" {
					found[rule.Alert] = rule
				}
			}
		}
	})
	return found
}

func eachFile(data any, do func(text string)) {
	files, _ := data.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(files)) {
		if text, ok := files[key].(string); ok {
			do(text)
		}
	}
}

func weakerRules(was, will map[string]alertRule) []string {
	var whys []string
	for _, name := range slices.Sorted(maps.Keys(was)) {
		before, now := was[name], will[name]
		switch {
		case now.Alert == "":
			whys = append(whys, "the alert "+name+" goes")
			continue
		case before.Labels["severity"] == "critical" && now.Labels["severity"] != "critical":
			whys = append(whys, fmt.Sprintf("the alert %s is %s, no longer critical", name, show(now.Labels["severity"])))
		case duration(now.For) > duration(before.For):
			whys = append(whys, fmt.Sprintf("the alert %s waits %s, until now %s", name, now.For, show(before.For)))
		}
		if how := looser(before.Expr, now.Expr); how != "" {
			whys = append(whys, "the alert "+name+" "+how)
		}
	}
	return whys
}

// threshold is the comparison at the end of an expression or of a monitor's query.
var threshold = regexp.MustCompile(`(?s)^(.*?)(>=|<=|>|<)\s*([0-9.]+)\s*\)?\s*$`)

// looser says how an expression is true for less than before; empty where it is not, or cannot be told.
func looser(before, now string) string {
	b, n := threshold.FindStringSubmatch(before), threshold.FindStringSubmatch(now)
	if b == nil || n == nil || strings.TrimSpace(b[1]) != strings.TrimSpace(n[1]) || b[2] != n[2] {
		return ""
	}
	was, err := strconv.ParseFloat(b[3], 64)
	will, other := strconv.ParseFloat(n[3], 64)
	if err != nil || other != nil || was == will || (will > was) != strings.HasPrefix(n[2], ">") {
		return ""
	}
	return fmt.Sprintf("fires at %s %s, until now at %s", n[2], n[3], b[3])
}

// receiversIn are those whom Alertmanager tells, by name, with the ways in which it does.
func receiversIn(data any) map[string][]string {
	found := map[string][]string{}
	eachFile(data, func(text string) {
		var file struct {
			Receivers []map[string]any `yaml:"receivers"`
		}
		if yaml.Unmarshal([]byte(text), &file) != nil {
			return
		}
		for _, receiver := range file.Receivers {
			name, _ := receiver["name"].(string)
			found[name] = nil
			for way, entries := range receiver {
				list, _ := entries.([]any)
				for range list {
					found[name] = append(found[name], strings.TrimSuffix(way, "_configs"))
				}
			}
			slices.Sort(found[name])
		}
	})
	return found
}

func lostReceivers(was, will map[string][]string) []string {
	var whys []string
	for _, name := range slices.Sorted(maps.Keys(was)) {
		left := slices.Clone(will[name])
		for _, way := range was[name] {
			if i := slices.Index(left, way); i >= 0 {
				left = slices.Delete(left, i, i+1)
				continue
			}
			whys = append(whys, fmt.Sprintf("alerts of the receiver %s no longer go to %s", name, way))
		}
	}
	return whys
}

// handle is somebody whom a monitor's message names.
var handle = regexp.MustCompile(`@[\w.+-]+(@[\w.-]+)?`)

func weakerMonitor(s step) []string {
	var whys []string
	was, will := fmt.Sprint(s.was("query")), fmt.Sprint(s.will("query"))
	if how := looser(was, will); how != "" {
		whys = append(whys, how)
	}
	left := handle.FindAllString(fmt.Sprint(s.will("message")), -1)
	for _, who := range handle.FindAllString(fmt.Sprint(s.was("message")), -1) {
		if !slices.Contains(left, who) {
			whys = append(whys, who+" is told no more")
		}
	}
	if s.was("notifyNoData") == true && s.will("notifyNoData") != true {
		whys = append(whys, "nobody is told when its data stops coming")
	}
	return slices.Compact(whys)
}
