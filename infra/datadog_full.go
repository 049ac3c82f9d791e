//go:build !lean

package main

import (
	"context"
	"io"
	"maps"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/datadog"
	"github.com/techcommerce/platform/infra/datadog/account"
	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/infra/datadog/discovery"
	"github.com/techcommerce/platform/infra/datadog/spec"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// checkDatadogKeys asks Datadog for both keys before anything is declared: the provider would report a wrong one as the
// failure of whichever resource came first, and name neither the key nor the site.
func checkDatadogKeys(ctx context.Context, stack stacks.Stack) error {
	if !stack.DatadogOn() {
		return nil
	}
	return account.Of(stack).Check(ctx)
}

// declareDatadog declares the agent, the dashboard and the monitors. It returns nil where Datadog is off.
func declareDatadog(ctx *pulumi.Context, stack stacks.Stack, release release, random io.Reader, on pulumi.ResourceOption) (
	*datadogParts, error,
) {
	if !stack.DatadogOn() {
		return nil, nil
	}
	a := &datadogParts{}
	if stack.Datadog.Agent != nil {
		installed, err := agent.New(ctx, "datadog-agent", agentArgs(stack, release, random), on)
		if err != nil {
			return nil, err
		}
		a.agent = &installedAgent{status: installed.Status, version: installed.Version}
	}
	watched, err := datadog.New(ctx, "datadog", datadogArgs(stack))
	if err != nil {
		return nil, err
	}
	a.dashboard, a.monitors = watched.Dashboard, watched.Monitors
	return a, nil
}

func agentArgs(stack stacks.Stack, release release, random io.Reader) agent.Args {
	d, a := stack.Datadog, stack.Datadog.Agent
	args := agent.Args{
		Namespace: d.Namespace, Labels: sharedLabels(stack, "agent"), APIKey: stack.Secrets[stacks.DatadogAPIKey].Reveal(),
		Random: random, PullConfig: stack.Secrets[stacks.RegistryCredentials].Reveal(),
		Settings: agent.Settings{
			Site: string(d.Site), Cluster: d.Cluster, Registry: a.Registry, PullSecret: pullSecret(stack),
			UnverifiedKubelets: unsignedKubelets(stack, release), EveryNode: a.EveryNode, ClusterAgents: a.ClusterAgents,
			CPU: cpuRange(a.CPU), Memory: memoryRange(a.Memory), Explore: a.Explore, TracePercent: d.TracePercent,
			Probes: []string{contract.HealthPath, contract.ReadyPath},
		},
	}
	if !a.Shared {
		args.Environment = stack.Environment
	}
	if a.Archive != "" { // the provider works in the program's folder
		args.Archive = filepath.Join("..", a.Archive)
	}
	for _, namespace := range a.ExcludeLogs {
		args.ExcludeLogs = append(args.ExcludeLogs, string(namespace))
	}
	if m := stack.Monitoring; m != nil { // Prometheus and its exporters log much that nobody would look for in Datadog
		args.ExcludeLogs = append(args.ExcludeLogs, m.Namespace, m.NodesNamespace())
	}
	return args
}

func datadogArgs(stack stacks.Stack) datadog.Args {
	d, promised := stack.Datadog, stack.Alerts.Objectives
	target := alertTarget(stack)
	args := datadog.Args{
		Stack:  stack.Name,
		Scope:  spec.Scope{Environment: stack.Environment, Namespace: stack.Namespace, Cluster: d.Cluster},
		APIKey: stack.Secrets[stacks.DatadogAPIKey].Reveal(), AppKey: stack.Secrets[stacks.DatadogAppKey].Reveal(),
		API: d.APIAddress(), App: d.Site.App(),
		Alerts: alerts.All(target), Runbooks: target.Runbooks,
		Orders: contract.OrderAPI.Name, Catalogue: contract.ProductAPI.Name, Entry: contract.Frontend.Name,
		Team: d.Team, Pager: toStrings(d.Notify.Page), Subscribers: toStrings(d.Notify.Team), Repeat: d.Notify.Repeat,
		Limits: datadog.Limits{
			ErrorLogs: d.Limits.ErrorLogs, ServerErrors: d.Limits.ServerErrors, LogLines: d.Limits.LogLines,
			CallErrors: stack.Alerts.Limits[alerts.MaxErrors().Key],
		},
		Objectives: datadog.Objectives{
			Orders: float64(promised.Orders), Catalogue: float64(promised.Catalogue), Shop: float64(promised.Shop),
			CatalogueSeconds: target.Objectives.Fast.Seconds(), Burn: d.Burn,
		},
		WatchesAgent: d.Agent != nil, MeasuresDatabase: stack.Database.Postgres != nil && metricsArgs(stack) != nil,
	}
	addStorageNamespaces(&args, stack)
	addOptionalResources(&args, stack)
	for _, service := range contract.Services() {
		args.Services = append(args.Services, datadog.Service{Name: service.Name, Calls: len(service.Calls) > 0})
	}
	return args
}

// addStorageNamespaces lists the namespaces that have StatefulSets and volumes.
func addStorageNamespaces(args *datadog.Args, stack stacks.Stack) {
	if stack.Database.Postgres != nil {
		args.StatefulSets = append(args.StatefulSets, stack.Namespace)
	}
	if stack.Database.Postgres != nil || stack.Database.Embedded != nil {
		args.Volumes = append(args.Volumes, stack.Namespace)
	}
	if m := stack.Monitoring; m != nil {
		args.StatefulSets = append(args.StatefulSets, m.Namespace)
		args.Volumes = append(args.Volumes, m.Namespace)
	}
}

// addOptionalResources adds what a stack may ask for beside monitors: downtimes, synthetic tests, an index of logs, rules.
func addOptionalResources(args *datadog.Args, stack stacks.Stack) {
	d := stack.Datadog
	args.Definitions = d.Catalogue
	if q := d.QuietHours; q != nil {
		args.Quiet = &datadog.Quiet{From: q.From, Hours: q.Hours, Timezone: q.Timezone}
	}
	if y := d.Synthetic; y != nil {
		args.Synthetic = &datadog.Synthetic{
			URL: stack.SyntheticAddress(), Every: y.Every, Slow: y.Slow, Locations: toStrings(y.Locations), Shows: contract.Brand,
		}
	}
	if l := d.Logs; l != nil {
		args.CountLines = l.Metrics
		if i := l.Index; i != nil {
			args.Index = &datadog.Index{Days: i.Days, DailyLimit: i.DailyLimit}
			for _, e := range i.Exclude {
				args.Index.Exclude = append(args.Index.Exclude, datadog.Exclusion{Name: e.Name, Query: e.Query, Share: e.Share()})
			}
		}
	}
	if r := d.Notify.Rule; r != nil {
		args.TeamRule = &datadog.TeamRule{
			Team: r.Team, Email: r.Email, SlackWorkspace: r.SlackWorkspace, SlackChannel: r.SlackChannel, PagerDuty: r.PagerDuty,
		}
	}
	for _, t := range d.Thresholds {
		own := datadog.Threshold{Critical: float64(*t.Critical)}
		if t.Warning != nil {
			own.Warning = new(float64(*t.Warning))
		}
		if args.Thresholds == nil {
			args.Thresholds = map[string]datadog.Threshold{}
		}
		args.Thresholds[t.Monitor] = own
	}
}

// toStrings are words of a stack's settings as plain text.
func toStrings[T ~string](list []T) []string {
	var texts []string
	for _, word := range list {
		texts = append(texts, string(word))
	}
	return texts
}

// addDatadog lets Datadog's agent on the pod's node take its traces, read its metrics and label its log lines.
func addDatadog(args *workload.Args, service contract.Service, stack stacks.Stack) {
	if !stack.DatadogOn() {
		return
	}
	agents := agent.Pods(stack.Datadog.Namespace)
	args.Env[contract.EnvOTLPEndpoint] = agent.Endpoint(stack.Datadog.Namespace)
	args.Annotations = discovery.Annotations(service)
	args.Callees = append(args.Callees, workload.Callee{Peer: agents, Port: agent.OTLPPort})
	args.Scrapers = append(args.Scrapers, agents)
}

// addPostgresLogs lets the agent know whose lines PostgreSQL writes.
func addPostgresLogs(args *database.Postgres, stack stacks.Stack) {
	if stack.DatadogOn() {
		args.Annotations = discovery.ServerLog(database.Container, databaseName)
	}
}

// addPostgresMetrics lets the agent collect what PostgreSQL's exporter measures.
func addPostgresMetrics(args *database.Metrics, stack stacks.Stack) {
	if !stack.DatadogOn() {
		return
	}
	args.Scrapers = append(args.Scrapers, agent.Pods(stack.Datadog.Namespace))
	args.Annotations = discovery.Metrics(database.Exporter, database.MetricsPort, discovery.CollectedOfPostgres())
	maps.Copy(args.Annotations, discovery.ExporterLog(database.Exporter))
}
