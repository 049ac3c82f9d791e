package resource

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// ProviderArgs says where the API is, and who asks.
type ProviderArgs struct {
	APIKey pulumi.StringInput `pulumi:"apiKey"`
	AppKey pulumi.StringInput `pulumi:"appKey"`
	// APIURL is https://api.<site>. It is always given, or a stray DD_HOST would redirect the stack.
	APIURL string `pulumi:"apiUrl"`
}

// MonitorArgs is a monitor.
type MonitorArgs struct {
	Name    string             `pulumi:"name"`
	Type    string             `pulumi:"type"`
	Query   pulumi.StringInput `pulumi:"query"`
	Message string             `pulumi:"message"`
	// Priority is a number in text.
	Priority          string      `pulumi:"priority"`
	Tags              []string    `pulumi:"tags"`
	Thresholds        *Thresholds `pulumi:"monitorThresholds"`
	EscalationMessage string      `pulumi:"escalationMessage"`
	NotifyBies        []string    `pulumi:"notifyBies"`
	OnMissingData     string      `pulumi:"onMissingData"`
	NotifyNoData      *bool       `pulumi:"notifyNoData"`
	// NoDataTimeframe and RenotifyInterval are minutes, NewGroupDelay seconds, TimeoutH hours.
	NoDataTimeframe     int      `pulumi:"noDataTimeframe"`
	RenotifyInterval    int      `pulumi:"renotifyInterval"`
	RenotifyOccurrences int      `pulumi:"renotifyOccurrences"`
	RenotifyStatuses    []string `pulumi:"renotifyStatuses"`
	NewGroupDelay       int      `pulumi:"newGroupDelay"`
	TimeoutH            int      `pulumi:"timeoutH"`
	RequireFullWindow   *bool    `pulumi:"requireFullWindow"`
	IncludeTags         *bool    `pulumi:"includeTags"`
	EnableLogsSample    *bool    `pulumi:"enableLogsSample"`
}

// Thresholds are numbers in text.
type Thresholds struct {
	Critical         string `pulumi:"critical"`
	Warning          string `pulumi:"warning"`
	OK               string `pulumi:"ok"`
	CriticalRecovery string `pulumi:"criticalRecovery"`
	WarningRecovery  string `pulumi:"warningRecovery"`
}

// ObjectiveArgs is a service level objective.
type ObjectiveArgs struct {
	Name        string               `pulumi:"name"`
	Type        string               `pulumi:"type"`
	Description string               `pulumi:"description"`
	Tags        []string             `pulumi:"tags"`
	Thresholds  []Target             `pulumi:"thresholds"`
	Query       *Count               `pulumi:"query"`
	SLI         *SLI                 `pulumi:"sliSpecification"`
	MonitorIDs  pulumi.IntArrayInput `pulumi:"monitorIds"`
	Groups      []string             `pulumi:"groups"`
}

// Target is what shall hold, in percent, over a period such as 30d.
type Target struct {
	Timeframe string  `pulumi:"timeframe"`
	Target    float64 `pulumi:"target"`
	Warning   float64 `pulumi:"warning"`
}

// Count is good events of all events.
type Count struct {
	Numerator   string `pulumi:"numerator"`
	Denominator string `pulumi:"denominator"`
}

// SLI is how an objective is measured that is neither a count nor monitors.
type SLI struct {
	TimeSlice *TimeSlice `pulumi:"timeSlice"`
}

// TimeSlice counts the slices of time in which a query compares well with a threshold.
type TimeSlice struct {
	Comparator           string     `pulumi:"comparator"`
	Threshold            float64    `pulumi:"threshold"`
	QueryIntervalSeconds int        `pulumi:"queryIntervalSeconds"`
	Query                SliceQuery `pulumi:"query"`
}

// SliceQuery is a formula over named queries.
type SliceQuery struct {
	Formula Formula      `pulumi:"formula"`
	Queries []NamedQuery `pulumi:"queries"`
}

// Formula names queries.
type Formula struct {
	Expression string `pulumi:"formulaExpression"`
}

// NamedQuery is a query that a formula names.
type NamedQuery struct {
	Metric *MetricQuery `pulumi:"metricQuery"`
}

// MetricQuery is a query of metrics.
type MetricQuery struct {
	Name  string `pulumi:"name"`
	Query string `pulumi:"query"`
}

// DashboardArgs is a dashboard as the API writes it.
type DashboardArgs struct {
	Dashboard pulumi.StringInput `pulumi:"dashboard"`
}

// DowntimeArgs keeps monitors quiet at times.
type DowntimeArgs struct {
	// Scope is the groups that are quiet, such as env:staging.
	Scope             string             `pulumi:"scope"`
	Message           string             `pulumi:"message"`
	DisplayTimezone   string             `pulumi:"displayTimezone"`
	MonitorIdentifier MonitorIdentifier  `pulumi:"monitorIdentifier"`
	RecurringSchedule *RecurringSchedule `pulumi:"recurringSchedule"`
}

// MonitorIdentifier finds the monitors by their tags.
type MonitorIdentifier struct {
	MonitorTags []string `pulumi:"monitorTags"`
}

// RecurringSchedule comes again.
type RecurringSchedule struct {
	Timezone    string       `pulumi:"timezone"`
	Recurrences []Recurrence `pulumi:"recurrences"`
}

// Recurrence is when, in the notation of RFC 5545, and for how long, such as 12h.
type Recurrence struct {
	Rrule    string `pulumi:"rrule"`
	Duration string `pulumi:"duration"`
	Start    string `pulumi:"start"`
}
