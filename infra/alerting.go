package main

import (
	"math"
	"net/url"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/stacks"
)

// alertTarget is what the alerts must know of the stack.
func alertTarget(stack stacks.Stack) alerts.Target {
	m := stack.Monitoring
	if m == nil { // somebody else watches
		m = &stacks.Monitoring{}
	}
	target := alerts.Target{
		Environment: stack.Environment,
		Namespace:   stack.Namespace,
		Monitoring:  m.Namespace,
		Runbooks:    m.Runbooks,
		Limits:      stack.Alerts.Limits,
		Objectives:  objectiveTargets(stack.Alerts.Objectives),
		Severities:  stack.Severities(),
		Jobs: []string{
			alerts.JobServices, alerts.JobPrometheus, alerts.JobAlertmanager, alerts.JobAPIServer, alerts.JobKubelet,
			alerts.JobCAdvisor, alerts.JobKubeStateMetrics, alerts.JobNodeExporter,
		},
		Nodes:       m.NodesNamespace(),
		Interval:    time.Duration(m.Prometheus.Interval),
		Probe:       m.Probe != nil,
		RemoteWrite: m.Prometheus.RemoteWrite != nil,
	}
	for _, service := range stack.Services {
		target.Autoscaled = target.Autoscaled || service.Autoscale != nil
	}
	if m.Probe != nil {
		target.Jobs = append(target.Jobs, alerts.JobBlackbox, alerts.JobProbeService)
	}
	if stack.ProbedAddress() != "" {
		target.Jobs = append(target.Jobs, alerts.JobProbePublic)
	}
	if m.Grafana != nil {
		target.Grafana = m.Grafana.URL
		target.Jobs = append(target.Jobs, alerts.JobGrafana)
	}
	if p := stack.Database.Postgres; p != nil {
		target.Jobs = append(target.Jobs, alerts.JobPostgres)
		target.Database = databaseName
		if p.Backup != nil {
			target.Backup = database.BackupName(databaseName)
		}
	}
	target.Host = stack.CertificateHost()
	if i := stack.Edge.Ingress; i != nil && i.Metrics {
		target.Jobs = append(target.Jobs, alerts.JobIngress)
	} else if address, err := url.Parse(stack.ProbedAddress()); err == nil && address.Scheme == "https" {
		// Something in front of the cluster ends TLS, and the probe sees its certificate.
		target.Host = address.Hostname()
	}
	return target
}

func objectiveTargets(o stacks.Objectives) alerts.ObjectiveTargets {
	return alerts.ObjectiveTargets{
		Orders: share(o.Orders), Catalogue: share(o.Catalogue), Shop: share(o.Shop), Fast: milliseconds(o.CatalogueTime),
	}
}

// share is a part of 1. What division adds in the last digits is taken away: people read these numbers in rules.
func share(p stacks.Percent) float64 { return math.Round(float64(p)*1e6) / 1e8 }

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
