//go:build !lean

package main

import "github.com/techcommerce/platform/stacks"

// buildable is what this build of the program can declare of a stack: all of it.
func buildable(stack stacks.Stack) stacks.Stack { return stack }
