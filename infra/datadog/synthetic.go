//go:build !lean

package datadog

import (
	"fmt"
	"strconv"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

// synthetic asks for the shop's public address from outside: for its page, and for its certificate.
func synthetic(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	if a.Synthetic == nil {
		return nil
	}
	if _, err := sdk.NewSyntheticsTest(ctx, name+"-outside", a.pageTest(), opts); err != nil {
		return fmt.Errorf("synthetic test of the page: %w", err)
	}
	if _, err := sdk.NewSyntheticsTest(ctx, name+"-certificate", a.certificateTest(), opts); err != nil {
		return fmt.Errorf("synthetic test of the certificate: %w", err)
	}
	return nil
}

// pageTest demands the shop's own page, in time.
func (a Args) pageTest() *sdk.SyntheticsTestArgs {
	s := a.Synthetic
	message, priority := a.outside()
	test := a.testArgs(unreachable, "http", message, priority)
	test.OptionsList.(*sdk.SyntheticsTestOptionsListArgs).FollowRedirects = pulumi.Bool(true)
	test.RequestDefinition = &sdk.SyntheticsTestRequestDefinitionArgs{
		Method: pulumi.String("GET"), Url: pulumi.String(s.URL), Timeout: pulumi.Int(60),
	}
	test.Assertions = sdk.SyntheticsTestAssertionArray{
		assertion("statusCode", "is", "200"),
		assertion("responseTime", "lessThan", strconv.Itoa(s.Slow)),
		assertion("body", "contains", s.Shows),
	}
	return test
}

// certificateTest demands a certificate that browsers accept, and will for a while.
func (a Args) certificateTest() *sdk.SyntheticsTestArgs {
	message, priority := a.certificate()
	test := a.testArgs(expiring, "ssl", message, priority)
	options := test.OptionsList.(*sdk.SyntheticsTestOptionsListArgs)
	options.TickEvery, options.AcceptSelfSigned = pulumi.Int(max(a.Synthetic.Every, 900)), pulumi.Bool(false)
	test.RequestDefinition = &sdk.SyntheticsTestRequestDefinitionArgs{
		Host: pulumi.String(a.Synthetic.host()), Port: pulumi.String(a.Synthetic.port()),
	}
	test.Assertions = sdk.SyntheticsTestAssertionArray{
		assertion("certificate", "isInMoreThan", spec.Number(a.certificateDays())),
	}
	return test
}

// testArgs is what both tests have.
func (a Args) testArgs(name, subtype, message string, priority int) *sdk.SyntheticsTestArgs {
	s := a.Synthetic
	options := &sdk.SyntheticsTestOptionsListArgs{
		TickEvery: pulumi.Int(s.Every), MinLocationFailed: pulumi.Int(s.mostFailing()),
		MonitorName: pulumi.String(a.title(name)), MonitorPriority: pulumi.Int(priority),
		// One answer that is lost on the way is no outage.
		Retry: &sdk.SyntheticsTestOptionsListRetryArgs{Count: pulumi.Int(2), Interval: pulumi.Int(1000)},
	}
	if r := a.renotify(priority); r.Minutes != 0 {
		options.MonitorOptions = &sdk.SyntheticsTestOptionsListMonitorOptionsArgs{
			RenotifyInterval: pulumi.Int(r.Minutes), RenotifyOccurrences: pulumi.Int(r.Times),
		}
	}
	return &sdk.SyntheticsTestArgs{
		Type: pulumi.String("api"), Subtype: pulumi.String(subtype), Status: pulumi.String("live"),
		Name: pulumi.String(a.title(name)), Message: pulumi.String(message),
		Tags:        pulumi.ToStringArray(append(a.tags(a.Entry), "severity:"+strconv.Itoa(priority))),
		Locations:   pulumi.ToStringArray(s.Locations),
		OptionsList: options,
	}
}

func assertion(of, operator, target string) *sdk.SyntheticsTestAssertionArgs {
	return &sdk.SyntheticsTestAssertionArgs{
		Type: pulumi.String(of), Operator: pulumi.String(operator), Target: pulumi.String(target),
	}
}
