// Package monitoring watches a stack: Prometheus scrapes and judges, Alertmanager tells people, Grafana shows, and
// exporters tell Prometheus what others know.
//
// It knows where to look (scrape.go) but neither the rules nor the dashboards nor who is told: those come in as text.
package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const token = "techcommerce:monitoring:Monitoring"

// Monitoring is what watches a stack.
type Monitoring struct {
	pulumi.ResourceState

	// URLs is where people find the parts that are open, by part.
	URLs map[string]string
}

// New declares what watches the stack, each part with its identity, rights, volume and network edges.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Monitoring, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("monitoring %s: %w", name, err)
	}
	m := &Monitoring{URLs: map[string]string{}}
	if err := ctx.RegisterComponentResourceV2(token, name, pulumi.Map{}, m, opts...); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name    string
		declare func(*pulumi.Context, Args) error
	}{
		{prometheus, m.prometheus},
		{alertmanager, m.alertmanager},
		{kubeStateMetrics, m.kubeStateMetrics},
		{nodeExporter, m.nodeExporter},
		{blackbox, m.prober},
		{grafana, m.grafana},
	} {
		if err := part.declare(ctx, args); err != nil {
			return nil, fmt.Errorf("monitoring %s: %s: %w", name, part.name, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(m, pulumi.Map{"urls": pulumi.ToStringMap(m.URLs)}); err != nil {
		return nil, err
	}
	return m, nil
}
