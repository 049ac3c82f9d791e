// Package database is where services keep their data. It hands each service a connection and does not know what is
// stored.
package database

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const token = "techcommerce:database:Database"

// Args says who keeps data, and where.
type Args struct {
	// Namespace is where the objects go.
	Namespace pulumi.StringInput
	// Apps lists the services that keep data.
	Apps []kube.App
	// Protected refuses to delete data.
	Protected bool
	// Embedded keeps data on a volume per service.
	Embedded *Embedded
}

// Embedded is a SQLite file on a volume per service.
type Embedded struct {
	// Size is how much a volume holds.
	Size string
	// StorageClass provides it; empty means the cluster's default.
	StorageClass string
}

func (a Args) validate() error {
	if a.Embedded == nil {
		return errors.New("no kind of database")
	}
	return nil
}

// Connection is how one service reaches its data.
type Connection struct {
	// URL is the address, where it is not a secret.
	URL string
	// Volume is the claim that the service mounts, if its data is on one.
	Volume *Volume
}

// Volume is a claim, and where the service expects it.
type Volume struct {
	// Claim is the PersistentVolumeClaim's name.
	Claim pulumi.StringOutput
	// Path is where it is mounted.
	Path string
}

// Database is the data of several services, kept apart.
type Database struct {
	pulumi.ResourceState

	// Connections has one entry per service.
	Connections map[string]Connection
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
	if err := d.embed(ctx, args); err != nil {
		return nil, fmt.Errorf("database %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(d, pulumi.Map{}); err != nil {
		return nil, err
	}
	return d, nil
}
