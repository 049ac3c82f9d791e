//go:build !lean

package datadog

import (
	"encoding/json"
	"fmt"

	sdk "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// definition is an entry of the service catalogue, in Datadog's schema v2.2.
type definition struct {
	Schema      string   `json:"schema-version"`
	Service     string   `json:"dd-service"`
	Team        string   `json:"team"`
	Application string   `json:"application"`
	Description string   `json:"description"`
	Type        string   `json:"type"`
	Languages   []string `json:"languages"`
	Tags        []string `json:"tags"`
	Links       []link   `json:"links,omitempty"`
}

type link struct {
	Name string `json:"name"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// catalogue describes each service: whose it is, and where its runbooks are.
func catalogue(ctx *pulumi.Context, name string, a Args, opts pulumi.ResourceOption) error {
	if !a.Definitions {
		return nil
	}
	for _, service := range a.Services {
		entry, err := json.Marshal(a.definition(service.Name))
		if err != nil {
			return fmt.Errorf("service definition %s: %w", service.Name, err)
		}
		args := &sdk.ServiceDefinitionYamlArgs{ServiceDefinition: pulumi.String(entry)}
		if _, err := sdk.NewServiceDefinitionYaml(ctx, name+"-"+service.Name, args, opts); err != nil {
			return fmt.Errorf("service definition %s: %w", service.Name, err)
		}
	}
	return nil
}

func (a Args) definition(service string) definition {
	d := definition{
		Schema: "v2.2", Service: service, Team: a.Team, Application: "techcommerce", Type: "web",
		Description: service + " of the shop", Languages: []string{"go"}, Tags: []string{"managed-by:pulumi", "team:" + a.Team},
	}
	if a.Runbooks != "" {
		d.Links = []link{{Name: "Runbooks", Type: "runbook", URL: a.Runbooks}}
	}
	return d
}
