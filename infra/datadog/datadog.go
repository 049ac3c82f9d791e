//go:build !lean

package datadog

import (
	"fmt"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
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
	monitors   map[string]*sdk.Monitor
	objectives map[string]*sdk.ServiceLevelObjective
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
	provider, err := sdk.NewProvider(ctx, name, providerArgs(args), pulumi.Parent(d))
	if err != nil {
		return nil, fmt.Errorf("datadog %s: provider: %w", name, err)
	}
	child := pulumi.Composite(pulumi.Parent(d), pulumi.Provider(provider))
	all, err := plan.declare(ctx, child)
	if err != nil {
		return nil, fmt.Errorf("datadog %s: %w", name, err)
	}
	dashboard, err := sdk.NewDashboardJson(ctx, name, args.dashboard(all), child)
	if err != nil {
		return nil, fmt.Errorf("datadog %s: dashboard: %w", name, err)
	}
	for _, extra := range extras() {
		if err := extra(ctx, name, args, child); err != nil {
			return nil, fmt.Errorf("datadog %s: %w", name, err)
		}
	}
	d.Dashboard = pulumi.Sprintf("%s%s", args.App, dashboard.Url)
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"dashboard": d.Dashboard})
}

// providerArgs always gives the API's address: without it a DD_HOST in somebody's shell would redirect the stack.
func providerArgs(a Args) *sdk.ProviderArgs {
	return &sdk.ProviderArgs{
		ApiKey: pulumi.String(a.APIKey), AppKey: pulumi.String(a.AppKey), ApiUrl: pulumi.String(a.API),
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// declare makes monitors that stand alone, then objectives, then monitors that are made of those. The ids that they take
// from each other are outputs, so Pulumi deletes them the other way round: Datadog refuses to delete what is in use.
func (p Plan) declare(ctx *pulumi.Context, opts pulumi.ResourceOption) (declared, error) {
	all := declared{monitors: map[string]*sdk.Monitor{}, objectives: map[string]*sdk.ServiceLevelObjective{}}
	for _, last := range []bool{false, true} {
		for _, m := range p.monitors {
			if (m.query != nil) != last {
				continue
			}
			monitor, err := sdk.NewMonitor(ctx, m.name, monitorArgs(m, all), opts)
			if err != nil {
				return all, fmt.Errorf("monitor %s: %w", m.name, err)
			}
			all.monitors[m.name] = monitor
		}
		for _, o := range p.objectives {
			if last {
				break
			}
			objective, err := sdk.NewServiceLevelObjective(ctx, o.name, objectiveArgs(o, all), opts)
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
