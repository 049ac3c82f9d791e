package alerts

import "github.com/techcommerce/platform/infra/dashboards"

// jobFailed leaves out the backups, which BackupTooOld watches by their schedule: one that fails and succeeds the next
// time is no fault. What is left are restores, and whatever else runs once.
func jobFailed(t Target) Alert {
	backups := ""
	if t.Backup != "" {
		backups = `, job_name!~"$backup-[0-9]+"`
	}
	return Alert{
		Name:        "JobFailed",
		Severity:    Warning,
		Expr:        `max by (namespace, job_name) (kube_job_failed{namespace=~"$namespaces", condition="true"` + backups + `}) == 1`,
		Summary:     "Job {{ $labels.job_name }} failed",
		Description: "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed and is not tried again.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A Job used up its attempts, or its time.",
			Impact:  "What it should have done is not done. If it is a restore, the database does not hold the backup that was asked for.",
			Investigate: []Step{
				{Do: "What did it say?", Run: "kubectl -n $NS describe job $JOB\nkubectl -n $NS logs job/$JOB --all-containers --tail=50"},
				{Do: "Which Jobs of the stack failed?", Query: `kube_job_failed{namespace=~"$namespaces", condition="true"} == 1`},
			},
			Fix: []Step{
				{Do: "A restore that found no such backup: correct `database.postgres.restore` in `Pulumi.<stack>.yaml` and deploy.",
					Run: "make deploy STACK=$STACK"},
				{Do: "The cause is gone: delete the Job, and the next deployment makes it anew.", Run: "kubectl -n $NS delete job $JOB"},
			},
			Silence: "Not needed: it resolves when the Job is deleted or replaced.",
		},
	}
}
