// Package releases is what a stack remembers of what ran on it: the record that the program writes into the stack's
// outputs with every successful update, and that a rollback reads.
package releases

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Output is the stack's output that holds the records, newest first, as JSON. It is kept as a secret: not for what it
// says, which the repository shows too, but so that an update prints one line of it instead of pages.
const Output = "releases"

// kept is how many records a stack keeps.
const kept = 10

// Record is one release: everything that is needed to run it again.
type Record struct {
	// Revision is the git commit of the program.
	Revision string `json:"revision"`
	// Dirty says that the program's source had changes that were not committed, so the revision alone is not it.
	Dirty bool `json:"dirty,omitempty"`
	// Images are the builds, by service.
	Images map[string]string `json:"images"`
	// Settings is the text of Pulumi.<stack>.yaml, whose secrets are encrypted in it.
	Settings string `json:"settings"`
	// SettingsHash is what the output settingsHash said.
	SettingsHash string `json:"settingsHash"`
	// Schema is the newest schema migration that the release knows, by service.
	Schema map[string]int `json:"schema"`
	// Floor is the schema migration that a release must know to serve on this one's schema, by service: the newest that is
	// not compatible. It is nil in records of releases that always wanted to know the newest.
	Floor map[string]int `json:"floor,omitempty"`
	// Time is when the release was first deployed.
	Time time.Time `json:"time"`
	// By is who deployed it.
	By string `json:"by"`
}

// ID identifies the release on the cluster: the same code, builds and settings have the same.
func (r Record) ID() string {
	hash := sha256.New()
	fmt.Fprintln(hash, r.Revision, r.Dirty)
	for _, service := range slices.Sorted(maps.Keys(r.Images)) {
		fmt.Fprintln(hash, service, r.Images[service])
	}
	fmt.Fprint(hash, r.Settings)
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// Same says whether two records are the same release: the same code, builds and settings.
func (r Record) Same(other Record) bool {
	return r.Revision == other.Revision && r.Dirty == other.Dirty && r.Settings == other.Settings &&
		maps.Equal(r.Images, other.Images)
}

// completes says whether the other is the same release with fewer images: the local stack's shop comes up before what
// watches it is built.
func (r Record) completes(other Record) bool {
	for name, image := range other.Images {
		if r.Images[name] != image {
			return false
		}
	}
	return r.Revision == other.Revision && r.Dirty == other.Dirty && r.Settings == other.Settings
}

// Remember puts a release before those that there were. One that is among them already is gone back to: it keeps its time,
// and what came after it is forgotten, so that the next rollback goes further back and not forth again.
func Remember(before []Record, now Record) []Record {
	if i := slices.IndexFunc(before, now.Same); i >= 0 {
		return before[i:]
	}
	if len(before) > 0 && now.completes(before[0]) {
		before = before[1:]
	}
	all := append([]Record{now}, before...)
	return all[:min(len(all), kept)]
}

// Format is the records as the output holds them.
func Format(records []Record) (string, error) {
	text, err := json.Marshal(records)
	return string(text), err
}

// Parse reads them; no text is no record.
func Parse(text string) ([]Record, error) {
	if text == "" {
		return nil, nil
	}
	var records []Record
	if err := json.Unmarshal([]byte(text), &records); err != nil {
		return nil, fmt.Errorf("output %s: %w", Output, err)
	}
	return records, nil
}

// NewerSchema lists the services whose schema is newer than the release knows.
func (r Record) NewerSchema(schema map[string]int) []string {
	var newer []string
	for _, service := range slices.Sorted(maps.Keys(schema)) {
		if schema[service] > r.Schema[service] {
			newer = append(newer, fmt.Sprintf("%s's schema has version %d, the release knows %d",
				service, schema[service], r.Schema[service]))
		}
	}
	return newer
}

// Refuses lists the services of the release that refuse to start on the schema that others may have migrated to: those that
// do not know its newest migration that is not compatible. Rolling back to the release would take the shop down.
func (r Record) Refuses(others ...Record) []string {
	schema := map[string]int{}
	for _, other := range others {
		needed := other.Floor
		if r.Floor == nil || needed == nil {
			needed = other.Schema
		}
		for service, version := range needed {
			schema[service] = max(schema[service], version)
		}
	}
	return r.NewerSchema(schema)
}
