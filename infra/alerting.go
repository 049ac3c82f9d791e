package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/stacks"
)

// alertTarget is what the alerts must know of the stack. The error names settings that mean no alert.
func alertTarget(stack stacks.Stack) (alerts.Target, error) {
	m := stack.Monitoring
	if m == nil { // somebody else watches
		m = &stacks.Monitoring{}
	}
	target := alerts.Target{
		Environment: stack.Environment,
		Namespace:   stack.Namespace,
		Monitoring:  m.Namespace,
		Runbooks:    m.Runbooks,
		Limits:      alerts.DefaultLimits(),
		Severities:  map[string]alerts.Severity{},
		Jobs: []string{
			alerts.JobServices, alerts.JobPrometheus, alerts.JobAlertmanager, alerts.JobAPIServer, alerts.JobKubelet,
			alerts.JobCAdvisor, alerts.JobKubeStateMetrics, alerts.JobNodeExporter,
		},
		RemoteWrite: m.Prometheus.RemoteWrite != nil,
	}
	for _, service := range stack.Services {
		target.Autoscaled = target.Autoscaled || service.Autoscale != nil
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
	if i := stack.Edge.Ingress; i != nil && i.TLS != nil {
		target.Host = i.Host
		// Nobody else knows when the certificate ends.
		target.Jobs = append(target.Jobs, alerts.JobIngress)
	}
	return target, severities(target.Severities, m.Severities)
}

// severities puts the stack's lists into one map.
func severities(into map[string]alerts.Severity, from stacks.Severities) error {
	known := alerts.Names()
	var problems []error
	for severity, names := range map[alerts.Severity][]stacks.AlertName{
		alerts.Critical: from.Critical, alerts.Warning: from.Warning, alerts.Info: from.Info, alerts.Off: from.Without,
	} {
		for _, name := range names {
			if !slices.Contains(known, string(name)) {
				problems = append(problems, fmt.Errorf("monitoring.severities: there is no alert %s", name))
			}
			into[string(name)] = severity
		}
	}
	return errors.Join(problems...)
}
