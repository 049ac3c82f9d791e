package main

import (
	"io"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog"
	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/infra/datadog/discovery"
	"github.com/techcommerce/platform/infra/datadog/spec"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// account is what Datadog does for the stack.
type account struct {
	*datadog.Datadog
	// agent is nil where another stack has installed it.
	agent *agent.Agent
}

// watchFromDatadog declares the agent and what Datadog watches; nil where Datadog is off.
func watchFromDatadog(ctx *pulumi.Context, stack stacks.Stack, random io.Reader, on pulumi.ResourceOption) (*account, error) {
	if !stack.DatadogOn() {
		return nil, nil
	}
	a := &account{}
	var err error
	if stack.Datadog.Agent != nil {
		if a.agent, err = agent.New(ctx, "datadog-agent", agentArgs(stack, random), on); err != nil {
			return nil, err
		}
	}
	args, err := datadogArgs(stack)
	if err != nil {
		return nil, err
	}
	a.Datadog, err = datadog.New(ctx, "datadog", args)
	return a, err
}

func agentArgs(stack stacks.Stack, random io.Reader) agent.Args {
	d, a := stack.Datadog, stack.Datadog.Agent
	args := agent.Args{
		Namespace: d.Namespace, Labels: own(stack, "agent"), APIKey: stack.Secrets[stacks.DatadogAPIKey].Reveal(),
		Random: random,
		Settings: agent.Settings{
			Site: string(d.Site), Cluster: d.Cluster, Registry: a.Registry,
			UnverifiedKubelets: stack.Cluster.Kind.Unverified(), EveryNode: a.EveryNode, ClusterAgents: a.ClusterAgents,
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
	return args
}

func datadogArgs(stack stacks.Stack) (datadog.Args, error) {
	d, promised := stack.Datadog, stack.Alerts.Objectives
	target := alertTarget(stack)
	args := datadog.Args{
		Stack:  stack.Name,
		Scope:  spec.Scope{Environment: stack.Environment, Namespace: stack.Namespace, Cluster: d.Cluster},
		APIKey: stack.Secrets[stacks.DatadogAPIKey].Reveal(), AppKey: stack.Secrets[stacks.DatadogAppKey].Reveal(),
		API: d.APIAddress(), App: d.Site.App(),
		Alerts: alerts.All(target), Runbooks: target.Runbooks,
		Orders: contract.OrderAPI.Name, Catalogue: contract.ProductAPI.Name, Entry: contract.Frontend.Name,
		Team: d.Team, Page: handles(d.Notify.Page), Readers: handles(d.Notify.Team), Repeat: d.Notify.Repeat,
		Limits: datadog.Limits{
			ErrorLogs: d.Limits.ErrorLogs, ServerErrors: d.Limits.ServerErrors, LogLines: d.Limits.LogLines,
			CallErrors: stack.Alerts.Limits[alerts.MaxErrors().Key],
		},
		Objectives: datadog.Objectives{
			Orders: float64(promised.Orders), Catalogue: float64(promised.Catalogue), Shop: float64(promised.Shop),
			CatalogueSeconds: target.Promises.Fast.Seconds(), Burn: d.Burn,
		},
		WatchesAgent: d.Agent != nil, MeasuresDatabase: stack.Database.Postgres != nil && metricsArgs(stack) != nil,
	}
	if q := d.QuietHours; q != nil {
		args.Quiet = &datadog.Quiet{From: q.From, Hours: q.Hours, Timezone: q.Timezone}
	}
	for _, service := range contract.Services() {
		args.Services = append(args.Services, datadog.Service{Name: service.Name, Calls: len(service.Calls) > 0})
	}
	return args, nil
}

func handles(list []stacks.Handle) []string {
	var texts []string
	for _, handle := range list {
		texts = append(texts, string(handle))
	}
	return texts
}

// report lets the agent of a pod's node take its traces, read its metrics, and know its log lines.
func report(args *workload.Args, service contract.Service, stack stacks.Stack) {
	if !stack.DatadogOn() {
		return
	}
	agents := agent.Pods(stack.Datadog.Namespace)
	args.Env[contract.EnvOTLPEndpoint] = agent.Endpoint(stack.Datadog.Namespace)
	args.Annotations = discovery.Annotations(service)
	args.Callees = append(args.Callees, workload.Callee{Peer: agents, Port: agent.OTLPPort})
	args.Scrapers = append(args.Scrapers, agents)
}
