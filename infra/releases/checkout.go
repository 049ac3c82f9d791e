package releases

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
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
	schema := map[string]int{}
	err := migrations(root, func(service, _ string, version int) error {
		schema[service] = max(schema[service], version)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return schema, nil
}

// Floor reads the newest schema migration of each service that is not compatible with the releases before it.
func Floor(root string) (map[string]int, error) {
	floor := map[string]int{}
	err := migrations(root, func(service, file string, version int) error {
		text, err := os.ReadFile(file)
		if err == nil && !strings.Contains(string(text), contract.CompatibleMigration) {
			floor[service] = max(floor[service], version)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return floor, nil
}

// migrations calls do with each file of each service.
func migrations(root string, do func(service, file string, version int) error) error {
	files, err := filepath.Glob(filepath.Join(root, "apps", "*", "*", "sqlstore", "migrations", "*", "*.sql"))
	if err != nil {
		return err
	}
	for _, file := range files {
		number, _, _ := strings.Cut(filepath.Base(file), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("migration %s: want a name like 00002_what_it_does.sql", file)
		}
		path, err := filepath.Rel(filepath.Join(root, "apps"), file)
		if err != nil {
			return err
		}
		service, _, _ := strings.Cut(path, string(filepath.Separator))
		if err := do(service, file, version); err != nil {
			return err
		}
	}
	return nil
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

// Need is what a migration that takes something away asks of the release that runs.
type Need struct {
	Service, File string
	// Version is the schema that it must know.
	Version int
}

// contracts is the mark of such a migration.
var contracts = regexp.MustCompile(`(?m)^-- \+contract ([0-9]+)\s*$`)

// Contracts lists what the migrations after a schema ask of the release that runs.
func Contracts(root string, schema map[string]int) ([]Need, error) {
	var needs []Need
	err := migrations(root, func(service, file string, version int) error {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		mark := contracts.FindSubmatch(text)
		if mark == nil || version <= schema[service] {
			return nil
		}
		least, err := strconv.Atoi(string(mark[1]))
		if err != nil {
			return fmt.Errorf("migration %s: %w", file, err)
		}
		name, err := filepath.Rel(root, file)
		needs = append(needs, Need{service, name, least})
		return err
	})
	return needs, err
}
