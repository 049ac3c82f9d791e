package database

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// dataPath is where a volume with data is mounted.
const dataPath = "/data"

// embed gives each service a volume and the name of a file on it.
func (d *Database) embed(ctx *pulumi.Context, args Args) error {
	for _, app := range args.Apps {
		claim, err := d.claim(ctx, app.Name, volume{args, app, app.Name + "-data", args.Embedded.Volume})
		if err != nil {
			return fmt.Errorf("%s: volume: %w", app.Name, err)
		}
		d.Connections[app.Name] = Connection{
			URL:    "sqlite://" + dataPath + "/" + app.Name + ".db",
			Volume: &Volume{Claim: claim, Path: dataPath},
		}
	}
	return nil
}
