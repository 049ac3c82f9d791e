package database

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// port is PostgreSQL's.
const port = 5432

// server is what the objects of one PostgreSQL server are built from. They are declared by its own methods and not by
// Database's: whoever uses a type compiles what its methods mention, which for Kubernetes' types takes seconds.
type server struct {
	Args
	// of is what it belongs to.
	of *Database
	// app names the server and what belongs to it; host is its Service.
	app  kube.App
	host string
	// account, config, volume and backups are the names of objects that others mount or refer to.
	account, config, volume, backups pulumi.StringOutput
}

// serve runs a server with a database and a role for each service.
func (d *Database) serve(ctx *pulumi.Context, name string, args Args) error {
	s := server{Args: args, of: d, host: name, app: kube.App{
		Name: name, Tier: "data", Environment: args.Environment, Version: args.Postgres.Version,
	}}
	child := pulumi.Parent(d)
	if err := s.prepare(ctx, name); err != nil {
		return err
	}
	set, err := appsv1.NewStatefulSet(ctx, name, statefulSet(s), child)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if _, err := corev1.NewService(ctx, name, service(s), child); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	if _, err := policyv1.NewPodDisruptionBudget(ctx, name, disruptionBudget(s), child); err != nil {
		return fmt.Errorf("disruption budget: %w", err)
	}
	for _, app := range args.Apps {
		d.Connections[app.Name] = s.connection(app.Name)
	}
	if err := s.measure(ctx); err != nil {
		return err
	}
	if args.Postgres.Backup == nil {
		return nil
	}
	return s.guard(ctx, name, set)
}

// prepare declares what the server needs before it starts.
func (s *server) prepare(ctx *pulumi.Context, name string) error {
	child := pulumi.Parent(s.of)
	if _, err := networkingv1.NewNetworkPolicy(ctx, name, serverPolicy(*s), child); err != nil {
		return fmt.Errorf("network policy: %w", err)
	}
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: s.meta(name), AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
	if err != nil {
		return fmt.Errorf("service account: %w", err)
	}
	data, err := files(*s)
	if err != nil {
		return err
	}
	// Auto-named: changed content is another ConfigMap, which rolls the server.
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: &metav1.ObjectMetaArgs{Namespace: s.Namespace.ToStringOutput(), Labels: s.app.Labels()},
		Data:     data, Immutable: pulumi.Bool(true),
	}, child)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	s.volume, err = s.of.claim(ctx, name+"-data", volume{s.Args, s.app, name + "-data", s.Postgres.Volume})
	if err != nil {
		return fmt.Errorf("volume: %w", err)
	}
	s.account, s.config = account.Metadata.Name().Elem(), config.Metadata.Name().Elem()
	return nil
}

// BackupName is what the jobs that back a database up are called.
func BackupName(database string) string { return database + "-backup" }

// guard makes backups, and loads one if that is asked for.
func (s server) guard(ctx *pulumi.Context, name string, set pulumi.Resource) error {
	child := pulumi.Parent(s.of)
	jobs := s
	jobs.app.Name = BackupName(name)
	var err error
	backups := volume{s.Args, jobs.app, name + "-backups", s.Postgres.Backup.Volume}
	if jobs.backups, err = s.of.claim(ctx, name+"-backups", backups); err != nil {
		return fmt.Errorf("backup volume: %w", err)
	}
	if _, err := networkingv1.NewNetworkPolicy(ctx, jobs.app.Name, backupPolicy(jobs, s.app), child); err != nil {
		return fmt.Errorf("backup network policy: %w", err)
	}
	if _, err := batchv1.NewCronJob(ctx, jobs.app.Name, backupJob(jobs), child); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if s.Postgres.Restore == "" {
		return nil
	}
	// The server is not among the job's inputs, but it must serve before anything can be loaded.
	ready := pulumi.DependsOn([]pulumi.Resource{set})
	// A job that differs is made and run anew: with every change of the server it would load the backup over newer data.
	once := pulumi.IgnoreChanges([]string{"spec"})
	if _, err := batchv1.NewJob(ctx, restoreName(jobs), restoreJob(jobs), child, ready, once); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// connection is how a service reaches its own database. The server is behind policies in the same namespace, so it
// speaks without TLS.
func (s server) connection(service string) Connection {
	password := s.Secrets[PasswordName(service)]
	return Connection{
		URL: fmt.Sprintf("postgres://%s:$(%s)@%s:%d/%s?sslmode=disable",
			role(service), PasswordEnv, s.host, port, role(service)),
		Password: &password,
		Servers:  []kube.Peer{{Pods: s.app.Selector()}},
		Ports:    []int{port},
	}
}

func (s server) meta(name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: s.Namespace.ToStringOutput(), Labels: s.app.Labels(),
	}
}

// roles are the services' roles, separated by spaces as the scripts want them.
func (s server) roles() []string {
	var roles []string
	for _, app := range s.Apps {
		roles = append(roles, role(app.Name))
	}
	return roles
}
