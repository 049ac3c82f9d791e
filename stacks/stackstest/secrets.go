package stackstest

import (
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/stacks"
)

// Secrets are what an operator of any fixture would have set. None is part of another, so that each can be looked for.
func Secrets() map[string]string {
	given := map[string]string{
		"datadogApiKey":       strings.Repeat("0123456789abcdef", 2),
		"datadogAppKey":       strings.Repeat("9876543210", 4),
		"pagerDutyRoutingKey": "given-routing-key",
		"heartbeatUrl":        "https://heartbeat.example.com/given-heartbeat",
	}
	for _, service := range contract.Services() {
		if service.Stores {
			given[stacks.DatabaseURLSetting(service.Name)] =
				"postgres://" + service.Name + ":given-" + service.Name + "@db.example.com:5432/" + service.Name + "?sslmode=verify-full"
		}
	}
	return given
}
