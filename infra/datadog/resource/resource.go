// Package resource declares the few resources of Pulumi's Datadog provider that are used here, typed, and nothing else of
// it. The provider's own SDK is one package of 341,000 lines: compiling it takes minutes and 9 GB of memory, and linking
// it slows down every preview of every stack, Datadog or not. What these types say is held against that SDK's source by
// the tests in test/datadog.
package resource

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Version is the provider plugin's, which Pulumi installs when a stack first needs it.
const Version = "4.68.0"

// The tokens of the resources.
const (
	ProviderToken  = "pulumi:providers:datadog"
	MonitorToken   = "datadog:index/monitor:Monitor"
	ObjectiveToken = "datadog:index/serviceLevelObjective:ServiceLevelObjective"
	DashboardToken = "datadog:index/dashboardJson:DashboardJson"
	DowntimeToken  = "datadog:index/downtimeSchedule:DowntimeSchedule"
)

// Provider talks to Datadog's API.
type Provider struct{ pulumi.ProviderResourceState }

// Monitor is a monitor. Its id is a number.
type Monitor struct{ pulumi.CustomResourceState }

// Objective is a service level objective.
type Objective struct{ pulumi.CustomResourceState }

// Dashboard is a dashboard.
type Dashboard struct {
	pulumi.CustomResourceState

	// URL is its path at the site.
	URL pulumi.StringOutput `pulumi:"url"`
}

// Downtime keeps monitors quiet at times.
type Downtime struct{ pulumi.CustomResourceState }

// NewProvider declares the provider. Its keys are secrets in state, whatever they were before.
func NewProvider(ctx *pulumi.Context, name string, args ProviderArgs, opts ...pulumi.ResourceOption) (*Provider, error) {
	secret := pulumi.AdditionalSecretOutputs([]string{"apiKey", "appKey"})
	p := &Provider{}
	return p, register(ctx, ProviderToken, name, args, p, secret, pulumi.Composite(opts...))
}

// NewMonitor declares a monitor.
func NewMonitor(ctx *pulumi.Context, name string, args MonitorArgs, opts ...pulumi.ResourceOption) (*Monitor, error) {
	m := &Monitor{}
	return m, register(ctx, MonitorToken, name, args, m, opts...)
}

// NewObjective declares a service level objective.
func NewObjective(ctx *pulumi.Context, name string, args ObjectiveArgs, opts ...pulumi.ResourceOption) (*Objective, error) {
	o := &Objective{}
	return o, register(ctx, ObjectiveToken, name, args, o, opts...)
}

// NewDashboard declares a dashboard.
func NewDashboard(ctx *pulumi.Context, name string, args DashboardArgs, opts ...pulumi.ResourceOption) (*Dashboard, error) {
	d := &Dashboard{}
	return d, register(ctx, DashboardToken, name, args, d, opts...)
}

// NewDowntime declares a downtime.
func NewDowntime(ctx *pulumi.Context, name string, args DowntimeArgs, opts ...pulumi.ResourceOption) (*Downtime, error) {
	d := &Downtime{}
	return d, register(ctx, DowntimeToken, name, args, d, opts...)
}

func register(ctx *pulumi.Context, token, name string, args any, resource pulumi.CustomResource,
	opts ...pulumi.ResourceOption) error {
	inputs, ok := input(reflect.ValueOf(args)).(pulumi.Map)
	if !ok {
		return fmt.Errorf("%s %s: arguments of type %T", token, name, args)
	}
	return ctx.RegisterResource(token, name, inputs, resource, append([]pulumi.ResourceOption{pulumi.Version(Version)}, opts...)...)
}

// input turns arguments into what Pulumi passes on. What is not set is left to the provider, so a false or zero that is
// meant is written as a pointer.
func input(value reflect.Value) pulumi.Input {
	if known, ok := value.Interface().(pulumi.Input); ok {
		return known
	}
	switch value.Kind() {
	case reflect.Pointer:
		return input(value.Elem())
	case reflect.Struct:
		return object(value)
	case reflect.Slice:
		list := pulumi.Array{}
		for i := range value.Len() {
			list = append(list, input(value.Index(i)))
		}
		return list
	default:
		return pulumi.Any(value.Interface())
	}
}

func object(value reflect.Value) pulumi.Map {
	fields := pulumi.Map{}
	for i := range value.NumField() {
		key, _, _ := strings.Cut(value.Type().Field(i).Tag.Get("pulumi"), ",")
		if field := value.Field(i); !field.IsZero() {
			fields[key] = input(field)
		}
	}
	return fields
}
