// Package backup backs a stack's database up now, as its CronJob does on schedule, and waits for the end. A deployment that
// migrates the schema does so first.
package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/techcommerce/platform/infra/internal/api"
)

// ErrNone is that there is no CronJob to take a backup by.
var ErrNone = errors.New("the cluster has no such CronJob yet")

// Backup is one that is to be taken.
type Backup struct {
	Client api.Client
	// CronJob is what takes them on schedule, in Namespace.
	Namespace, CronJob string
	// Every is how often to ask for the job's end.
	Every time.Duration
}

// Take starts a backup and returns its job's name once it has ended well. What it began goes on if it is cut off: the job
// has a deadline of its own, and harms nothing.
func (b Backup) Take(ctx context.Context) (job string, err error) {
	root := "/apis/batch/v1/namespaces/" + b.Namespace
	var schedule batchv1.CronJob
	err = b.Client.Get(ctx, &schedule, root+"/cronjobs/"+b.CronJob)
	if apierrors.IsNotFound(err) {
		return "", ErrNone
	}
	if err != nil {
		return "", b.failed("CronJob "+b.CronJob, err)
	}
	var started batchv1.Job
	if err := b.Client.Post(ctx, root+"/jobs", now(schedule), &started); err != nil {
		return "", b.failed("start it", err)
	}
	client := b.Client.Patient(time.Minute) // an API server that restarts ends no backup
	for {
		var seen batchv1.Job
		if err := client.Get(ctx, &seen, root+"/jobs/"+started.Name); err != nil {
			return started.Name, b.failed("job "+started.Name, err)
		}
		if ended, failure := outcome(seen); ended {
			return started.Name, failure
		}
		select {
		case <-ctx.Done():
			return started.Name, fmt.Errorf("job %s has not ended: %w", started.Name, context.Cause(ctx))
		case <-time.After(b.Every):
		}
	}
}

func (b Backup) failed(what string, err error) error {
	if apierrors.IsForbidden(err) {
		return fmt.Errorf("%s: %w (make deployer renews the account's rights)", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// now is the job that the schedule makes, as kubectl create job --from does: the CronJob owns it, so old ones are cleaned
// up, and its success counts for the age of the last backup.
func now(schedule batchv1.CronJob) batchv1.Job {
	template := schedule.Spec.JobTemplate
	annotations := map[string]string{"cronjob.kubernetes.io/instantiate": "manual"}
	maps.Copy(annotations, template.Annotations)
	controller := true
	return batchv1.Job{
		TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: schedule.Name + "-before-deployment-", Labels: template.Labels, Annotations: annotations,
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "batch/v1", Kind: "CronJob", Name: schedule.Name, UID: schedule.UID, Controller: &controller,
			}},
		},
		Spec: template.Spec,
	}
}

// outcome says whether a job has ended, and why it failed.
func outcome(job batchv1.Job) (ended bool, failure error) {
	for _, condition := range job.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete:
			return true, nil
		case batchv1.JobFailed:
			return true, fmt.Errorf("job %s failed: %s. See: kubectl -n %s logs job/%s --all-containers",
				job.Name, condition.Message, job.Namespace, job.Name)
		}
	}
	return false, nil
}
