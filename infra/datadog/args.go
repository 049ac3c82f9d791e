package datadog

import (
	"errors"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

// Args is the stack that Datadog watches.
type Args struct {
	// Stack names the stack: its monitors are told apart by it.
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
	// Page wakes somebody and is told of what is critical; Readers are told of everything.
	Page, Readers []string
	// Repeat tells again while nobody has mended what is urgent.
	Repeat bool
	// Limits are when the monitors alert that are Datadog's own.
	Limits Limits
	// Objectives are what is promised.
	Objectives Objectives
	// Quiet keeps the stack's monitors silent every day; nil never does.
	Quiet *Quiet
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
