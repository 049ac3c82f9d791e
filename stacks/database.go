package stacks

import (
	"strings"

	"github.com/techcommerce/platform/apps/contract"
)

// Database is where the services keep their data: exactly one of its entries. Each service that keeps data has its own
// database and none reads another's.
type Database struct {
	// Embedded keeps each service's data in a SQLite file on a volume of its own. For one node.
	Embedded *Embedded `json:"embedded,omitempty"`
	// Postgres runs PostgreSQL in the cluster.
	Postgres *Postgres `json:"postgres,omitempty"`
	// External uses PostgreSQL elsewhere, at the addresses in the secrets productApiDatabaseUrl and
	// orderApiDatabaseUrl.
	External *External `json:"external,omitempty"`
}

// Embedded keeps each service's data in a SQLite file on a volume of its own.
type Embedded struct {
	// Size is how much each volume holds.
	Size Bytes `json:"size"`
	// StorageClass provides the volumes. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty" pattern:"host"`
}

func (e *Embedded) setDefaults() { e.Size = GiB }

// Mode names the entry that is set.
func (d Database) Mode() string { return strings.Join(d.modes(), "+") }

func (d Database) modes() []string {
	var set []string
	if d.Embedded != nil {
		set = append(set, "embedded")
	}
	if d.Postgres != nil {
		set = append(set, "postgres")
	}
	if d.External != nil {
		set = append(set, "external")
	}
	return set
}

func (s Stack) validateDatabase() []Problem {
	var found problems
	d := s.Database
	switch set := d.modes(); len(set) {
	case 1:
	case 0:
		found.add("database", "nothing is set, want exactly one of embedded, postgres, external")
	default:
		found.add("database", "%s are set, want exactly one", strings.Join(set, " and "))
	}
	if d.Embedded != nil {
		found = append(found, d.Embedded.validate(s.Services)...)
	}
	if d.Postgres != nil {
		found = append(found, d.Postgres.validate("database.postgres", s.Services)...)
	}
	if d.External != nil {
		found = append(found, d.External.validate(s.Secrets)...)
	}
	return found
}

func (e Embedded) validate(services map[string]Service) []Problem {
	var found problems
	if e.Size <= 0 {
		found.add("database.embedded.size", "%s, want more than 0", e.Size)
	}
	for _, service := range contract.Services() {
		if service.Stores && services[service.Name].Spread == SpreadRequired {
			found.add("services."+service.Name+".spread",
				`"required", but database.embedded keeps every pod on its volume's node`)
		}
	}
	return found
}
