// Command program declares what Datadog watches, and nothing else: no cluster is needed to run it. It is the tests' way to
// take the component through the real Pulumi CLI.
package main

import (
	"os"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

func main() { pulumi.Run(run) }

func run(ctx *pulumi.Context) error {
	target := alerts.Reference()
	target.Environment, target.Namespace = "production", "shop"
	setting := func(name string) string {
		value, _ := ctx.GetConfig(ctx.Project() + ":" + name) // what is not set is refused below
		return value
	}
	errorLogs, err := strconv.Atoi(setting("errorLogs"))
	if err != nil {
		return err
	}
	d, err := datadog.New(ctx, "datadog", datadog.Args{
		Stack: ctx.Stack(), Scope: spec.Scope{Environment: "production", Namespace: "shop", Cluster: "c1"},
		APIKey: setting("apiKey"), AppKey: setting("appKey"),
		API: os.Getenv("DATADOG_STAND_IN"), App: "https://app.datadoghq.com",
		Alerts: alerts.All(target), Runbooks: "https://example.com/runbooks", Team: "shop",
		Services: []datadog.Service{{Name: "product-api"}, {Name: "order-api", Calls: true}, {Name: "frontend", Calls: true}},
		Orders:   "order-api", Catalogue: "product-api", Entry: "frontend",
		Page: []string{"@pagerduty-shop"}, Readers: []string{"@slack-shop"}, Repeat: true,
		Limits:     datadog.Limits{ErrorLogs: errorLogs, ServerErrors: 20, LogLines: 1000, CallErrors: 5},
		Objectives: datadog.Objectives{Orders: 99.9, Catalogue: 99, Shop: 99.9, CatalogueSeconds: 0.5, Burn: true},
		Quiet:      &datadog.Quiet{From: "20:00", Hours: 12, Timezone: "Europe/Berlin"}, WatchesAgent: true,
	})
	if err != nil {
		return err
	}
	ctx.Export("monitors", pulumi.Int(d.Monitors))
	ctx.Export("dashboard", d.Dashboard)
	return nil
}
