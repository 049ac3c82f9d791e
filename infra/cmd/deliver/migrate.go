package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/backup"
	"github.com/techcommerce/platform/infra/releases"
)

// backupJob is the CronJob that the program declares for backups.
const backupJob = "database-backup"

// backupLimit is how long the backup before a migration may take.
const backupLimit = 15 * time.Minute

// withoutBackup is the label that allows a migration although the backup before it failed.
const withoutBackup = "allow-no-backup"

// checkMigrations refuses migrations that take away what the release that runs needs: its pods serve while they run.
func (o *operation) checkMigrations(tried releases.Record) error {
	if len(o.records) == 0 {
		return nil
	}
	needs, err := releases.Contracts(o.stack.Dir, o.records[0].Schema)
	if err != nil {
		return err
	}
	var problems []error
	for _, need := range needs {
		if runs := o.records[0].Schema[need.Service]; runs < need.Version {
			problems = append(problems, fmt.Errorf("%s takes away what %s still uses: what runs knows version %d of the schema, "+
				"want at least %d. Deploy a release between %.12s and %.12s that has it first",
				need.File, need.Service, runs, need.Version, o.records[0].Revision, tried.Revision))
		}
	}
	return errors.Join(problems...)
}

// backUp takes a backup before a deployment that migrates a schema, which a rollback does not undo, or says that there is
// none.
func (o *operation) backUp(ctx context.Context, tried releases.Record) error {
	if len(o.records) == 0 || len(o.records[0].NewerSchema(tried.Schema)) == 0 {
		return nil
	}
	for _, newer := range o.records[0].NewerSchema(tried.Schema) {
		fmt.Fprintf(o.out, "a migration: %s\n", newer)
	}
	for _, refused := range o.records[0].Refuses(tried) {
		fmt.Fprintf(o.out, "a failure of this deployment could not be rolled back: %s\n", refused)
	}
	d := o.settings.Database
	if d.External != nil {
		fmt.Fprintln(o.out, "there is no backup of this deployment's own: for a way back, have whoever runs the database take one first")
		return nil
	}
	if d.Postgres == nil || d.Postgres.Backup == nil {
		fmt.Fprintln(o.out, "there is no backup: this stack's data has none (database.postgres.backup)")
		return nil
	}
	return o.takeBackup(ctx)
}

func (o *operation) takeBackup(ctx context.Context) error {
	limited, cancel := context.WithTimeoutCause(ctx, backupLimit, fmt.Errorf("took longer than %s", backupLimit))
	defer cancel()
	o.progress("backup before the migration")
	job, err := backup.Backup{Client: o.client, Namespace: o.settings.Namespace, CronJob: backupJob, Every: time.Second}.Take(limited)
	switch {
	case err == nil:
		fmt.Fprintf(o.out, "backed up by job %s; its log names the backup: kubectl -n %s logs job/%[1]s --all-containers\n",
			job, o.settings.Namespace)
	case ctx.Err() != nil:
		return errInterrupted
	case errors.Is(err, backup.ErrNone):
		fmt.Fprintf(o.out, "there is no backup: CronJob %s comes with this deployment\n", backupJob)
	case slices.Contains(o.labels, withoutBackup):
		fmt.Fprintf(o.out, "there is no backup, which %s allows: %v\n", withoutBackup, err)
	default:
		return fmt.Errorf("the backup before the migration failed: %w\nto deploy without one: LABELS=%s", err, withoutBackup)
	}
	return nil
}
