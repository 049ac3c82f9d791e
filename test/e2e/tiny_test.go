package e2e_test

import "strings"

// tinyShop has the settings of a shop that takes next to nothing of the machine and soon goes; more are further ones, a
// line each.
func tinyShop(more ...string) string {
	lines := append([]string{
		"demo: true",
		"services:",
		"  frontend: {replicas: 1, cpu: {request: 20m}}",
		"  product-api: {autoscale: null, replicas: 1, cpu: {request: 20m}}",
		"  order-api: {replicas: 1, cpu: {request: 20m}}",
		"drain: {delay: 1s, timeout: 5s, margin: 1s}",
		"database: {embedded: {size: 64Mi}}",
	}, more...)
	var text strings.Builder
	text.WriteString("config:\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, " ") {
			line = "techcommerce:" + line
		}
		text.WriteString("  " + line + "\n")
	}
	return text.String()
}
