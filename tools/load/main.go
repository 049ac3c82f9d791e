// Command load sends a shop what customers send: they browse, search, order and cancel, in the shares that shares.go gives.
// It prints one line a second, and at the end a table and, on demand, a page of plots. No order of it stays behind: what
// was not cancelled on the way is cancelled at the end, which also shows that each order that was acknowledged is there.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // whoever interrupts twice does not want to wait
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	if err := s.locate(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s for %s: %s\n", s.shop, s.duration, s.pace())
	seen, err := customers(ctx, s, out)
	if seen == nil {
		return err
	}
	return errors.Join(seen.end(s, out), err)
}
