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
)

// pattern finds a form by its name. An unknown name is a mistake in a tag, which every test of the package meets.
func pattern(name string) form {
	expression, rule := "", ""
	switch name {
	case "label":
		expression, rule = label, "want 1 to 63 lower-case letters, digits and, between them, hyphens"
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
	default:
		panic("stacks: unknown pattern " + name)
	}
	return form{expression: regexp.MustCompile("^" + expression + "$"), rule: rule}
}
