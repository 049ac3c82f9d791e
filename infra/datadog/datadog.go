// Package datadog declares what Datadog watches of a stack: monitors, service level objectives, a dashboard, quiet hours.
// Monitors of what Prometheus watches, too, are made from package alerts; the others are of logs, of calls between
// services and of budgets, which only Datadog has. It knows neither stacks nor the cluster.
package datadog

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/datadog/resource"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

const token = "techcommerce:datadog:Datadog"

// Datadog is what is watched.
type Datadog struct {
	pulumi.ResourceState

	// Dashboard is the dashboard's address.
	Dashboard pulumi.StringOutput `pulumi:"dashboard"`
	// Monitors is how many there are.
	Monitors int
}

// declared keeps what exists, by logical name, for those that refer to it.
type declared struct {
	monitors   map[string]*resource.Monitor
	objectives map[string]*resource.Objective
}

// New declares everything that Datadog watches. Nothing is declared unless every rule of package spec holds.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Datadog, error) {
	plan, err := args.Plan()
	if err := firstOf(args.validate(), err); err != nil {
		return nil, fmt.Errorf("datadog %s: %w", name, err)
	}
	d := &Datadog{Monitors: len(plan.monitors)}
	inputs := pulumi.Map{"cluster": pulumi.String(args.Scope.Cluster)}
	if err := ctx.RegisterComponentResourceV2(token, name, inputs, d, opts...); err != nil {
		return nil, err
	}
	provider, err := resource.NewProvider(ctx, name, resource.ProviderArgs{
		APIKey: secret(args.APIKey), AppKey: secret(args.AppKey), APIURL: args.API,
	}, pulumi.Parent(d))
	if err != nil {
		return nil, fmt.Errorf("datadog %s: provider: %w", name, err)
	}
	child := pulumi.Composite(pulumi.Parent(d), pulumi.Provider(provider))
	all, err := plan.declare(ctx, child)
	if err != nil {
		return nil, fmt.Errorf("datadog %s: %w", name, err)
	}
	dashboard, err := resource.NewDashboard(ctx, name, resource.DashboardArgs{Dashboard: args.dashboard(all)}, child)
	if err != nil {
		return nil, fmt.Errorf("datadog %s: dashboard: %w", name, err)
	}
	if args.Quiet != nil {
		if _, err := resource.NewDowntime(ctx, name+"-quiet", args.quiet(), child); err != nil {
			return nil, fmt.Errorf("datadog %s: quiet hours: %w", name, err)
		}
	}
	d.Dashboard = pulumi.Sprintf("%s%s", args.App, dashboard.URL)
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"dashboard": d.Dashboard})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func secret(text string) pulumi.StringInput {
	return pulumi.ToSecret(pulumi.String(text)).(pulumi.StringOutput)
}

// declare makes monitors that stand alone, then objectives, then monitors that are made of those. The ids that they take
// from each other are outputs, so Pulumi deletes them the other way round: Datadog refuses to delete what is in use.
func (p Plan) declare(ctx *pulumi.Context, opts pulumi.ResourceOption) (declared, error) {
	all := declared{monitors: map[string]*resource.Monitor{}, objectives: map[string]*resource.Objective{}}
	for _, last := range []bool{false, true} {
		for _, m := range p.monitors {
			if (m.query != nil) != last {
				continue
			}
			monitor, err := resource.NewMonitor(ctx, m.name, monitorArgs(m, all), opts)
			if err != nil {
				return all, fmt.Errorf("monitor %s: %w", m.name, err)
			}
			all.monitors[m.name] = monitor
		}
		for _, o := range p.promises {
			if last {
				break
			}
			objective, err := resource.NewObjective(ctx, o.name, objectiveArgs(o, all), opts)
			if err != nil {
				return all, fmt.Errorf("objective %s: %w", o.name, err)
			}
			all.objectives[o.name] = objective
		}
	}
	return all, nil
}

// ids are those of the monitors, or of the objective, that a query names.
func (m planned) ids(all declared) pulumi.StringArray {
	var list pulumi.StringArray
	for _, name := range m.of {
		list = append(list, all.monitors[name].ID().ToStringOutput())
	}
	if m.objective != "" {
		list = append(list, all.objectives[m.objective].ID().ToStringOutput())
	}
	return list
}

func monitorArgs(m planned, all declared) resource.MonitorArgs {
	s := m.monitor
	args := resource.MonitorArgs{
		Name: s.Name, Type: s.Type, Query: pulumi.String(s.Query), Message: s.Message,
		Priority: strconv.Itoa(s.Priority), Tags: s.Tags, Thresholds: thresholds(s.Thresholds),
		EscalationMessage: s.Escalation, NotifyBies: s.NotifyBy, OnMissingData: s.NoData.On,
		NoDataTimeframe: s.NoData.Minutes, RenotifyInterval: s.Renotify.Minutes, RenotifyOccurrences: s.Renotify.Times,
		NewGroupDelay: s.NewGroupDelay, TimeoutH: s.TimeoutHours, IncludeTags: new(true),
		RequireFullWindow: new(s.FullWindow),
	}
	if s.NoData.Notify {
		args.NotifyNoData = new(true)
	}
	if s.Renotify.Minutes != 0 {
		args.RenotifyStatuses = []string{"alert"}
	}
	if s.Type == spec.Log {
		args.EnableLogsSample = new(true)
	}
	if m.query != nil {
		args.Query = m.ids(all).ToStringArrayOutput().ApplyT(m.query).(pulumi.StringOutput)
	}
	return args
}

func thresholds(t spec.Thresholds) *resource.Thresholds {
	if t == (spec.Thresholds{}) {
		return nil
	}
	return &resource.Thresholds{
		Critical: number(t.Critical), Warning: number(t.Warning), OK: number(t.OK),
		CriticalRecovery: number(t.CriticalRecovery), WarningRecovery: number(t.WarningRecovery),
	}
}

func number(value *float64) string {
	if value == nil {
		return ""
	}
	return spec.Number(*value)
}
