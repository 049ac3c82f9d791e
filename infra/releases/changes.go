package releases

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Since says in words what is another than in the release before. Of settings it names the keys and shows no value.
func (r Record) Since(before Record) []string {
	var changes []string
	if r.Revision != before.Revision {
		changes = append(changes, fmt.Sprintf("code %.12s → %.12s", before.Revision, r.Revision))
	}
	if r.Dirty {
		changes = append(changes, "code that is in no commit")
	}
	for _, service := range slices.Sorted(maps.Keys(r.Images)) {
		if was, now := digits(before.Images[service]), digits(r.Images[service]); was != now {
			changes = append(changes, fmt.Sprintf("%s %s → %s", service, was, now))
		}
	}
	for _, service := range slices.Sorted(maps.Keys(r.Schema)) {
		if was, now := before.Schema[service], r.Schema[service]; was != now {
			changes = append(changes, fmt.Sprintf("%s's schema %d → %d", service, was, now))
		}
	}
	if keys := otherSettings(before.Settings, r.Settings); len(keys) > 0 {
		changes = append(changes, "settings "+strings.Join(keys, ", "))
	}
	return changes
}

// digits are the first 12 of an image's digest, by which people tell builds apart.
func digits(image string) string {
	if image == "" {
		return "none"
	}
	_, digest, _ := strings.Cut(image, "@sha256:")
	return digest[:min(12, len(digest))]
}

// otherSettings lists the top-level keys of two stack files whose values differ. A file that cannot be read has none.
func otherSettings(before, now string) []string {
	was, is := config(before), config(now)
	var keys []string
	for key := range is {
		if !same(was[key], is[key]) {
			keys = append(keys, key)
		}
	}
	for key := range was {
		if _, there := is[key]; !there {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for i, key := range keys {
		keys[i] = key[strings.Index(key, ":")+1:]
	}
	return keys
}

// same compares two values of a setting. pulumi config set writes the numbers and booleans of the whole file as text,
// which Pulumi reads as the same.
func same(a, b any) bool {
	return reflect.DeepEqual(a, b) || scalar(a) && scalar(b) && fmt.Sprint(a) == fmt.Sprint(b)
}

func scalar(value any) bool {
	switch value.(type) {
	case string, bool, int, float64:
		return true
	}
	return false
}

func config(text string) map[string]any {
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if yaml.Unmarshal([]byte(text), &file) != nil {
		return nil
	}
	return file.Config
}
