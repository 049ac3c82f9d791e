package alerts

import "github.com/techcommerce/platform/infra/dashboards"

// monitoring watches the watchers.
func monitoring(Target) []Alert {
	return []Alert{watchdog()}
}

// watchdog always fires. Whoever receives it raises the alarm when it stops.
func watchdog() Alert {
	return Alert{
		Name:        "Watchdog",
		Severity:    Info,
		Expr:        `vector(1)`,
		Summary:     "Alerts work",
		Description: "This alert always fires. If it stops, nothing that happens is told any more.",
		Page:        dashboards.Prometheus,
	}
}
