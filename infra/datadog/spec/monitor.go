// Package spec is what Datadog shall watch, as plain values: monitors and service level objectives, and every rule that
// Datadog's API and we ourselves hold them to, checked without any call. It knows neither Pulumi nor our alerts.
package spec

// The types of monitors that are used here.
const (
	Metric       = "query alert"
	Log          = "log alert"
	Event        = "event-v2 alert"
	ServiceCheck = "service check"
	Composite    = "composite"
	Burn         = "slo alert"
	// Synthetic is what Datadog makes of a synthetic test; nobody declares one.
	Synthetic = "synthetics alert"
)

// Monitor is one monitor.
type Monitor struct {
	// Name is its title.
	Name string
	// Type is one of the constants above.
	Type string
	// Query says what is watched, in Datadog's language for the type.
	Query string
	// Thresholds are when it changes its mind.
	Thresholds Thresholds
	// Message is what people read, with Datadog's {{variables}} and @handles.
	Message string
	// Escalation is read instead of it when the monitor notifies again.
	Escalation string
	// Priority is 1, the greatest, to 5.
	Priority int
	// Tags are the monitor's own, not those of what it watches.
	Tags []string
	// NotifyBy lists the groups of the query that notify separately; empty means each group.
	NotifyBy []string
	// NoData says what silence means.
	NoData NoData
	// Renotify repeats the notification; the zero value does not.
	Renotify Renotify
	// NewGroupDelay is how many seconds a new group has before it is watched.
	NewGroupDelay int
	// FullWindow waits until the whole window has data.
	FullWindow bool
	// TimeoutHours resolves a monitor that gets no more data; 0 never does.
	TimeoutHours int
	// CurrentPeriod says that the monitor evaluates a running day or month instead of the last minutes.
	CurrentPeriod bool
}

// Thresholds are when a monitor changes its mind; nil means none.
type Thresholds struct {
	Critical, Warning, OK, CriticalRecovery, WarningRecovery *float64
}

// NoData says what silence means: nothing set leaves it to Datadog, and On and Notify exclude each other.
type NoData struct {
	// On is show_no_data, show_and_notify_no_data, resolve or default.
	On string
	// Notify notifies after Minutes.
	Notify  bool
	Minutes int
}

// Notifies reports whether people are notified of silence.
func (n NoData) Notifies() bool { return n.Notify || n.On == "show_and_notify_no_data" }

// RenotifyStatuses are the states in which the notification is repeated: silence is one of them where people are notified
// of it, and of a monitor of agents it is the usual one.
func (m Monitor) RenotifyStatuses() []string {
	if m.NoData.Notifies() {
		return []string{"alert", "no data"}
	}
	return []string{"alert"}
}

// Renotify repeats a notification.
type Renotify struct {
	// Minutes is the time between two of them, Times how many there are at most.
	Minutes, Times int
}

// At is a threshold.
func At(value float64) *float64 { return &value }

// Scope is the stack that a monitor belongs to.
type Scope struct {
	// Environment, Namespace and Cluster are what its filters must say; empty means that nothing is demanded.
	Environment, Namespace, Cluster string
	// Monitors lists the ids of all monitors; nil means that any may be there. Composites lists those of composites.
	Monitors, Composites []string
	// Objective is the SLO that a burn monitor watches; nil means any.
	Objective *Objective
}
