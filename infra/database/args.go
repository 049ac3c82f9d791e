package database

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Args says who keeps data, and where: exactly one of Embedded, Postgres and External.
type Args struct {
	// Namespace is where the objects go.
	Namespace pulumi.StringInput
	// Environment is the stack's environment, for labels.
	Environment string
	// Apps lists the services that keep data, in the order in which their databases are dumped and restored.
	Apps []kube.App
	// UID is the user that containers run as.
	UID int
	// Secrets has the entries that PasswordName, URLName and the constants below name, as far as they are needed.
	Secrets map[string]kube.SecretKey
	// Protected refuses to delete data.
	Protected bool
	// Embedded keeps data on a volume per service.
	Embedded *Embedded
	// Postgres runs a server.
	Postgres *Postgres
	// External uses servers elsewhere.
	External *External
}

// Names of secrets beside those of single services.
const (
	BackupPassword  = "database-backup"
	MetricsPassword = "database-metrics"
	BucketAccessKey = "backup-access-key"
	BucketSecretKey = "backup-secret-key"
)

// PasswordName is what the password of a service's role is called in Args.Secrets.
func PasswordName(service string) string { return "database-" + service }

// URLName is what the address of a service's external database is called in Args.Secrets.
func URLName(service string) string { return "database-url-" + service }

// DirectURLName is what the address of the server itself, behind a pooler, is called in Args.Secrets.
func DirectURLName(service string) string { return "database-direct-url-" + service }

// Embedded is a SQLite file on a volume per service.
type Embedded struct {
	// Volume says how much it holds and who provides it.
	Volume Storage
}

// Storage is a volume to be made.
type Storage struct {
	// Size is how much it holds.
	Size string
	// Class provides it; empty means the cluster's default.
	Class string
}

// External is a set of servers outside the cluster.
type External struct {
	// Networks are their address ranges.
	Networks []string
	// Port is where they listen.
	Port int
	// PoolerPort is where a pooler before them listens, which services use but for migrations; 0 where there is none.
	PoolerPort int
	// CA has the certificates, in PEM, of the authority that theirs are from; empty for those that every system knows.
	CA string
}

// Postgres is one server in the cluster.
type Postgres struct {
	// Image has the server, its tools and a shell; Version is what labels call it.
	Image, Version string
	// Volume holds the data.
	Volume Storage
	// CPU and Memory are what the server asks for, and the most that it gets.
	CPU, Memory kube.Range
	// MemoryMiB is the memory limit as a number: caches are sized from it.
	MemoryMiB int
	// StartLimit is how many seconds it may take to start, recovery after a crash included.
	StartLimit int
	// MaxConnections is how many connections the server accepts.
	MaxConnections int
	// Backup dumps the databases; nil does not.
	Backup *Backup
	// Restore names a backup to load; empty loads none.
	Restore string
	// Metrics tells a scraper how the server is; nil does not.
	Metrics *Metrics
	// Annotations are the pod's: they say how to read its log.
	Annotations map[string]string
}

// Metrics is a program that asks the server how it is.
type Metrics struct {
	// Image is postgres_exporter's, Version what labels call it.
	Image, Version string
	// CPU and Memory are what it asks for, and the most that it gets.
	CPU, Memory kube.Range
	// Scrapers may ask it.
	Scrapers []kube.Peer
	// Annotations are the pod's: they say where its metrics are, and how to read its log.
	Annotations map[string]string
}

// Backup says when dumps are made and where they go.
type Backup struct {
	// Schedule is cron's notation, in UTC.
	Schedule string
	// KeepDays is how long one stays on the volume.
	KeepDays int
	// Volume holds them.
	Volume Storage
	// Bucket gets a copy; nil does not.
	Bucket *Bucket
}

// Bucket is a place in an S3-compatible store.
type Bucket struct {
	Endpoint, Region, Name string
	// Networks are the store's address ranges.
	Networks []string
	// Image has curl, sha256sum and a shell.
	Image string
}

func (a Args) validate() error {
	var problems []error
	kinds := 0
	for _, set := range []bool{a.Embedded != nil, a.Postgres != nil, a.External != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		problems = append(problems, fmt.Errorf("%d kinds of database, want exactly one", kinds))
	}
	if a.Namespace == nil {
		problems = append(problems, errors.New("no namespace"))
	}
	for _, name := range a.needs() {
		if _, ok := a.Secrets[name]; !ok {
			problems = append(problems, fmt.Errorf("no secret %s", name))
		}
	}
	return errors.Join(problems...)
}

// needs lists the secrets that must be there.
func (a Args) needs() []string {
	var names []string
	for _, app := range a.Apps {
		if a.Postgres != nil {
			names = append(names, PasswordName(app.Name))
		}
		if a.External != nil {
			names = append(names, URLName(app.Name))
			if a.External.PoolerPort != 0 {
				names = append(names, DirectURLName(app.Name))
			}
		}
	}
	if a.Postgres != nil {
		names = append(names, BackupPassword)
		if a.Postgres.Metrics != nil {
			names = append(names, MetricsPassword)
		}
		if b := a.Postgres.Backup; b != nil && b.Bucket != nil {
			names = append(names, BucketAccessKey, BucketSecretKey)
		}
	}
	return names
}
