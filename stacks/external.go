package stacks

import (
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"slices"

	"github.com/techcommerce/platform/apps/contract"
)

// External uses PostgreSQL elsewhere.
type External struct {
	// Networks lists the address ranges of the servers, and of the pooler: services may connect there and nowhere else.
	Networks []CIDR `json:"networks"`
	// Port is where the servers listen.
	Port int `json:"port,omitempty" min:"1" max:"65535"`
	// CABundle has the certificates, in PEM, of the authority that the servers' certificates are from, as managed databases
	// publish it; several in a row while one follows another. Default: the authorities that every system knows.
	CABundle string `json:"caBundle,omitempty"`
	// Pooler says that a pooler in transaction mode, such as PgBouncer, answers at the addresses of the services. Migrations
	// go past it, to the addresses in the secrets productApiDatabaseDirectUrl and orderApiDatabaseDirectUrl. Absent: none.
	Pooler *Pooler `json:"pooler,omitempty"`
	// Plaintext allows connections without TLS.
	Plaintext bool `json:"plaintext,omitempty"`
}

func (e *External) setDefaults() { e.Port = 5432 }

// Pooler is a pooler in transaction mode before the servers.
type Pooler struct {
	// Port is where it listens.
	Port int `json:"port,omitempty" min:"1" max:"65535"`
}

func (p *Pooler) setDefaults() { p.Port = 6432 }

// validate also looks into the addresses, but never shows one: they hold passwords.
func (e External) validate(secrets map[string]Secret) []Problem {
	var found problems
	if len(e.Networks) == 0 {
		found.add("database.external.networks", "empty, want the address ranges of the database servers")
	}
	if rule := checkCA(e.CABundle); rule != "" {
		found.add("database.external.caBundle", "%s", rule)
	}
	if e.CABundle != "" && e.Plaintext {
		found.add("database.external.plaintext", "set, but so is database.external.caBundle")
	}
	addresses := dsns{External: e, secrets: secrets, seen: map[string]string{}}
	for _, service := range contract.Services() {
		if !service.Stores {
			continue
		}
		if e.Pooler == nil {
			addresses.check(&found, DatabaseURLSetting(service.Name), "database.external.port", e.Port)
			continue
		}
		addresses.check(&found, DatabaseURLSetting(service.Name), "database.external.pooler.port", e.Pooler.Port)
		addresses.check(&found, DatabaseDirectURLSetting(service.Name), "database.external.port", e.Port)
	}
	return found
}

// checkCA returns the rule that a list of certificates breaks.
func checkCA(text string) (rule string) {
	const want = "want certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----"
	if text == "" {
		return ""
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil {
		return "has no certificate, " + want
	}
	for ; block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return "has a " + block.Type + ", " + want
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "has a certificate that cannot be read: " + err.Error()
		}
	}
	return ""
}

// dsns are the addresses of databases. No two settings may name the same one.
type dsns struct {
	External
	secrets map[string]Secret
	seen    map[string]string
}

// check holds the address in a setting to the rules, and to the port that another setting says.
func (d dsns) check(found *problems, setting, portSetting string, port int) {
	secret, ok := d.secrets[setting]
	if !ok {
		found.add(setting, "missing; run `pulumi config set --secret %s postgres://…`", setting)
		return
	}
	if secret == "" {
		return // reported where it was read
	}
	address, rule := d.address(secret.Reveal(), portSetting, port)
	if rule != "" {
		found.add(setting, "%s", rule)
		return
	}
	if other := d.seen[address]; other != "" {
		found.add(setting, "the same database as %s, want one for each service", other)
	}
	d.seen[address] = setting
}

// address returns the host and database that a DSN names, or the rule that it breaks.
func (d dsns) address(dsn, portSetting string, want int) (address, rule string) {
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
	if verified := []string{"verify-ca", "verify-full"}; d.CABundle != "" && !slices.Contains(verified, mode) {
		return "", "sslmode is " + quoteOr(mode, "not set") + ", want verify-full or verify-ca, for database.external.caBundle is set"
	}
	if encrypted := []string{"require", "verify-ca", "verify-full"}; !d.Plaintext && !slices.Contains(encrypted, mode) {
		return "", "sslmode is " + quoteOr(mode, "not set") + ", want require, verify-ca or verify-full " +
			"(or database.external.plaintext)"
	}
	if port != itoa(want) {
		return "", "port " + port + ", but " + portSetting + " is " + itoa(want)
	}
	return parsed.Hostname() + ":" + port + parsed.Path, ""
}
