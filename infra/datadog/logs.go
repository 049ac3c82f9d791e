//go:build !lean

package datadog

import (
	"fmt"
	"strings"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// logIndex keeps the stack's lines in an index of their own.
func logIndex(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	if a.Index == nil {
		return nil
	}
	if _, err := sdk.NewLogsIndex(ctx, name+"-index", a.indexArgs(), opts); err != nil {
		return fmt.Errorf("log index: %w", err)
	}
	return nil
}

func (a Args) indexArgs() *sdk.LogsIndexArgs {
	args := &sdk.LogsIndexArgs{
		Name:          pulumi.String("techcommerce-" + strings.ToLower(a.Stack)),
		Filters:       sdk.LogsIndexFilterArray{&sdk.LogsIndexFilterArgs{Query: pulumi.String(a.allLines())}},
		RetentionDays: pulumi.Int(a.Index.Days),
		Tags:          pulumi.ToStringArray(a.tags(everything)),
	}
	if a.Index.DailyLimit > 0 {
		args.DailyLimit = pulumi.Int(a.Index.DailyLimit)
	} else {
		args.DisableDailyLimit = pulumi.Bool(true)
	}
	var filters sdk.LogsIndexExclusionFilterArray
	for _, e := range a.Index.Exclude {
		filters = append(filters, &sdk.LogsIndexExclusionFilterArgs{
			Name: pulumi.String(e.Name), IsEnabled: pulumi.Bool(true),
			Filters: sdk.LogsIndexExclusionFilterFilterArray{&sdk.LogsIndexExclusionFilterFilterArgs{
				Query: pulumi.String(e.Query), SampleRate: pulumi.Float64(e.Share),
			}},
		})
	}
	if len(filters) > 0 {
		args.ExclusionFilters = filters
	}
	return args
}

// logMetrics counts the stack's lines before any index drops them, so that what is not kept is still counted.
func logMetrics(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	if !a.CountLines {
		return nil
	}
	args := &sdk.LogsMetricArgs{
		Name:    pulumi.String("techcommerce.logs." + strings.ReplaceAll(strings.ToLower(a.Stack), "-", "_")),
		Compute: &sdk.LogsMetricComputeArgs{AggregationType: pulumi.String("count")},
		Filter:  &sdk.LogsMetricFilterArgs{Query: pulumi.String(a.allLines())},
		GroupBies: sdk.LogsMetricGroupByArray{
			&sdk.LogsMetricGroupByArgs{Path: pulumi.String("service"), TagName: pulumi.String("service")},
			&sdk.LogsMetricGroupByArgs{Path: pulumi.String("status"), TagName: pulumi.String("status")},
		},
	}
	if _, err := sdk.NewLogsMetric(ctx, name+"-lines", args, opts); err != nil {
		return fmt.Errorf("log metric: %w", err)
	}
	return nil
}
