//go:build !lean

package datadog

import (
	"fmt"
	"strconv"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// quietHours silence every monitor of the stack.
func quietHours(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	if a.Quiet == nil {
		return nil
	}
	if _, err := sdk.NewDowntimeSchedule(ctx, name+"-quiet", a.quiet(), opts); err != nil {
		return fmt.Errorf("quiet hours: %w", err)
	}
	return nil
}

// quiet finds the monitors by their own tag. The scope is matched against the groups and the tags of what a monitor
// looks at, which most do not have, so it must leave everything to that tag. The rule itself says when a day's silence
// begins: the API refuses a first day in the past, so one that stands in a file would work once.
func (a Args) quiet() *sdk.DowntimeScheduleArgs {
	hour, minute := a.Quiet.From[:2], a.Quiet.From[3:]
	return &sdk.DowntimeScheduleArgs{
		Scope:             pulumi.String("*"),
		Message:           pulumi.String("Quiet hours of " + a.Stack + "."),
		DisplayTimezone:   pulumi.String(a.Quiet.Timezone),
		MonitorIdentifier: &sdk.DowntimeScheduleMonitorIdentifierArgs{MonitorTags: pulumi.ToStringArray([]string{a.stackTag()})},
		RecurringSchedule: &sdk.DowntimeScheduleRecurringScheduleArgs{
			Timezone: pulumi.String(a.Quiet.Timezone),
			Recurrences: sdk.DowntimeScheduleRecurringScheduleRecurrenceArray{
				&sdk.DowntimeScheduleRecurringScheduleRecurrenceArgs{
					Rrule:    pulumi.String("FREQ=DAILY;INTERVAL=1;BYHOUR=" + trimmed(hour) + ";BYMINUTE=" + trimmed(minute)),
					Duration: pulumi.String(strconv.Itoa(a.Quiet.Hours) + "h"),
				},
			},
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
