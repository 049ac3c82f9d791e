// Command reference writes docs/settings.md and docs/stack.schema.json from the types in package stacks. Run it by
// go generate ./stacks/...
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/techcommerce/platform/stacks/reference"
)

//go:generate go run . ../../..

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes both files; its argument is the repository's root.
func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: reference ROOT")
	}
	for name, write := range map[string]func(folder string) (string, error){
		"settings.md": reference.Markdown, "stack.schema.json": reference.Schema,
	} {
		text, err := write(filepath.Join(args[0], "stacks"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(args[0], "docs", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
