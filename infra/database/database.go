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
	// DirectURL is where the address of the server itself is, if SecretURL is a pooler's.
	DirectURL *kube.SecretKey
	// CA is the ConfigMap with the certificates of whom the server's is from, and Path the file that the service reads, if
	// the authority is none that every system knows.
	CA *CA
	// Password is where the password in URL is, if it needs one.
	Password *kube.SecretKey
	// Volume is the claim that the service mounts, if its data is on one.
	Volume *Volume
	// Servers are who the service connects to, and Ports where; none if its data is on a volume.
	Servers []kube.Peer
	Ports   []int
}

// CA is certificates in a ConfigMap, to be mounted in a folder.
type CA struct {
	Config       pulumi.StringOutput
	Folder, File string
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
		return d.refer(ctx, name, args)
	}
}

// role is the PostgreSQL role of a service, and the name of its database.
func role(service string) string { return strings.ReplaceAll(service, "-", "_") }
