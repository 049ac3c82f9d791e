// Command pins prints the table of pinned versions of the repository whose folder it is given: make pins.
package main

import (
	"fmt"
	"os"

	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pins <the repository's folder>")
		os.Exit(2)
	}
	table, err := toolchain.Table(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pins:", err)
		os.Exit(1)
	}
	fmt.Print(table)
}
