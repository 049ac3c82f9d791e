package main

import (
	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/stacks"
)

// databaseName is what everything of the database is called.
const databaseName = "database"

func databaseArgs(stack stacks.Stack, deps dependencies) database.Args {
	args := database.Args{
		Namespace:   deps.foundation.Namespace,
		Environment: stack.Environment,
		UID:         contract.UID,
		Secrets:     deps.secrets.Refs,
		Protected:   stack.Protected,
	}
	for _, service := range contract.DumpOrder() {
		args.Apps = append(args.Apps, kube.App{Name: service.Name, Tier: "data", Environment: stack.Environment})
	}
	if e := stack.Database.Embedded; e != nil {
		args.Embedded = &database.Embedded{Volume: database.Storage{Size: e.Size.String(), Class: e.StorageClass}}
	}
	if p := stack.Database.Postgres; p != nil {
		args.Postgres = postgresArgs(*p, stack.Services)
		args.Postgres.StartLimit = stack.RecoveryDeadline.Seconds()
		args.Postgres.Metrics = metricsArgs(stack)
		addPostgresLogs(args.Postgres, stack)
	}
	if e := stack.Database.External; e != nil {
		args.External = &database.External{Networks: cidrStrings(e.Networks), Port: e.Port, CA: e.CABundle}
		if e.Pooler != nil {
			args.External.PoolerPort = e.Pooler.Port
		}
	}
	return args
}

func postgresArgs(p stacks.Postgres, services map[string]stacks.Service) *database.Postgres {
	args := &database.Postgres{
		Image:          p.Image,
		Version:        stacks.Image(p.Image).Version(),
		Volume:         database.Storage{Size: p.Size.String(), Class: p.StorageClass},
		CPU:            cpuRange(p.CPU),
		Memory:         memoryRange(p.Memory),
		MemoryMiB:      int(p.Memory.Limit / stacks.MiB),
		MaxConnections: p.Connections(services),
		Restore:        p.Restore,
	}
	if b := p.Backup; b != nil {
		args.Backup = &database.Backup{
			Schedule: b.Schedule,
			KeepDays: b.KeepDays,
			Volume:   database.Storage{Size: b.Size.String(), Class: p.StorageClass},
		}
		if to := b.Bucket; to != nil {
			args.Backup.Bucket = &database.Bucket{
				Endpoint: to.Endpoint, Region: to.Region, Name: to.Name, Image: to.Image, Networks: cidrStrings(to.Networks),
			}
		}
	}
	return args
}

// metricsArgs says who watches the server; nil where nobody does.
func metricsArgs(stack stacks.Stack) *database.Metrics {
	if stack.Monitoring == nil {
		return nil
	}
	e := stack.Monitoring.PostgresExporter
	args := &database.Metrics{
		Image: e.Image, Version: stacks.Image(e.Image).Version(), CPU: cpuRange(e.CPU), Memory: memoryRange(e.Memory),
		Scrapers: scrapers(stack),
	}
	addPostgresMetrics(args, stack)
	return args
}

// databaseSecrets are the secrets that the database wants, by name; an empty one is to be generated.
func databaseSecrets(stack stacks.Stack) map[string]string {
	secrets := map[string]string{}
	d := stack.Database
	for _, service := range storing() {
		if d.Postgres != nil {
			setting := stacks.DatabasePasswordSetting(service.Name)
			secrets[database.PasswordName(service.Name)] = stack.Secrets[setting].Reveal()
		}
		if d.External != nil {
			setting := stacks.DatabaseURLSetting(service.Name)
			secrets[database.URLName(service.Name)] = stack.Secrets[setting].Reveal()
			if d.External.Pooler != nil {
				direct := stacks.DatabaseDirectURLSetting(service.Name)
				secrets[database.DirectURLName(service.Name)] = stack.Secrets[direct].Reveal()
			}
		}
	}
	if d.Postgres == nil {
		return secrets
	}
	secrets[database.BackupPassword] = ""
	if stack.Monitoring != nil {
		secrets[database.MetricsPassword] = ""
	}
	if b := d.Postgres.Backup; b != nil && b.Bucket != nil {
		secrets[database.BucketAccessKey] = stack.Secrets[stacks.BackupAccessKey].Reveal()
		secrets[database.BucketSecretKey] = stack.Secrets[stacks.BackupSecretKey].Reveal()
	}
	return secrets
}

// storing lists the services that keep data.
func storing() []contract.Service {
	var list []contract.Service
	for _, service := range contract.Services() {
		if service.Stores {
			list = append(list, service)
		}
	}
	return list
}
