package database

import (
	"strconv"
	"strings"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	backupPath = "/backups"
	// jobDeadline is how many seconds a dump or a load may take in all.
	jobDeadline = 3600
)

// jobCPU and jobMemory are what a dump or a load asks for: both stream.
func jobSize() (cpu, memory kube.Range) {
	return kube.Range{Request: "100m", Limit: "1"}, kube.Range{Request: "64Mi", Limit: "256Mi"}
}

// backupJob dumps on schedule. The age of the last success is what kube-state-metrics calls
// kube_cronjob_status_last_successful_time.
func backupJob(s server) *batchv1.CronJobArgs {
	return &batchv1.CronJobArgs{
		Metadata: s.meta(s.app.Name),
		Spec: &batchv1.CronJobSpecArgs{
			Schedule:                   pulumi.String(s.Postgres.Backup.Schedule),
			TimeZone:                   pulumi.String("Etc/UTC"),
			ConcurrencyPolicy:          pulumi.String("Forbid"),
			StartingDeadlineSeconds:    pulumi.Int(jobDeadline),
			SuccessfulJobsHistoryLimit: pulumi.Int(1),
			FailedJobsHistoryLimit:     pulumi.Int(3),
			JobTemplate: &batchv1.JobTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: s.app.Labels()},
				Spec:     s.job(backupPod(s)),
			},
		},
	}
}

func (s server) job(pod *corev1.PodSpecArgs) *batchv1.JobSpecArgs {
	return &batchv1.JobSpecArgs{
		BackoffLimit:          pulumi.Int(2),
		ActiveDeadlineSeconds: pulumi.Int(jobDeadline),
		Template: &corev1.PodTemplateSpecArgs{
			Metadata: &metav1.ObjectMetaArgs{Labels: s.app.PodLabels()},
			Spec:     pod,
		},
	}
}

// backupPod dumps, and then sends the dump away where there is a bucket.
func backupPod(s server) *corev1.PodSpecArgs {
	dump := dumpContainer(s)
	spec := s.pod(corev1.ContainerArray{dump})
	if s.Postgres.Backup.Bucket != nil {
		spec.InitContainers = corev1.ContainerArray{dump}
		spec.Containers = corev1.ContainerArray{uploadContainer(s)}
	}
	spec.RestartPolicy = pulumi.String("Never")
	spec.Volumes = append(s.volumes(), claimVolume("backups", s.backups))
	return spec
}

func dumpContainer(s server) *corev1.ContainerArgs {
	cpu, memory := jobSize()
	c := s.container("dump", s.Postgres.Image, "backup.sh", cpu, memory)
	c.Env = append(s.client("KEEP_DAYS", strconv.Itoa(s.Postgres.Backup.KeepDays)),
		s.Secrets[BackupPassword].Variable("PGPASSWORD"))
	c.VolumeMounts = append(s.mounts(), mount("backups", backupPath))
	return c
}

func uploadContainer(s server) *corev1.ContainerArgs {
	cpu, memory := jobSize()
	b := s.Postgres.Backup.Bucket
	c := s.container("upload", b.Image, "upload.sh", cpu, memory)
	c.Env = append(variables("ENDPOINT", b.Endpoint, "REGION", b.Region, "BUCKET", b.Name),
		s.Secrets[BucketAccessKey].Variable("ACCESS_KEY"),
		s.Secrets[BucketSecretKey].Variable("SECRET_KEY"))
	backups := mount("backups", backupPath)
	backups.ReadOnly = pulumi.Bool(true)
	c.VolumeMounts = append(s.mounts(), backups)
	return c
}

// client is the environment of PostgreSQL's tools, and more pairs of name and value.
func (s server) client(more ...string) corev1.EnvVarArray {
	return variables(append([]string{
		"PGHOST", s.host, "PGPORT", strconv.Itoa(port), "ROLES", strings.Join(s.roles(), " "),
	}, more...)...)
}

// restoreName has the backup in it: another backup is another job.
func restoreName(s server) string { return s.host + "-restore-" + strings.ToLower(s.Postgres.Restore) }

// restoreJob loads one backup into the databases that are there.
func restoreJob(s server) *batchv1.JobArgs {
	cpu, memory := jobSize()
	c := s.container("restore", s.Postgres.Image, "restore.sh", cpu, memory)
	c.Env = s.client("NAME", s.Postgres.Restore)
	backups := mount("backups", backupPath)
	backups.ReadOnly = pulumi.Bool(true)
	c.VolumeMounts = append(s.mounts(), backups, mount("keys", "/keys"))
	pod := s.pod(corev1.ContainerArray{c})
	pod.RestartPolicy = pulumi.String("Never")
	pod.Volumes = append(s.volumes(), claimVolume("backups", s.backups), s.keyVolume())
	return &batchv1.JobArgs{Metadata: s.meta(restoreName(s)), Spec: s.job(pod)}
}
