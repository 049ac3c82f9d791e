package stacks

import (
	"maps"
	"slices"
	"strings"
)

// validate checks the rules that span several settings; rules of one setting are tags and types.
func (s Stack) validate() []Problem {
	var found problems
	for _, name := range slices.Sorted(maps.Keys(s.Services)) {
		found = append(found, s.Services[name].validate("services."+name)...)
	}
	found = append(found, s.Images.validate("images")...)
	found = append(found, s.validateRegistry()...)
	found = append(found, s.Drain.validate("drain")...)
	found = append(found, s.Orders.validate("orders")...)
	if least := 24 * hour; s.AuditRetention != 0 && s.AuditRetention < least {
		found.add("auditRetention", "%s, want at least %s, or 0s for good", s.AuditRetention, least)
	}
	if least := 10 * Second; s.RolloutDeadline < least {
		found.add("rolloutDeadline", "%s, want at least %s", s.RolloutDeadline, least)
	}
	if least, most := 60*Second, 24*60*60*Second; s.RecoveryDeadline < least || s.RecoveryDeadline > most {
		found.add("recoveryDeadline", "%s, want %s to %s", s.RecoveryDeadline, least, most)
	}
	found = append(found, s.Canary.validate("canary")...)
	found = append(found, s.validateDatabase()...)
	found = append(found, s.validateBucket()...)
	found = append(found, s.Edge.validate("edge", s.Secrets)...)
	found = append(found, s.validateProxies()...)
	found = append(found, s.Alerts.validate("alerts")...)
	found = append(found, s.validateMonitoring()...)
	found = append(found, s.validateDatadog()...)
	found = append(found, s.validateNews()...)
	found = append(found, s.validateWebhooks()...)
	found = append(found, s.validateTraces()...)
	found = append(found, s.validateProduction()...)
	return found
}

func (s Stack) validateBucket() []Problem {
	p := s.Database.Postgres
	if p == nil || p.Backup == nil || p.Backup.Bucket == nil {
		return nil
	}
	return p.Backup.Bucket.validate("database.postgres.backup.bucket", s.Secrets)
}

func (i Images) validate(path string) []Problem {
	var found problems
	for _, service := range slices.Sorted(maps.Keys(i.Refs)) {
		if err := checkRef(i.Refs[service]); err != nil {
			found.add(path+".refs."+service, "%q, %v", i.Refs[service], err)
		}
	}
	if strings.HasPrefix(i.File, "/") || strings.Contains(i.File, "..") {
		found.add(path+".file", "%q, want a path inside the repository", i.File)
	}
	return found
}

func (d Drain) validate(path string) []Problem {
	var found problems
	if d.Timeout == 0 {
		found.add(path+".timeout", "0s, want more than 0s")
	}
	if limit := 300 * Second; d.GracePeriod() > limit {
		found.add(path, "delay, timeout and margin are %s together, want at most %s", d.GracePeriod(), limit)
	}
	return found
}
