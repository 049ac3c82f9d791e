package cluster

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// others lists the folders of other checkouts' clusters that run on this machine, read from their keepers' commands.
func (c Cluster) others() []string {
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil
	}
	var found []string
	for _, path := range commands {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		argv := strings.Split(string(text), "\x00")
		if len(argv) < 3 || argv[1] != "keep" {
			continue
		}
		var other Cluster
		if json.Unmarshal([]byte(argv[2]), &other) == nil && other.Dir != "" && other.Dir != c.Dir {
			found = append(found, other.Dir)
		}
	}
	return found
}
