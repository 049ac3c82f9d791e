//go:build !lean

package datadog

import (
	"fmt"
	"strconv"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// synthetic asks for the shop's public address from outside.
func synthetic(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	if a.Synthetic == nil {
		return nil
	}
	if _, err := sdk.NewSyntheticsTest(ctx, name+"-outside", a.syntheticArgs(), opts); err != nil {
		return fmt.Errorf("synthetic test: %w", err)
	}
	return nil
}

func (a Args) syntheticArgs() *sdk.SyntheticsTestArgs {
	s := a.Synthetic
	message, priority := a.outside()
	options := &sdk.SyntheticsTestOptionsListArgs{
		TickEvery: pulumi.Int(s.Every), MinLocationFailed: pulumi.Int(s.mostFailing()),
		FollowRedirects: pulumi.Bool(true), MonitorName: pulumi.String(a.title(unreachable)),
		MonitorPriority: pulumi.Int(priority),
		// One answer that is lost on the way is no outage.
		Retry: &sdk.SyntheticsTestOptionsListRetryArgs{Count: pulumi.Int(2), Interval: pulumi.Int(1000)},
	}
	if r := a.renotify(priority); r.Minutes != 0 {
		options.MonitorOptions = &sdk.SyntheticsTestOptionsListMonitorOptionsArgs{
			RenotifyInterval: pulumi.Int(r.Minutes), RenotifyOccurrences: pulumi.Int(r.Times),
		}
	}
	return &sdk.SyntheticsTestArgs{
		Type: pulumi.String("api"), Subtype: pulumi.String("http"), Status: pulumi.String("live"),
		Name: pulumi.String(a.title(unreachable)), Message: pulumi.String(message),
		Tags:      pulumi.ToStringArray(append(a.tags(a.Entry), "severity:"+strconv.Itoa(priority))),
		Locations: pulumi.ToStringArray(s.Locations),
		RequestDefinition: &sdk.SyntheticsTestRequestDefinitionArgs{
			Method: pulumi.String("GET"), Url: pulumi.String(s.URL), Timeout: pulumi.Int(60),
		},
		Assertions: sdk.SyntheticsTestAssertionArray{
			assertion("statusCode", "is", "200"),
			assertion("responseTime", "lessThan", strconv.Itoa(s.Slow)),
			assertion("body", "contains", s.Shows),
		},
		OptionsList: options,
	}
}

func assertion(of, operator, target string) *sdk.SyntheticsTestAssertionArgs {
	return &sdk.SyntheticsTestAssertionArgs{
		Type: pulumi.String(of), Operator: pulumi.String(operator), Target: pulumi.String(target),
	}
}
