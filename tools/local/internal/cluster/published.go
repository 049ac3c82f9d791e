package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func (c Cluster) publishedFile() string { return filepath.Join(c.Dir, "published.json") }

// recordPublished writes down which ports 127.0.0.1 answers on. A later command may ask with another PUBLISH, or with none,
// while the node that was started with this one goes on.
func (c Cluster) recordPublished() error {
	text, err := json.Marshal(append([]int{}, c.Publish...))
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.publishedFile(), text, 0o644); err != nil {
		return fmt.Errorf("record the published ports: %w", err)
	}
	return nil
}

// Publishes says whether 127.0.0.1 answers on a NodePort, as the node was started.
func (c Cluster) Publishes(port int) bool {
	var ports []int
	text, err := os.ReadFile(c.publishedFile())
	if err != nil || json.Unmarshal(text, &ports) != nil {
		ports = c.Publish // it was started before this was recorded
	}
	return slices.Contains(ports, port)
}
