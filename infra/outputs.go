package main

import (
	"encoding/base64"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/edge"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks"
)

// outputs is what the declared parts have to tell.
type outputs struct {
	secrets *keys.Keys
	edge    *edge.Edge
	// monitoring is nil where the stack has none.
	monitoring *monitoringStack
	// running are the services' Deployments.
	running pulumi.StringArray
	// datadog is nil where Datadog is off.
	datadog *datadogParts
}

// clusterOutput is the output that says which cluster the stack lives on, by the UID of its namespace kube-system.
const clusterOutput = "clusterUid"

// export publishes what people and later commands want to know of the stack.
func export(ctx *pulumi.Context, stack stacks.Stack, release release, of outputs) error {
	images := pulumi.StringMap{}
	for service, image := range release.images {
		images[service] = pulumi.String(image)
	}
	history, err := releases.Format(release.history)
	if err != nil {
		return err
	}
	ctx.Export("urls", pulumi.ToStringArray(of.edge.URLs))
	ctx.Export("namespace", pulumi.String(stack.Namespace))
	ctx.Export("images", images)
	ctx.Export("revision", pulumi.String(release.revision))
	ctx.Export("settingsHash", pulumi.String(stack.Hash()))
	if release.cluster != "" {
		ctx.Export(clusterOutput, pulumi.String(release.cluster))
	}
	ctx.Export("database", pulumi.String(stack.Database.Mode()))
	ctx.Export("off", pulumi.ToStringMap(stack.Off()))
	if len(stack.Webhooks) > 0 {
		ctx.Export("webhooks", pulumi.ToStringMap(receiversOfEvents(stack)))
	}
	if of.monitoring != nil {
		ctx.Export("monitoring", pulumi.ToStringMap(of.monitoring.URLs))
		if graphs := of.monitoring.graphs(); graphs != nil {
			ctx.Export("dashboards", pulumi.ToStringMap(graphs))
		}
		if password, ok := of.monitoring.secrets.Values[stacks.SecretName(stacks.GrafanaAdminPassword)]; ok {
			ctx.Export("grafanaAdminPassword", decoded(password))
		}
	}
	if a := of.datadog; a != nil {
		ctx.Export("datadogDashboard", a.dashboard)
		ctx.Export("datadogMonitors", pulumi.Int(a.monitors))
		if a.agent != nil {
			ctx.Export("datadog_helm_status", a.agent.status)
			ctx.Export("datadog_helm_version", a.agent.version)
		}
	}
	ctx.Export("adminApiKey", newest(decoded(of.secrets.Values[stacks.KeyName(contract.EnvAdminAPIKey)])))
	ctx.Export(releases.Output, pulumi.ToSecret(historyWhenReady(ctx, release, of.running, history)))
	return nil
}

// historyWhenReady is the history once all that it records runs. If the pods do not become ready, the update fails and the
// outputs stay those of the release before.
func historyWhenReady(ctx *pulumi.Context, release release, running pulumi.StringArray, history string) pulumi.StringOutput {
	return running.ToStringArrayOutput().ApplyT(func([]string) (string, error) {
		if ctx.DryRun() || release.waitUntilReady == nil {
			return history, nil
		}
		return history, release.waitUntilReady(ctx.Context())
	}).(pulumi.StringOutput)
}

// newest is the first of several keys that are accepted.
func newest(keys pulumi.StringOutput) pulumi.StringOutput {
	return keys.ApplyT(func(text string) string {
		first, _, _ := strings.Cut(text, ",")
		return first
	}).(pulumi.StringOutput)
}

// decoded is a Secret's entry as its reader sees it; it stays a secret.
func decoded(entry pulumi.StringOutput) pulumi.StringOutput {
	return entry.ApplyT(func(text string) (string, error) {
		value, err := base64.StdEncoding.DecodeString(text)
		return string(value), err
	}).(pulumi.StringOutput)
}
