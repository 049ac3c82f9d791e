package datadog

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/datadog/resource"
)

func objectiveArgs(p promise, all declared) resource.ObjectiveArgs {
	o := p.objective
	args := resource.ObjectiveArgs{Name: o.Name, Type: o.Type(), Description: o.Description, Tags: o.Tags}
	for _, t := range o.Targets {
		args.Thresholds = append(args.Thresholds, resource.Target{
			Timeframe: t.Period, Target: t.Percent, Warning: t.Warning,
		})
	}
	if o.Count != nil {
		args.Query = &resource.Count{Numerator: o.Count.Good, Denominator: o.Count.Total}
	}
	if s := o.Slice; s != nil {
		args.SLI = &resource.SLI{TimeSlice: &resource.TimeSlice{
			Comparator: "<", Threshold: s.Limit, QueryIntervalSeconds: s.Seconds,
			Query: resource.SliceQuery{
				Formula: resource.Formula{Expression: "q1"},
				Queries: []resource.NamedQuery{{Metric: &resource.MetricQuery{Name: "q1", Query: s.Query}}},
			},
		}}
	}
	if o.Monitored != nil {
		var ids pulumi.StringArray
		for _, name := range p.of {
			ids = append(ids, all.monitors[name].ID().ToStringOutput())
		}
		args.MonitorIDs, args.Groups = numbers(ids), o.Monitored.Groups
	}
	return args
}

// numbers are ids of monitors as objectives want them.
func numbers(ids pulumi.StringArray) pulumi.IntArrayInput {
	return ids.ToStringArrayOutput().ApplyT(func(texts []string) ([]int, error) {
		var list []int
		for _, text := range texts {
			id, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			list = append(list, id)
		}
		return list, nil
	}).(pulumi.IntArrayOutput)
}

// quiet silences every monitor of the stack. The rule itself says when a day's silence begins: the API refuses a first
// day in the past, so one that stands in a file would work once.
func (a Args) quiet() resource.DowntimeArgs {
	hour, minute := a.Quiet.From[:2], a.Quiet.From[3:]
	return resource.DowntimeArgs{
		Scope:             "env:" + a.Scope.Environment,
		Message:           "Quiet hours of " + a.Stack + ".",
		DisplayTimezone:   a.Quiet.Timezone,
		MonitorIdentifier: resource.MonitorIdentifier{MonitorTags: []string{a.stackTag()}},
		RecurringSchedule: &resource.RecurringSchedule{
			Timezone: a.Quiet.Timezone,
			Recurrences: []resource.Recurrence{{
				Rrule:    "FREQ=DAILY;INTERVAL=1;BYHOUR=" + trimmed(hour) + ";BYMINUTE=" + trimmed(minute),
				Duration: strconv.Itoa(a.Quiet.Hours) + "h",
			}},
		},
	}
}

// trimmed is a number without the zero before it.
func trimmed(digits string) string {
	if digits[0] == '0' {
		return digits[1:]
	}
	return digits
}
