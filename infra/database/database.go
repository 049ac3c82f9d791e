// Package database is where services keep their data. It hands each service a connection and does not know what is
// stored.
package database

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const token = "techcommerce:database:Database"

// Database is the data of several services, kept apart.
type Database struct {
	pulumi.ResourceState

	// Connections has one entry per service.
	Connections map[string]Connection
}

// Connection is how one service reaches its data.
type Connection struct {
	// URL is the address. Where it needs a password it has $(<PasswordEnv>) in its place, which Kubernetes replaces.
	URL string
	// SecretURL is where the address is, if all of it is a secret. URL is empty then.
	SecretURL *kube.SecretKey
	// Password is where the password in URL is, if it needs one.
	Password *kube.SecretKey
	// Volume is the claim that the service mounts, if its data is on one.
	Volume *Volume
	// Servers are who the service connects to, and Port where; none if its data is on a volume.
	Servers []kube.Peer
	Port    int
}

// PasswordEnv is the variable that Connection.URL refers to.
const PasswordEnv = "DATABASE_PASSWORD"

// Volume is a claim, and where the service expects it.
type Volume struct {
	// Claim is the PersistentVolumeClaim's name.
	Claim pulumi.StringOutput
	// Path is where it is mounted.
	Path string
}

// New declares where the services keep their data.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Database, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("database %s: %w", name, err)
	}
	d := &Database{Connections: map[string]Connection{}}
	if err := ctx.RegisterComponentResourceV2(token, name, pulumi.Map{}, d, opts...); err != nil {
		return nil, err
	}
	if err := d.declare(ctx, name, args); err != nil {
		return nil, fmt.Errorf("database %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{}); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Database) declare(ctx *pulumi.Context, name string, args Args) error {
	switch {
	case args.Embedded != nil:
		return d.embed(ctx, args)
	case args.Postgres != nil:
		return d.serve(ctx, name, args)
	default:
		d.refer(args)
		return nil
	}
}

// refer points each service to a database elsewhere.
func (d *Database) refer(args Args) {
	var servers []kube.Peer
	for _, network := range args.External.Networks {
		servers = append(servers, kube.Peer{CIDR: network})
	}
	for _, app := range args.Apps {
		url := args.Secrets[URLName(app.Name)]
		d.Connections[app.Name] = Connection{SecretURL: &url, Servers: servers, Port: args.External.Port}
	}
}

// role is the PostgreSQL role of a service, and the name of its database.
func role(service string) string { return strings.ReplaceAll(service, "-", "_") }
