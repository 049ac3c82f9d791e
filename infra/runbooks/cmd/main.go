// Command cmd writes docs/runbooks from the alerts. Run it by make runbooks.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/techcommerce/platform/infra/runbooks"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run replaces every page in the folder that its argument names; pages of alerts that are gone go, too.
func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: cmd FOLDER")
	}
	pages, err := runbooks.Pages()
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(args[0], "*.md"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(args[0], name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
