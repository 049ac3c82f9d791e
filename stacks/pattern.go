package stacks

import "regexp"

// form is what a text may look like, and how that is said.
type form struct {
	expression *regexp.Regexp
	rule       string
}

// Forms that the tag "pattern" names.
const (
	label  = `[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?`
	host   = `[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?`
	digest = `@sha256:[0-9a-f]{64}`
	tag    = `:[\w][\w.-]*`
	image  = `[a-z0-9][^\s@:]*(:[0-9]+)?(/[^\s@:]+)*(` + tag + `(` + digest + `)?|` + digest + `)`
	backup = `(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z)?`
	cron   = `([0-9*,/-]+ ){4}[0-9*,/-]+`
	https  = `https://[^\s/]+`
	// cluster is what both Datadog's chart and its agent take for a cluster's name.
	cluster  = `[a-z]([a-z0-9-]*[a-z0-9])?(\.[a-z]([a-z0-9-]*[a-z0-9])?)*`
	archive  = `[\w-][\w./-]*\.tgz`
	registry = `[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*`
	clock    = `([01][0-9]|2[0-3]):[0-5][0-9]`
	timezone = `[A-Za-z]+(/[A-Za-z_-]+)*`
	address  = `https?://[^\s/]+(/\S*)?`
	channel  = `#[^\s]+`
	mailbox  = `[^\s@]+@[^\s@]+`
	server   = `[a-zA-Z0-9.-]+:[0-9]+`
	uid      = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	monitor  = `[A-Z][A-Za-z]*(-[a-z0-9-]+)?`
	receiver = `[a-z]([a-z0-9-]{0,30}[a-z0-9])?`
	loopback = `http://(127\.0\.0\.1|localhost):[0-9]+`
)

// pattern finds a form by its name. An unknown name is a mistake in a tag, which every test of the package meets.
func pattern(name string) form {
	expression, rule := "", ""
	switch name {
	case "label":
		expression, rule = label, "want 1 to 63 lower-case letters, digits and, between them, hyphens"
	case "uid":
		expression, rule = uid, "want what this prints: kubectl get namespace kube-system -o jsonpath={.metadata.uid}"
	case "host":
		expression, rule = host, "want a host name"
	case "image":
		expression, rule = image, "want an image with a tag or digest"
	case "backup":
		expression, rule = backup, "want the time in a backup's name such as 2026-01-31T03-15-00Z"
	case "cron":
		expression, rule = cron, `want five fields of cron such as "15 3 * * *"`
	case "https":
		expression, rule = https, "want https://host"
	case "cluster":
		expression, rule = cluster, "want lower-case letters, digits, hyphens and dots such as shop.eu, each part from a letter on"
	case "archive":
		expression, rule = archive, "want the path of a .tgz in the repository"
	case "registry":
		expression, rule = registry, "want a registry such as registry.example.com/datadog"
	case "clock":
		expression, rule = clock, `want a time such as "20:00"`
	case "timezone":
		expression, rule = timezone, "want a time zone such as Europe/Berlin"
	case "address":
		expression, rule = address, "want http://host or https://host, with or without a path"
	case "channel":
		expression, rule = channel, `want a channel such as "#alerts"`
	case "mailbox":
		expression, rule = mailbox, "want an address such as ops@example.com"
	case "server":
		expression, rule = server, "want host:port"
	case "publicAddress":
		expression, rule = `https://[^\s/]+(/\S*)?`, "want https://host, with or without a path"
	case "optionalChannel":
		expression, rule = `(`+channel+`)?`, `want a channel such as "#alerts"`
	case "monitor":
		expression, rule = monitor, "want the name of a monitor, such as ErrorLogs-frontend"
	case "team":
		expression, rule = uid, "want a team's id such as 00000000-0000-0000-0000-000000000000"
	case "receiver":
		expression, rule = receiver, "want 1 to 32 lower-case letters, digits and, between them, hyphens, from a letter on"
	case "repository":
		expression, rule = registry, "want an image without a tag such as registry.example.com/acmesolver"
	case "loopback":
		expression, rule = loopback, "want http://127.0.0.1:port"
	default:
		panic("stacks: unknown pattern " + name)
	}
	return form{expression: regexp.MustCompile("^" + expression + "$"), rule: rule}
}
