package releases

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Unknown is the revision of what is no git checkout, such as an unpacked archive.
const Unknown = "unknown"

// ProgramSources is what the program is made of. Services are not among it: they are in their images.
func ProgramSources() []string {
	return []string{"infra", "stacks", "apps/contract", "go.mod", "go.sum", "Pulumi.yaml"}
}

// Revision is the commit that is checked out, and whether the program's source differs from it.
func Revision(root string) (revision string, dirty bool) {
	head, err := exec.Command("git", "-C", root, "rev-parse", "HEAD").Output()
	if err != nil {
		return Unknown, false
	}
	status := append([]string{"-C", root, "status", "--porcelain", "--"}, ProgramSources()...)
	changed, err := exec.Command("git", status...).Output()
	return strings.TrimSpace(string(head)), err != nil || len(changed) > 0
}

// Schema reads the newest schema migration of each service from the names of its files, 00002_what_it_does.sql.
func Schema(root string) (map[string]int, error) {
	files, err := filepath.Glob(filepath.Join(root, "apps", "*", "*", "sqlstore", "migrations", "*", "*.sql"))
	if err != nil {
		return nil, err
	}
	schema := map[string]int{}
	for _, file := range files {
		number, _, _ := strings.Cut(filepath.Base(file), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("migration %s: want a name like 00002_what_it_does.sql", file)
		}
		path, err := filepath.Rel(filepath.Join(root, "apps"), file)
		if err != nil {
			return nil, err
		}
		service, _, _ := strings.Cut(path, string(filepath.Separator))
		schema[service] = max(schema[service], version)
	}
	return schema, nil
}

// Deployer is who deploys from a checkout: whoever started the pipeline, else whoever git commits as here.
func Deployer(root string, getenv func(string) string) string {
	if actor := getenv("GITHUB_ACTOR"); actor != "" {
		return actor
	}
	if out, err := exec.Command("git", "-C", root, "config", "user.email").Output(); err == nil {
		return strings.TrimSpace(string(out))
	}
	return getenv("USER")
}
