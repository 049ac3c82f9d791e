package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// Metrics of PostgreSQL's exporter that both backends watch.
const (
	PostgresConnections    = "pg_stat_activity_count"
	PostgresMaxConnections = "pg_settings_max_connections"
	PostgresDeadlocks      = "pg_stat_database_deadlocks"
)

// database watches PostgreSQL where it runs in the cluster. SQLite has no server that could be down, and a managed
// database monitors the server in the cluster; a managed one is monitored by its provider, and the services' readiness
// depends on either.
func database(t Target) []Alert {
	if t.Database == "" {
		return nil
	}
	list := []Alert{databaseDown(t), databaseConnectionsHigh(t), databaseDeadlocks()}
	if t.Backup != "" {
		list = append(list, backupTooOld())
	}
	return list
}

func databaseDown(t Target) Alert {
	return Alert{
		Name:     "DatabaseDown",
		Severity: Critical,
		For:      time.Minute,
		Expr: `
max by (namespace) (pg_up{job="postgres-exporter", namespace="$namespace"}) == 0
or
max by (namespace) (kube_statefulset_status_replicas_ready{namespace="$namespace", statefulset="$database"}) == 0`,
		Summary:     "The database is down",
		Description: "PostgreSQL in {{ $labels.namespace }} does not answer.",
		Dashboard:   dashboards.Overview,
		Inhibits: []Inhibition{
			{Alerts: []string{
				"ServiceDown", "HighErrorRate", "HighAPIResponseTime", "OrdersFailing", "CheckoutSlow", "OrdersPending",
				"PodNotReady", "DeploymentShortOfReplicas", "StatefulSetShortOfReplicas",
			}, Equal: []string{"namespace"}},
		},
		Runbook: Runbook{
			Meaning: "PostgreSQL has been down for a minute.",
			Impact: "No products, no orders: both APIs are unready, the shop's page says that it cannot show them. Orders " +
				"that were confirmed are on disk. The services come back by themselves within seconds of the database.",
			Investigate: []Step{
				{Do: "Is its pod there, and why not?", Run: "kubectl -n $NS get pod $database-0\nkubectl -n $NS describe pod $database-0 | tail -n 20"},
				{Do: "What does it say? `No space left on device` and `out of memory` speak for themselves.",
					Run: "kubectl -n $NS logs $database-0 --tail=50\nkubectl -n $NS logs $database-0 --tail=50 --previous"},
				{Do: "Has its volume room?", Query: `kubelet_volume_stats_available_bytes{namespace="$namespace", persistentvolumeclaim="$database-data"}`},
			},
			Fix: []Step{
				{Do: "The volume is full: see [VolumeAlmostFull](VolumeAlmostFull.md)."},
				{Do: "The pod hangs: delete it. The StatefulSet makes it anew on the same volume, and PostgreSQL recovers what was committed.",
					Run: "kubectl -n $NS delete pod $database-0"},
				{Do: "Its data is lost or broken: restore the last good backup. The last line of each log is a backup's name: set one in `Pulumi.<stack>.yaml` as " +
					"`database.postgres.restore`, run `pulumi up`. What came after it is lost.",
					Run: "kubectl -n $NS logs -l app.kubernetes.io/name=$backup --all-containers --prefix --tail=1"},
			},
			Silence: "While the database is moved or upgraded.",
		},
		Datadog: &Query{
			Reduce: "max", Window: 5 * time.Minute,
			Metric:  Metric{Space: "max", Name: "kubernetes_state.statefulset.replicas_ready", Filter: []string{"kube_stateful_set:" + t.Database}},
			Compare: "<", Critical: 1, NoData: NoDataNotifies,
		},
	}
}

func maxConnections() Limit {
	return Limit{
		Key: "connections", Unit: Percent, Default: 80,
		Meaning: "The share of the database's connections that may be in use.",
	}
}

func databaseConnectionsHigh(t Target) Alert {
	return Alert{
		Name:     "DatabaseConnectionsHigh",
		Severity: Warning,
		For:      5 * time.Minute,
		Limit:    maxConnections(),
		Expr: `
sum by (namespace) (pg_stat_activity_count{job="postgres-exporter", namespace="$namespace"})
/
max by (namespace) (pg_settings_max_connections{job="postgres-exporter", namespace="$namespace"})
> $limit`,
		Summary:     "The database is almost out of connections",
		Description: "{{ $value | humanizePercentage }} of PostgreSQL's connections in {{ $labels.namespace }} are in use.",
		Dashboard:   dashboards.Overview,
		Runbook: Runbook{
			Meaning: "Most of the connections that PostgreSQL allows are open.",
			Impact:  "None yet. When all are, requests wait for one and then fail.",
			Investigate: []Step{
				{Do: "Who holds them, and what do they do?",
					Run: "kubectl -n $NS exec $database-0 -- psql -U postgres -h /tmp -c \"select usename, state, count(*), max(now() - state_change) from pg_stat_activity group by 1, 2 order by 3 desc\""},
				{Do: "Sessions that are `idle in transaction` hold locks. Since when are there so many?",
					Query: `sum by (datname, state) (pg_stat_activity_count{namespace="$namespace"})`},
			},
			Fix: []Step{
				{Do: "More pods than planned: `databaseConnections` times the pods must fit. The program sets PostgreSQL's limit for " +
					"`autoscale.max` pods of two releases; whatever is more was scaled by hand: `make revert STACK=$STACK OBJECT=all` takes it back."},
				{Do: "A session hangs: end it.",
					Run: "kubectl -n $NS exec $database-0 -- psql -U postgres -h /tmp -c \"select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and state_change < now() - interval '5 minutes'\""},
			},
			Silence: "While somebody loads data with many sessions.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 10 * time.Minute,
			Metric:  Metric{Space: "sum", Name: PostgresConnections},
			Of:      &Metric{Space: "max", Name: PostgresMaxConnections},
			Compare: ">", Critical: 100 * t.limit(maxConnections()), Warning: before(100 * t.limit(maxConnections())),
		},
	}
}

// deadlocks is how many there may be within ten minutes: the services lock rows in one order, so hardly any.
const deadlocks = 2

// databaseDeadlocks rounds, because increase() extrapolates: it would make 2.1 of 2.
func databaseDeadlocks() Alert {
	return Alert{
		Name:     "DatabaseDeadlocks",
		Severity: Warning,
		Expr: `
round(sum by (namespace) (increase(pg_stat_database_deadlocks{job="postgres-exporter", namespace="$namespace"}[10m]))) > ` + number(deadlocks),
		Summary:     "Transactions block each other",
		Description: "PostgreSQL in {{ $labels.namespace }} ended {{ $value | humanize }} transactions within ten minutes that waited for each other.",
		Dashboard:   dashboards.Overview,
		Runbook: Runbook{
			Meaning: "Transactions wait for each other in a circle, and PostgreSQL ends one of each such circle.",
			Impact:  "The requests of those that were ended fail or come late. No data is wrong.",
			Investigate: []Step{
				{Do: "Which statements? The log names both sides of each deadlock.",
					Run: "kubectl -n $NS logs $database-0 --since=1h | grep -A 8 'deadlock detected' | tail -n 40"},
				{Do: "In which database, and since when?",
					Query: `sum by (datname) (increase(pg_stat_database_deadlocks{namespace="$namespace"}[10m])) > 0`},
				{Do: "Did it begin with a release?", Run: "kubectl -n $NS rollout history deployment/$SERVICE"},
			},
			Fix: []Step{
				rollBack(),
				{Do: "Somebody works in the database by hand: let them finish, or end their session, see [DatabaseConnectionsHigh](DatabaseConnectionsHigh.md)."},
				{Do: "Otherwise two statements lock the same rows in different orders: the log says which. Lock them in one order."},
			},
			Silence: "While somebody changes data by hand.",
		},
		Datadog: &Query{
			Reduce: "sum", Window: 10 * time.Minute,
			Metric:  Metric{Space: "sum", Name: PostgresDeadlocks, Count: true, Zero: true},
			Compare: ">", Critical: deadlocks, NoData: NoDataIsFine,
		},
	}
}

// backupTooOld goes by the schedule, whatever it is: the last backup that was due has not succeeded, or none becomes due
// any more. An hour is what a backup may take.
func backupTooOld() Alert {
	return Alert{
		Name:     "BackupTooOld",
		Severity: Warning,
		For:      75 * time.Minute,
		Expr: `
max by (namespace, cronjob) (kube_cronjob_status_last_schedule_time{namespace="$namespace", cronjob="$backup"})
> (
  max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{namespace="$namespace", cronjob="$backup"})
  or
  max by (namespace, cronjob) (kube_cronjob_created{namespace="$namespace", cronjob="$backup"})
)
or
time() - max by (namespace, cronjob) (kube_cronjob_next_schedule_time{namespace="$namespace", cronjob="$backup"}) > 0
or
max by (namespace, cronjob) (kube_cronjob_spec_suspend{namespace="$namespace", cronjob="$backup"}) == 1`,
		Summary:     "The last backup failed",
		Description: "The backup of the database in {{ $labels.namespace }} that was due last has not succeeded.",
		Dashboard:   dashboards.Overview,
		Runbook: Runbook{
			Meaning: "The last backup that was due failed, never ended, or never began.",
			Impact:  "None for customers. A restore now loses more data than the backup schedule allows.",
			Investigate: []Step{
				{Do: "How old is the last good one, in seconds?",
					Query: `time() - kube_cronjob_status_last_successful_time{namespace="$namespace", cronjob="$backup"}`},
				{Do: "Did its Job run, and what did it say?",
					Run: "kubectl -n $NS get cronjob $backup\nkubectl -n $NS get jobs -l app.kubernetes.io/name=$backup\n" +
						"kubectl -n $NS logs -l app.kubernetes.io/name=$backup --all-containers --tail=30"},
				{Do: "Has the volume of the backups room?",
					Query: `kubelet_volume_stats_available_bytes{namespace="$namespace", persistentvolumeclaim="$database-backups"}`},
			},
			Fix: []Step{
				{Do: "Whatever it was, run one now and watch it.",
					Run: "kubectl -n $NS create job $backup-now --from=cronjob/$backup\nkubectl -n $NS logs -f job/$backup-now --all-containers"},
				{Do: "The volume is full: raise `database.postgres.backup.size`, or lower `keepDays`."},
				{Do: "The bucket refuses: the secrets `backupAccessKey` and `backupSecretKey` are out of date."},
				revert("Somebody suspended it"),
			},
			Silence: "Not for longer than you can afford to lose.",
		},
	}
}
