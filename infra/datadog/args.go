// Package datadog declares what Datadog watches of a stack: monitors, service level objectives, a dashboard, and what else
// the stack asks for. Monitors of what Prometheus watches, too, are made from package alerts; the others are of logs, of
// calls between services and of budgets, which only Datadog has. It knows neither stacks nor the cluster.
//
// What is declared is planned and checked without Pulumi. The files that import Pulumi's SDK for Datadog, and no others,
// are left out under the build constraint lean: compiling that SDK takes minutes and gigabytes of memory.
package datadog

import (
	"errors"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

// Args is the stack that Datadog watches.
type Args struct {
	// Stack names the stack: its monitors carry the name.
	Stack string
	// Scope is what every query must be about.
	Scope spec.Scope
	// APIKey and AppKey open the organisation's account.
	APIKey, AppKey string
	// API is the address of the API, App the one that people open.
	API, App string
	// Alerts are the platform's; those that say what they are in Datadog become monitors.
	Alerts []alerts.Alert
	// Runbooks is the base address of the runbooks; empty leaves links to them out.
	Runbooks string
	// Services are the shop's, and whom each calls.
	Services []Service
	// Orders, Catalogue and Entry are the services that objectives and the frontend's monitor are about.
	Orders, Catalogue, Entry string
	// Team owns the monitors.
	Team string
	// Pager is notified of what is critical; Subscribers are notified of everything.
	Pager, Subscribers []string
	// Repeat notifies again while what is urgent is not resolved.
	Repeat bool
	// Limits are when the monitors alert that are Datadog's own.
	Limits Limits
	// Objectives are what is promised.
	Objectives Objectives
	// Thresholds are the stack's own for single monitors, by the monitors' names.
	Thresholds map[string]Threshold
	// StatefulSets and Volumes are the stack's namespaces in which there are any: the shop's, the monitoring's.
	StatefulSets, Volumes []string
	// Quiet keeps the stack's monitors silent every day; nil never does.
	Quiet *Quiet
	// Synthetic asks for the shop from outside; nil does not.
	Synthetic *Synthetic
	// Index keeps the stack's log lines apart; nil leaves them to the organisation's indexes.
	Index *Index
	// CountLines makes a metric of the stack's log lines.
	CountLines bool
	// Definitions describes the services in the service catalogue.
	Definitions bool
	// TeamRule notifies a team of what carries its tag; nil does not.
	TeamRule *TeamRule
	// WatchesAgent says that the stack owns the cluster's agent.
	WatchesAgent bool
	// MeasuresDatabase says that PostgreSQL has an exporter, from which the agent collects.
	MeasuresDatabase bool
}

// Service is one service as traces and logs know it.
type Service struct {
	Name string
	// Calls says that it sends requests to others.
	Calls bool
}

// Limits are when monitors alert.
type Limits struct {
	// ErrorLogs and ServerErrors are per five minutes, LogLines per hour; 0 LogLines is any number.
	ErrorLogs, ServerErrors, LogLines int
	// CallErrors is how many of a hundred calls to other services may fail.
	CallErrors float64
}

// Objectives are what is promised over 30 days, in percent.
type Objectives struct {
	Orders, Catalogue, Shop float64
	// CatalogueSeconds is how fast 95 of 100 answers are.
	CatalogueSeconds float64
	// Burn also watches how fast the orders' budget goes.
	Burn bool
}

// Synthetic is a test of the public address.
type Synthetic struct {
	URL       string
	Locations []string
	// Every is the number of seconds between two questions, Slow how many milliseconds an answer may take.
	Every, Slow int
	// Shows is text that the page has: an answer of somebody else's, such as a provider's page for parked names, does not.
	Shows string
}

// Index is an index of log lines.
type Index struct {
	// Days is how long lines are kept, DailyLimit how many of a day; 0 is all.
	Days, DailyLimit int
	Exclude          []Exclusion
}

// Exclusion is a share of some lines that an index does not keep.
type Exclusion struct {
	Name, Query string
	Share       float64
}

// TeamRule says by what ways a team is notified.
type TeamRule struct {
	Team                         string
	Email                        bool
	SlackWorkspace, SlackChannel string
	PagerDuty                    string
}

// Quiet is a time of every day.
type Quiet struct {
	// From is hours and minutes, such as 20:00, of a clock in Timezone.
	From, Timezone string
	Hours          int
}

func (a Args) validate() error {
	if a.APIKey == "" || a.AppKey == "" || a.API == "" || a.App == "" {
		return errors.New("want both keys, the API's address and the site's")
	}
	if a.Scope.Environment == "" || a.Scope.Namespace == "" || a.Scope.Cluster == "" {
		return errors.New("want an environment, a namespace and a cluster")
	}
	return nil
}
