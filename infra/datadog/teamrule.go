//go:build !lean

package datadog

import (
	"fmt"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// teamRule notifies a team of what carries its tag, whatever the monitors' messages say.
func teamRule(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	r := a.TeamRule
	if r == nil {
		return nil
	}
	args := &sdk.TeamNotificationRuleArgs{TeamId: pulumi.String(r.Team)}
	if r.Email {
		args.Email = &sdk.TeamNotificationRuleEmailArgs{Enabled: pulumi.Bool(true)}
	}
	if r.SlackChannel != "" {
		args.Slack = &sdk.TeamNotificationRuleSlackArgs{
			Workspace: pulumi.String(r.SlackWorkspace), Channel: pulumi.String(r.SlackChannel),
		}
	}
	if r.PagerDuty != "" {
		args.Pagerduty = &sdk.TeamNotificationRulePagerdutyArgs{ServiceName: pulumi.String(r.PagerDuty)}
	}
	if _, err := sdk.NewTeamNotificationRule(ctx, name+"-team", args, opts); err != nil {
		return fmt.Errorf("team notification rule: %w", err)
	}
	return nil
}
