package toolchain

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// expected is how long the tool's last build here took, or what it typically takes.
func (b Builder) expected(tool Tool) time.Duration {
	if last, ok := b.durations()[tool.Name]; ok {
		return last
	}
	return tool.Typical
}

// remember notes how long a build took. Only estimates depend on it.
func (b Builder) remember(tool Tool, took time.Duration) error {
	all := b.durations()
	all[tool.Name] = took.Round(time.Second)
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(b.durationsFile(), text, 0o644)
}

func (b Builder) durations() map[string]time.Duration {
	all := map[string]time.Duration{}
	text, err := os.ReadFile(b.durationsFile())
	if err != nil || json.Unmarshal(text, &all) != nil {
		return map[string]time.Duration{}
	}
	return all
}

func (b Builder) durationsFile() string { return filepath.Join(b.Cache, "durations.json") }
