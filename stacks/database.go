package stacks

import "github.com/techcommerce/platform/apps/contract"

// Database is where the services keep their data: exactly one of its entries. Each service that keeps data has its own
// database and none reads another's.
type Database struct {
	// Embedded keeps each service's data in a SQLite file on a volume of its own. For one node.
	Embedded *Embedded `json:"embedded,omitempty"`
}

// Embedded keeps each service's data in a SQLite file on a volume of its own.
type Embedded struct {
	// Size is how much each volume holds.
	Size Bytes `json:"size"`
	// StorageClass provides the volumes. Default: the cluster's default class.
	StorageClass string `json:"storageClass,omitempty"`
}

func (e *Embedded) setDefaults() { e.Size = GiB }

// Mode names the entry that is set.
func (d Database) Mode() string { return "embedded" }

func (d Database) validate(services map[string]Service) []Problem {
	var found problems
	if d.Embedded == nil {
		found.add("database", "nothing is set, want exactly one of embedded")
		return found
	}
	if d.Embedded.Size <= 0 {
		found.add("database.embedded.size", "%s, want more than 0", d.Embedded.Size)
	}
	for _, service := range contract.Services() {
		if service.Stores && services[service.Name].Spread == SpreadRequired {
			found.add("services."+service.Name+".spread",
				"required, but database.embedded keeps every pod on its volume's node")
		}
	}
	return found
}
