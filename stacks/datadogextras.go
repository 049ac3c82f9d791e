package stacks

import (
	"errors"
	"strconv"
)

// DatadogThreshold is when one monitor alerts.
type DatadogThreshold struct {
	// Monitor is the monitor's name without the stack's, such as ErrorLogs-frontend.
	Monitor string `json:"monitor" pattern:"monitor"`
	// Critical is the value from which on it alerts.
	Critical *Number `json:"critical,omitempty"`
	// Warning is the value from which on it warns. Absent: it does not warn.
	Warning *Number `json:"warning,omitempty"`
}

// DatadogSynthetic is a test of the public address from outside.
type DatadogSynthetic struct {
	// URL is the address to ask for. Default: https:// and edge.ingress.host.
	URL string `json:"url,omitempty" pattern:"publicAddress"`
	// Locations are where the questions come from. The shop is gone when it does not answer two of them, or the only one.
	Locations []DatadogLocation `json:"locations,omitempty"`
	// Every is the number of seconds between two questions of a location.
	Every int `json:"every,omitempty" min:"30" max:"604800"`
	// Slow is how many milliseconds an answer may take.
	Slow int `json:"slow,omitempty" min:"100" max:"60000"`
}

// DatadogLogs is what becomes of the stack's log lines.
type DatadogLogs struct {
	// Index is an index for the stack's lines alone. Absent: the organisation's indexes take them.
	Index *DatadogIndex `json:"index,omitempty"`
	// Metrics counts all lines by service and status, those too that no index keeps.
	Metrics bool `json:"metrics,omitempty"`
}

// DatadogIndex is an index of log lines.
type DatadogIndex struct {
	// Days is how long lines are kept: 3, 7, 15, 30 or what else the contract has.
	Days int `json:"days,omitempty" min:"1" max:"450"`
	// DailyLimit is how many lines are kept of a day. 0: all.
	DailyLimit int `json:"dailyLimit,omitempty" min:"0"`
	// Exclude lists lines that are not kept, and so not paid for.
	Exclude []DatadogExclusion `json:"exclude,omitempty"`
}

// DatadogExclusion is lines that an index does not keep.
type DatadogExclusion struct {
	// Name is what the filter is called.
	Name string `json:"name" pattern:"label"`
	// Query finds the lines, such as "service:frontend status:info".
	Query string `json:"query" min:"1"`
	// Percent is the share of them that is dropped.
	Percent Percent `json:"percent,omitempty"`
}

// DatadogTeamRule says by what ways a team of Datadog's is notified. At least one is set.
type DatadogTeamRule struct {
	// Team is the team's id, from the address of its page.
	Team string `json:"team" pattern:"team"`
	// Email notifies by the team's mail address.
	Email bool `json:"email,omitempty"`
	// SlackWorkspace is where the channel to notify is.
	SlackWorkspace string `json:"slackWorkspace,omitempty"`
	// SlackChannel is the channel in the workspace.
	SlackChannel string `json:"slackChannel,omitempty" pattern:"optionalChannel"`
	// PagerDuty notifies the service of that name.
	PagerDuty string `json:"pagerDuty,omitempty"`
}

func (s *DatadogSynthetic) setDefaults() {
	s.Locations = []DatadogLocation{"aws:eu-central-1", "aws:eu-west-1", "aws:us-east-1"}
	s.Every, s.Slow = 60, 5000
}

func (i *DatadogIndex) setDefaults() { i.Days = 15 }

// Share is how much of what it finds an exclusion drops, of 1.
func (e DatadogExclusion) Share() float64 {
	if e.Percent == 0 {
		return 1
	}
	return float64(e.Percent) / 100
}

// SyntheticAddress is where the synthetic test asks; empty if the stack has no public address.
func (s Stack) SyntheticAddress() string {
	if url := s.Datadog.Synthetic.URL; url != "" {
		return url
	}
	if host, tls, ok := s.Edge.Host(); ok && tls != nil && host != "" {
		return "https://" + host
	}
	return ""
}

func (s Stack) validateDatadogExtras() []Problem {
	var found problems
	d := s.Datadog
	for i, t := range d.Thresholds {
		if t.Critical == nil || t.Monitor == "" {
			found.add("datadog.thresholds["+strconv.Itoa(i)+"]", "want monitor and critical")
		}
	}
	if y := d.Synthetic; y != nil {
		if s.SyntheticAddress() == "" {
			found.add("datadog.synthetic.url", "missing: the stack has no ingress with TLS, so its public address must be given")
		}
		if len(y.Locations) == 0 {
			found.add("datadog.synthetic.locations", "empty, want at least one")
		}
	}
	if d.Logs != nil && d.Logs.Index != nil {
		for i, e := range d.Logs.Index.Exclude {
			if e.Percent < 0 || e.Percent > 100 {
				found.add("datadog.logs.index.exclude["+strconv.Itoa(i)+"].percent", "%s, want 0 to 100", e.Percent)
			}
		}
	}
	if r := d.Notify.Rule; r != nil {
		if r.Team == "" || !r.Email && r.SlackChannel == "" && r.PagerDuty == "" {
			found.add("datadog.notify.rule", "want team, and at least one of email, slackChannel and pagerDuty")
		}
		if (r.SlackChannel == "") != (r.SlackWorkspace == "") {
			found.add("datadog.notify.rule", "want both slackWorkspace and slackChannel, or neither")
		}
	}
	return found
}

// DatadogLocation is a place from which Datadog asks.
type DatadogLocation string

func (DatadogLocation) notation() notation {
	return notation{expression: `(aws|azure|gcp|pl):[a-z0-9-]+`, rule: "a location of Datadog's, such as aws:eu-central-1"}
}

// UnmarshalText reads "aws:eu-central-1".
func (l *DatadogLocation) UnmarshalText(text []byte) error {
	if !matches(l.notation(), text) {
		return errors.New("want " + l.notation().rule)
	}
	*l = DatadogLocation(text)
	return nil
}

// Number is any number, written "14.4".
type Number float64

// String is the shortest notation.
func (n Number) String() string { return strconv.FormatFloat(float64(n), 'f', -1, 64) }

func (Number) notation() notation {
	return notation{expression: `-?[0-9]+(\.[0-9]+)?`, rule: "a number such as 14.4", numeric: true}
}

// MarshalText is String.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads "14.4".
func (n *Number) UnmarshalText(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !matches(n.notation(), text) {
		return errors.New("want " + n.notation().rule)
	}
	*n = Number(value)
	return nil
}
