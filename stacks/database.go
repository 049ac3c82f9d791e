package stacks

import (
	"net/url"
	"slices"
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

// External uses PostgreSQL elsewhere.
type External struct {
	// Networks lists the address ranges of the servers: services may connect there and nowhere else.
	Networks []CIDR `json:"networks"`
	// Port is where the servers listen.
	Port int `json:"port,omitempty" min:"1" max:"65535"`
	// Plaintext allows connections without TLS.
	Plaintext bool `json:"plaintext,omitempty"`
}

func (e *External) setDefaults() { e.Port = 5432 }

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

// validate also looks into the addresses, but never shows one: they hold passwords.
func (e External) validate(secrets map[string]Secret) []Problem {
	var found problems
	if len(e.Networks) == 0 {
		found.add("database.external.networks", "empty, want the address ranges of the database servers")
	}
	seen := map[string]string{}
	for _, service := range contract.Services() {
		if !service.Stores {
			continue
		}
		setting := DatabaseURLSetting(service.Name)
		secret, ok := secrets[setting]
		if !ok {
			found.add(setting, "missing; run `pulumi config set --secret %s postgres://…`", setting)
			continue
		}
		if secret == "" {
			continue // reported where it was read
		}
		address, rule := e.check(secret.Reveal())
		if rule != "" {
			found.add(setting, "%s", rule)
			continue
		}
		if other := seen[address]; other != "" {
			found.add(setting, "the same database as %s, want one for each service", other)
		}
		seen[address] = setting
	}
	return found
}

// check returns the host and database that a DSN names, or the rule that it breaks.
func (e External) check(dsn string) (address, rule string) {
	parsed, err := url.Parse(dsn)
	if err != nil || !slices.Contains([]string{"postgres", "postgresql"}, parsed.Scheme) || parsed.Hostname() == "" ||
		len(parsed.Path) < 2 {
		return "", "want postgres://user:password@host:port/database?sslmode=verify-full"
	}
	port := parsed.Port()
	if port == "" {
		port = "5432"
	}
	mode := parsed.Query().Get("sslmode")
	if encrypted := []string{"require", "verify-ca", "verify-full"}; !e.Plaintext && !slices.Contains(encrypted, mode) {
		return "", "sslmode is " + quoteOr(mode, "not set") + ", want require, verify-ca or verify-full " +
			"(or database.external.plaintext)"
	}
	if port != itoa(e.Port) {
		return "", "port " + port + ", but database.external.port is " + itoa(e.Port)
	}
	return parsed.Hostname() + ":" + port + parsed.Path, ""
}
