//go:build !lean

package datadog

import (
	"strconv"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

func monitorArgs(m planned, all declared) *sdk.MonitorArgs {
	s := m.monitor
	args := &sdk.MonitorArgs{
		Name: pulumi.String(s.Name), Type: pulumi.String(s.Type), Query: pulumi.String(s.Query),
		Message: pulumi.String(s.Message), Priority: pulumi.String(strconv.Itoa(s.Priority)),
		Tags: pulumi.ToStringArray(s.Tags), MonitorThresholds: thresholds(s.Thresholds),
		EscalationMessage: optional(s.Escalation), OnMissingData: optional(s.NoData.On),
		NoDataTimeframe: whole(s.NoData.Minutes), RenotifyInterval: whole(s.Renotify.Minutes),
		RenotifyOccurrences: whole(s.Renotify.Times), NewGroupDelay: whole(s.NewGroupDelay),
		TimeoutH: whole(s.TimeoutHours), IncludeTags: pulumi.Bool(true), RequireFullWindow: pulumi.Bool(s.FullWindow),
	}
	if len(s.NotifyBy) > 0 {
		args.NotifyBies = pulumi.ToStringArray(s.NotifyBy)
	}
	if s.NoData.Notify {
		args.NotifyNoData = pulumi.Bool(true)
	}
	if s.Renotify.Minutes != 0 {
		args.RenotifyStatuses = pulumi.ToStringArray(s.RenotifyStatuses())
	}
	if s.Type == spec.Log {
		args.EnableLogsSample = pulumi.Bool(true)
	}
	if m.query != nil {
		args.Query = m.ids(all).ToStringArrayOutput().ApplyT(m.query).(pulumi.StringOutput)
	}
	return args
}

func thresholds(t spec.Thresholds) sdk.MonitorMonitorThresholdsPtrInput {
	if t == (spec.Thresholds{}) {
		return nil
	}
	return &sdk.MonitorMonitorThresholdsArgs{
		Critical: number(t.Critical), Warning: number(t.Warning), Ok: number(t.OK),
		CriticalRecovery: number(t.CriticalRecovery), WarningRecovery: number(t.WarningRecovery),
	}
}

// number, optional and whole are absent where they say nothing: the provider then has its own way.
func number(value *float64) pulumi.StringPtrInput {
	if value == nil {
		return nil
	}
	return pulumi.String(spec.Number(*value))
}

func optional(value string) pulumi.StringPtrInput {
	if value == "" {
		return nil
	}
	return pulumi.String(value)
}

func whole(value int) pulumi.IntPtrInput {
	if value == 0 {
		return nil
	}
	return pulumi.Int(value)
}
