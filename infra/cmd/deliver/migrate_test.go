package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/stacks/stackstest"
)

const more = "apps/order-api/order/sqlstore/migrations/sqlite/00002_more.sql"

// batch has the CronJob of the backups, and the jobs that were made of it. A job has ended when it is asked for again.
func (s *setup) batch(out http.ResponseWriter, r *http.Request, path string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	var answer any
	switch {
	case path == "cronjobs/"+backupJob && s.backups != "":
		var schedule batchv1.CronJob
		schedule.Name, schedule.UID = backupJob, "c-1"
		schedule.Spec.JobTemplate.Labels = map[string]string{"app.kubernetes.io/name": backupJob}
		schedule.Spec.JobTemplate.Spec.Template.Spec.Containers = []corev1.Container{{Name: "dump"}}
		answer = schedule
	case path == "jobs" && r.Method == http.MethodPost && s.backups == "forbidden":
		refuse(out, http.StatusForbidden, "Forbidden")
		return
	case path == "jobs" && r.Method == http.MethodPost:
		var job batchv1.Job
		if err := json.NewDecoder(r.Body).Decode(&job); err != nil {
			s.t.Error(err)
		}
		job.Name, job.Namespace = job.GenerateName+"x", "shop"
		s.jobs = append(s.jobs, job)
		answer = job
	case strings.HasPrefix(path, "jobs/") && len(s.jobs) > 0:
		job := s.jobs[len(s.jobs)-1]
		condition := batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}
		if s.backups == "failed" {
			condition.Type, condition.Message = batchv1.JobFailed, "Job has reached the specified backoff limit"
		}
		job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionFalse}, condition}
		answer = job
	default:
		refuse(out, http.StatusNotFound, "NotFound")
		return
	}
	if err := json.NewEncoder(out).Encode(answer); err != nil {
		s.t.Error(err)
	}
}

func TestABackupIsTakenBeforeAMigration(t *testing.T) {
	const postgres, external = `{"postgres":{"backup":{}}}`, `{"external":{"networks":["10.0.0.0/8"]}}`
	const allow = withoutBackup
	for _, c := range []struct {
		name, database, backups, labels string
		migrates                        bool
		// want is what is said, refused that nothing is touched, jobs how many were made.
		want    string
		refused bool
		jobs    int
	}{
		{name: "a good one", database: postgres, backups: "done", migrates: true, jobs: 1, want: "backed up by job database-backup-before-deployment-x"},
		{name: "no migration", database: postgres, backups: "done"},
		{name: "one that fails", database: postgres, backups: "failed", migrates: true, jobs: 1, refused: true,
			want: "job database-backup-before-deployment-x failed: Job has reached the specified backoff limit"},
		{name: "one that fails, allowed", database: postgres, backups: "failed", migrates: true, jobs: 1, labels: allow,
			want: "there is no backup, which allow-no-backup allows"},
		{name: "an account without the right", database: postgres, backups: "forbidden", migrates: true, refused: true,
			want: "make deployer renews the account's rights"},
		{name: "the schedule comes with this deployment", database: postgres, migrates: true,
			want: "there is no backup: CronJob database-backup comes with this deployment"},
		{name: "a volume", database: `{"embedded":{}}`, backups: "done", migrates: true, want: "there is no backup: this stack's data has none"},
		{name: "a database elsewhere", database: external, backups: "done", migrates: true, want: "whoever runs the database take one first"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			s.settingsWith(s.server, c.database)
			s.backups = c.backups
			s.deployed("1")
			if c.migrates {
				s.add(more, "-- +goose Up\n-- +compatible\nSELECT 1;")
			}
			s.build("2")
			s.commit()
			said, err := s.deliver("deploy", "-labels", c.labels)
			if c.refused {
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "nothing was touched") {
					t.Errorf("want %q and nothing touched, got %v\n%s", c.want, err, said)
				}
				s.runs("1", "info")
				s.nobodyWasNotified()
			} else {
				if err != nil || !strings.Contains(said, c.want) {
					t.Errorf("want %q said, got %v\n%s", c.want, err, said)
				}
				s.runs("2", "info")
			}
			if len(s.jobs) != c.jobs {
				t.Errorf("%d backups were made, want %d", len(s.jobs), c.jobs)
			}
			for _, job := range s.jobs {
				if owner := job.OwnerReferences; len(owner) != 1 || owner[0].Name != backupJob || owner[0].UID != "c-1" ||
					job.Labels["app.kubernetes.io/name"] != backupJob || len(job.Spec.Template.Spec.Containers) != 1 {
					t.Errorf("the job is not what its CronJob would make: %+v", job)
				}
			}
		})
	}
}

// TestTheBackupIsTheOneThatIsDeclared: the command knows the CronJob by its name alone.
func TestTheBackupIsTheOneThatIsDeclared(t *testing.T) {
	golden := mustRead(t, filepath.Join(stackstest.Root(), "infra", "testdata", "staging.golden.yaml"))
	for document := range strings.SplitSeq(golden, "\n---\n") {
		if strings.Contains(document, "\nkind: CronJob\n") && strings.Contains(document, "\n  name: "+backupJob+"\n") {
			return
		}
	}
	t.Errorf("staging declares no CronJob %s", backupJob)
}

// TestAMigrationThatTakesAwayWaitsForTheOldRelease: the release that runs serves while the migration does.
func TestAMigrationThatTakesAwayWaitsForTheOldRelease(t *testing.T) {
	const adds = "-- +goose Up\n-- +compatible\nALTER TABLE orders ADD COLUMN owner TEXT;"
	takes := func(s *setup) {
		s.add("apps/order-api/order/sqlstore/migrations/sqlite/00003_less.sql",
			"-- +goose Up\n-- +contract 2\nALTER TABLE orders DROP COLUMN visitor;")
		s.build("3")
		s.commit()
	}
	s := newSetup(t)
	s.deployed("1")
	s.add(more, adds)
	takes(s)
	said, err := s.deliver("deploy")
	want := "00003_less.sql takes away what order-api still uses: what runs knows version 1 of the schema, want at least 2"
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "nothing was touched") {
		t.Errorf("over a release that does not know version 2: want %q, got %v\n%s", want, err, said)
	}
	s.runs("1", "info")

	s = newSetup(t)
	s.add(more, adds)
	s.deployed("2")
	takes(s)
	if said, err := s.deliver("deploy"); err != nil {
		t.Errorf("over one that does: %v\n%s", err, said)
	}
	s.runs("3", "info")
}
