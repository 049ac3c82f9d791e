package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/releases"
)

// pulumiStack is the stack in one checkout.
type pulumiStack = stack.Stack

// approve shows what is about to happen, by risk, and stops at what is dangerous and nobody has allowed.
func (o *operation) approve(ctx context.Context, s pulumiStack, refresh bool, labels []string) (review.Report, error) {
	o.progress("pulumi preview; the program is compiled first if it has changed")
	report, err := o.report(ctx, s, refresh, labels)
	if err != nil {
		return report, err
	}
	fmt.Fprint(o.out, report.Text())
	return report, report.Err()
}

// report judges what an update would do.
func (o *operation) report(ctx context.Context, s pulumiStack, refresh bool, labels []string) (review.Report, error) {
	var flags []string
	if refresh {
		flags = append(flags, "--refresh")
	}
	text, err := s.Preview(ctx, flags...)
	if err != nil {
		return review.Report{}, err
	}
	return review.New(o.stack.Name, labels, bytes.NewReader(text))
}

// sayMigrations says before it happens what cannot be rolled back, and how to have a way back all the same.
func (o *operation) sayMigrations(tried releases.Record) {
	if len(o.records) == 0 {
		return
	}
	for _, newer := range o.records[0].NewerSchema(tried.Schema) {
		fmt.Fprintf(o.out, "a migration: %s: a failure of this deployment could not be rolled back\n", newer)
	}
	if len(o.records[0].NewerSchema(tried.Schema)) == 0 {
		return
	}
	switch d := o.settings.Database; {
	case d.Postgres != nil && d.Postgres.Backup != nil:
		fmt.Fprintf(o.out, "for a way back, back up first: kubectl -n %s create job --from=cronjob/database-backup before-%.12s\n",
			o.settings.Namespace, tried.Revision)
	case d.External != nil:
		fmt.Fprintln(o.out, "for a way back, have whoever runs the database take a backup first")
	default:
		fmt.Fprintln(o.out, "there is no backup: this stack's data has none (database.postgres.backup)")
	}
}
