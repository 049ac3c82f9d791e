package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// monitoringText lists where the dashboards and the alerts are found, a line each; nothing where nobody reaches them. The
// stack says where on a host of its own; at is where the shop was found, whose host they share.
func monitoringText(outputs map[string]any, at address) string {
	graphs, _ := outputs["dashboards"].(map[string]any)
	servers, _ := outputs["monitoring"].(map[string]any)
	prometheus, _ := servers["prometheus"].(string)
	if prometheus == "" || at.forward != "" {
		return ""
	}
	lines := []string{"monitoring:"}
	line := func(name, link string) {
		lines = append(lines, fmt.Sprintf("  %-22s %s", name, onHostOf(at.url, link)))
	}
	line("alerts", prometheus+"/alerts")
	line("targets", prometheus+"/targets")
	for _, name := range slices.Sorted(maps.Keys(graphs)) {
		line(name, fmt.Sprint(graphs[name]))
	}
	return strings.Join(lines, "\n") + "\n"
}

// onHostOf is a link with its host replaced by the one of another, with its own port.
func onHostOf(other, link string) string {
	from, fromErr := url.Parse(other)
	to, toErr := url.Parse(link)
	if fromErr != nil || toErr != nil || from.Hostname() == "" {
		return link
	}
	to.Host = from.Hostname() + ":" + to.Port()
	return to.String()
}
