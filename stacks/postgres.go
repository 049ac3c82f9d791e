package stacks

import (
	"strconv"

	"github.com/techcommerce/platform/apps/contract"
)

// Postgres runs PostgreSQL in the cluster, as one server with a database and a role per service.
type Postgres struct {
	// Image has the server, psql, pg_dump and a shell. Any build of PostgreSQL 15 or later will do; it runs as our own
	// user.
	Image string `json:"image,omitempty" pattern:"image"`
	// Size is how much its volume holds.
	Size Bytes `json:"size"`
	// StorageClass provides the volumes. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty" pattern:"host"`
	// CPU is what the server asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what the server asks for, and the most that it gets. Its caches are sized from the limit.
	Memory MemoryRange `json:"memory"`
	// Backup dumps every database from time to time. Absent: no backups.
	Backup *Backup `json:"backup,omitempty"`
	// Restore loads a backup, once for every new value: the time in its name, for example 2026-01-31T03-15-00Z.
	Restore string `json:"restore,omitempty" pattern:"backup"`
}

func (p *Postgres) setDefaults() {
	*p = Postgres{
		Image:  "docker.io/library/postgres:17.6",
		Size:   10 * GiB,
		CPU:    CPURange{Request: 250},
		Memory: MemoryRange{Request: GiB, Limit: GiB},
	}
}

// Backup dumps every database from time to time, to a volume of its own and from there to a bucket.
type Backup struct {
	// Schedule is when, in cron's notation and UTC.
	Schedule string `json:"schedule,omitempty" pattern:"cron"`
	// KeepDays is how long a backup stays on the volume.
	KeepDays int `json:"keepDays,omitempty" min:"1" max:"3650"`
	// Size is how much the volume holds.
	Size Bytes `json:"size"`
	// Bucket also sends each backup to an S3-compatible store, with the secrets backupAccessKey and backupSecretKey.
	// Absent: the volume only.
	Bucket *Bucket `json:"bucket,omitempty"`
}

func (b *Backup) setDefaults() { *b = Backup{Schedule: "15 3 * * *", KeepDays: 14, Size: 10 * GiB} }

// Bucket is a place in an S3-compatible store. How long it keeps a backup is the store's own rule.
type Bucket struct {
	// Endpoint is the store's address.
	Endpoint string `json:"endpoint" pattern:"https"`
	// Region is part of every signature.
	Region string `json:"region,omitempty" min:"1"`
	// Name is the bucket's name.
	Name string `json:"name" pattern:"host"`
	// Networks lists the store's address ranges: backups may be sent there and nowhere else.
	Networks []CIDR `json:"networks"`
	// Image has curl, sha256sum and a shell.
	Image string `json:"image,omitempty" pattern:"image"`
}

func (b *Bucket) setDefaults() { b.Region, b.Image = "us-east-1", "docker.io/curlimages/curl:8.16.0" }

// The secrets of a bucket.
const (
	BackupAccessKey = "backupAccessKey"
	BackupSecretKey = "backupSecretKey"
)

// serverReserve is how many connections the server keeps for backups, probes and a person.
const serverReserve = 10

// Connections is how many the server must accept: every pod's pool, twice, because the pods of two releases overlap, and
// those of canaries.
func (p Postgres) Connections(services map[string]Service) int {
	total := serverReserve
	for _, service := range contract.Services() {
		if service.Stores {
			of := services[service.Name]
			pods := 2 * of.Peak()
			if of.Rollout == RolloutCanary {
				pods++
			}
			total += pods * of.DatabaseConnections
		}
	}
	return total
}

// connectionMemory is what one connection may cost beside the shared cache.
const connectionMemory = 2 * MiB

func (p Postgres) validate(path string, services map[string]Service) []Problem {
	found := problems(validateRange(path, p.CPU, p.Memory))
	if p.Size <= 0 {
		found.add(path+".size", "%s, want more than 0", p.Size)
	}
	if need := Bytes(p.Connections(services)) * connectionMemory * 4 / 3; p.Memory.Limit < need {
		found.add(path+".memory.limit", "%s, but %d connections (services.*.databaseConnections) need %s",
			p.Memory.Limit, p.Connections(services), roundUp(need))
	}
	if p.Restore != "" && p.Backup == nil {
		found.add(path+".restore", "set, but %s.backup is not", path)
	}
	if b := p.Backup; b != nil && b.Size <= 0 {
		found.add(path+".backup.size", "%s, want more than 0", b.Size)
	}
	return found
}

// roundUp is the next whole number of MiB.
func roundUp(b Bytes) Bytes { return (b + MiB - 1) / MiB * MiB }

func (b Bucket) validate(path string, secrets map[string]Secret) []Problem {
	var found problems
	if b.Endpoint == "" {
		found.add(path+".endpoint", "missing")
	}
	if b.Name == "" {
		found.add(path+".name", "missing")
	}
	if len(b.Networks) == 0 {
		found.add(path+".networks", "empty, want the address ranges of the store")
	}
	for _, setting := range []string{BackupAccessKey, BackupSecretKey} {
		if _, ok := secrets[setting]; !ok {
			found.add(setting, "missing; run `pulumi config set --secret %s`", setting)
		}
	}
	return found
}

func itoa(n int) string { return strconv.Itoa(n) }

func quoteOr(text, empty string) string {
	if text == "" {
		return empty
	}
	return strconv.Quote(text)
}
