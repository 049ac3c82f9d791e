package spec_test

import (
	"strings"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

func grammarRefusals() []refusal {
	return []refusal{
		{"a type that is not used", metric, func(m *spec.Monitor) { m.Type = "metric alert" },
			`type: "metric alert" is none that is used here`},
		{"prose instead of a query", metric, query("service:order-api status:error more than 10 in 5 minutes"),
			"query: want aggregate(last_…):expression operator number, such as avg(last_5m):avg:system.load.1{*} > 4"},
		{"a number without its zero", metric, query("avg(last_5m):avg:system.load.1{kube_cluster_name:c1} > .9"),
			"query: want aggregate(last_…):expression operator number, such as avg(last_5m):avg:system.load.1{*} > 4"},
		{"a window that is too long", metric, query("avg(last_2w):avg:system.load.1{kube_cluster_name:c1} by {host} > 4"),
			"query: window last_2w, want 1 minute to 1 week"},
		{"a filter that is empty", metric, query("avg(last_5m):avg:system.load.1{} > 4"),
			"query: system.load.1{} filters nothing: write {*}"},
		{"a filter that is no tag", metric, query("avg(last_5m):avg:system.load.1{kube_cluster_name:c1,prod} > 4"),
			`query: filter "prod", want key:value`},
		{"a group that is a tag with its value", metric,
			query("avg(last_5m):avg:system.load.1{kube_cluster_name:c1} by {host:a} > 4"), `query: group "host:a", want a tag's key`},
		{"a suffix that there is not", metric, query("avg(last_5m):avg:system.load.1{kube_cluster_name:c1}.as_sum() > 4"),
			"query: system.load.1.as_sum(): unknown suffix"},
		{"a function that there is not", metric, query("avg(last_5m):smooth(avg:system.load.1{kube_cluster_name:c1}) > 4"),
			"query: unknown function, known are default_zero, abs, anomalies, clamp_min, clamp_max, ewma_5, exclude_null, moving_rollup"},
		{"logic inside the expression", metric,
			query("avg(last_5m):avg:a.b{kube_cluster_name:c1} && avg:c.d{kube_cluster_name:c1} > 4"),
			"query: operator && inside the expression"},
		{"a word beside the series", metric, query("avg(last_5m):avg:a.b{kube_cluster_name:c1} / total > 4"),
			`query: "total" is neither a series nor a number`},
		{"parentheses that do not close", metric, query("avg(last_5m):(avg:a.b{kube_cluster_name:c1} > 4"),
			`query: "(avg:a.b{kube_cluster_name:c1}" is no expression of aggregate:metric{filter} terms`},
		{"a log query without its index", logs, query(`logs("status:error").rollup("count").last("5m") > 10`),
			`query: want logs("search").index("*").rollup("count").last("5m") > 10`},
		{"an average of nothing", logs,
			query(`logs("kube_namespace:shop").index("*").rollup("avg").last("5m") > 10`),
			`query: rollup("avg") of nothing, want rollup("avg", "measure")`},
		{"different values of nothing", logs,
			query(`logs("kube_namespace:shop").index("*").rollup("cardinality").last("5m") > 10`),
			`query: rollup("cardinality") of nothing, want rollup("cardinality", "measure")`},
		{"an index whose name is none", logs, query(`logs("kube_namespace:shop").index("main,other").rollup("count").last("5m") > 10`),
			`query: want logs("search").index("*").rollup("count").last("5m") > 10`},
		{"a log window that is too long", logs,
			query(`logs("kube_namespace:shop").index("*").rollup("count").last("72h") > 10`),
			"query: window 72h, want 1 minute to 2 days"},
		{"a search for everything", logs, query(`logs(" ").index("*").rollup("count").last("5m") > 10`),
			"query: the search is empty: it would count every line of the organisation"},
		{"a search with half a parenthesis", logs,
			query(`logs("kube_namespace:shop (a OR b").index("*").rollup("count").last("5m") > 10`),
			"query: invalid search: () are not balanced"},
		{"a search with half a quote", logs,
			query(`logs("kube_namespace:shop \"a").index("*").rollup("count").last("5m") > 10`),
			"query: invalid search: a quote is not closed"},
		{"a check without a scope", service, query(`"datadog.agent.up".last(2).count_by_status()`),
			`query: want "check".over("tag:value").by("host").last(2).count_by_status()`},
		{"a check that looks too far back", service,
			query(`"datadog.agent.up".over("kube_cluster_name:c1").last(200).count_by_status()`), "query: last(200), want at most 100"},
		{"a composite of names", composite, query("orders && products"),
			"query: want monitors' ids with &&, ||, ! and parentheses"},
		{"a composite of a list", composite, query("12 34"), "query: want monitors' ids with &&, ||, ! and parentheses"},
		{"a composite that computes", composite, query("12 & 34"), "query: want monitors' ids with &&, ||, ! and parentheses"},
		{"a composite with half a parenthesis", composite, query("!12 && (34"), "query: want monitors' ids with &&, ||, ! and parentheses"},
		{"a composite with thresholds", composite, func(m *spec.Monitor) { m.Thresholds.Critical = spec.At(1) },
			"thresholds: a composite has none: its monitors do"},
		{"a burn rate of nothing", burn, query(`burn_rate("").over("30d").long_window("1h").short_window("5m") > 14.4`),
			`query: want burn_rate("id").over("30d").long_window("1h").short_window("5m") > 14.4`},
		{"a budget that is left", budget, query(`error_budget("` + id + `").over("7d") < 80`),
			"query: operator <, want > or >=: a budget is used up, never down"},
	}
}

func metricRefusals() []refusal {
	const errors, hits = "trace.http.server.request.errors{env:production}", "trace.http.server.request.hits{env:production}"
	return []refusal{
		{"a count that is averaged", errorRate, query("avg(last_5m):sum:" + hits + ".as_count() > 5"),
			"query: avg(…) over trace.http.server.request.hits.as_count(), want sum: anything else forgets how many there were"},
		{"a percentile that is averaged", errorRate, query("avg(last_5m):p95:trace.http.server.request{env:production} > 5"),
			"query: avg(…) over p95:trace.http.server.request, want percentile(…) over p50 to p99 and nothing else"},
		{"a percentile of averages", errorRate, query("percentile(last_5m):avg:trace.http.server.request{env:production} > 5"),
			"query: percentile(…) over avg:trace.http.server.request, want percentile(…) over p50 to p99 and nothing else"},
		{"a percentile of a gauge", errorRate,
			query("percentile(last_5m):p95:trace.http.server.request.duration{env:production} > 5"),
			"query: trace.http.server.request.duration is a gauge, which has no percentiles: want trace.http.server.request"},
		{"errors that do not exist yet", errorRate,
			query("sum(last_5m):sum:" + errors + ".as_count() / sum:" + hits + ".as_count() > 5"),
			"query: trace.http.server.request.errors does not exist before the first error, want default_zero(sum:" +
				errors + ".as_count())"},
		{"operands in other groups", errorRate,
			query("sum(last_5m):default_zero(sum:" + errors + " by {service}.as_count()) / sum:" + hits + ".as_count() > 5"),
			"query: trace.http.server.request.errors is by {service}, trace.http.server.request.hits by {}: want the same groups"},
	}
}

func ownRefusals() []refusal {
	return []refusal{
		{"a warning beyond the limit", metric, func(m *spec.Monitor) { m.Thresholds.Warning = spec.At(5) },
			"thresholds: warning is 5, want it below critical (4)"},
		{"a lower limit with a warning below it", metric, func(m *spec.Monitor) {
			m.Query = "avg(last_5m):avg:system.load.1{kube_cluster_name:c1} by {host} < 4"
		}, "thresholds: warning is 3, want it above critical (4)"},
		{"a recovery of a warning beyond it", metric, func(m *spec.Monitor) { m.Thresholds.WarningRecovery = spec.At(3.5) },
			"thresholds: warning_recovery is 3.5, want it below warning (3)"},
		{"another stack's environment", errorRate, query("sum(last_5m):sum:a.b{env:staging}.as_count() > 5"),
			"query: sum:a.b{env:staging}.as_count() is about env:staging, want env:production"},
		{"two namespaces", logs,
			query(`logs("kube_namespace:shop kube_namespace:shop").index("*").rollup("count").last("5m") > 10`),
			"query: the search has 2 filters kube_namespace, want one"},
		{"every stack at once", metric, query("avg(last_5m):avg:system.load.1{*} by {host} > 4"),
			"query: avg:system.load.1{*} by {host} is about every stack, want a filter env, kube_namespace or kube_cluster_name"},
		{"the seed's log monitor, which alerted for both stacks", logs,
			query(`logs("service:order-api status:error").index("*").rollup("count").last("5m") > 10`),
			"query: the search is about every stack, want a filter env, kube_namespace or kube_cluster_name"},
		{"a service check with another meaning of silence", service, func(m *spec.Monitor) {
			m.NoData = spec.NoData{On: "default"}
		}, "noData: a service check has no onMissingData"},
		{"a composite that waits for data", composite, func(m *spec.Monitor) { m.NoData.On = "default" },
			"noData: a composite says nothing of missing data"},
		{"a burn rate that waits for data", burn, func(m *spec.Monitor) { m.NoData.Notify = true },
			"noData: an SLO's monitor says nothing of missing data"},
		{"a meaning of silence that there is not", metric, func(m *spec.Monitor) { m.NoData.On = "ok" },
			`noData: "ok", want one of show_no_data, show_and_notify_no_data, resolve, default`},
		{"a time without a notification", metric, func(m *spec.Monitor) { m.NoData.Minutes = 5 },
			"noData: a time without a notification"},
		{"notifying by what is no group", metric, func(m *spec.Monitor) { m.NotifyBy = []string{"service"} },
			"notifyBy: service is no group of the query, which is by {host}"},
		{"notifying again for ever", metric, func(m *spec.Monitor) { m.Renotify.Minutes = 30 },
			"renotify: every 30 minutes, 0 times: want both or none"},
		{"an escalation that nobody reads", metric, func(m *spec.Monitor) { m.Escalation = "still" },
			"escalation: nobody reads it where the monitor does not notify again"},
	}
}

func textRefusals() []refusal {
	message := func(text string) func(m *spec.Monitor) { return func(m *spec.Monitor) { m.Message = text } }
	return []refusal{
		{"no name", metric, func(m *spec.Monitor) { m.Name = " " }, "name: empty"},
		{"no message", metric, message(""), "message: empty: whoever is woken wants to know why"},
		{"a variable of another group", metric, message("{{pod_name.name}}"),
			"message: {{pod_name.name}} has no value: the query is by {host}"},
		{"a block that is not closed", metric, message("{{#is_alert}}x"), "message: {{#is_alert}} is never closed"},
		{"a block that is closed too early", metric, message("{{#is_alert}}{{#is_warning}}{{/is_alert}}{{/is_warning}}"),
			"message: {{/is_alert}} closes what is not open"},
		{"a block that there is not", metric, message("{{#is_down}}x{{/is_down}}"),
			"message: {{#is_down}} is no block that Datadog has"},
		{"half a variable", metric, message("{{value} high"), "message: half of a {{variable}}"},
		{"a priority that there is not", metric, func(m *spec.Monitor) { m.Priority = 6 }, "priority: 6, want 1 to 5"},
		{"a tag in capitals", metric, func(m *spec.Monitor) { m.Tags = []string{"Env:Production"} },
			`tags: "Env:Production", want key:value in lower case, 200 letters at most`},
		{"a tag that is too long", metric, func(m *spec.Monitor) { m.Tags = []string{"env:" + strings.Repeat("x", 200)} },
			`tags: "env:` + strings.Repeat("x", 200) + `", want key:value in lower case, 200 letters at most`},
	}
}
