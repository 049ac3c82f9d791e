package stacks

import (
	"regexp"
	"strings"
)

// The secrets of Datadog.
const (
	DatadogAPIKey = "datadogApiKey"
	DatadogAppKey = "datadogAppKey"
)

var (
	apiKeyForm = regexp.MustCompile(`^[0-9a-f]{32}$`)
	appKeyForm = regexp.MustCompile(`^[A-Za-z0-9_]{34,80}$`)
)

// DatadogOn reports whether the stack uses Datadog: it has settings for it, and keys unless they are optional.
func (s Stack) DatadogOn() bool {
	return s.Datadog != nil && (!s.Datadog.Optional || s.Secrets[DatadogAPIKey] != "" || s.Secrets[DatadogAppKey] != "")
}

func (s Stack) validateDatadog() []Problem {
	d := s.Datadog
	if d == nil {
		return nil
	}
	var found problems
	switch length := len(d.Cluster); {
	case length == 0:
		found.add("datadog.cluster", "missing, want what the cluster is called in Datadog")
	case length > 80:
		found.add("datadog.cluster", "%d characters, want at most 80", length)
	}
	if s.DatadogOn() {
		found = append(found, s.validateDatadogKeys()...)
	}
	if d.Namespace == s.Namespace {
		found.add("datadog.namespace", "%s is the shop's own: the agent needs rights that no pod there may have", d.Namespace)
	}
	if q := d.QuietHours; q != nil && (q.From == "" || q.Hours == 0) {
		found.add("datadog.quietHours", "want from and hours")
	}
	if d.Agent != nil {
		found = append(found, s.validateDatadogAgent(*d.Agent)...)
	}
	return append(found, s.validateDatadogExtras()...)
}

func (s Stack) validateDatadogAgent(a DatadogAgent) []Problem {
	found := problems(validateRange("datadog.agent", a.CPU, a.Memory))
	serious := s.Protected || s.Environment == production
	if serious && s.Cluster.Kubelets() == KubeletsUnsigned {
		found.add("cluster.kubeletCertificates", "unsigned, which Datadog's agent cannot verify: not in production")
	}
	if serious && len(a.ExcludeLogs) == 0 {
		found.add("datadog.agent.excludeLogs", "empty: every line of the cluster would be paid for")
	}
	return found
}

// validateDatadogKeys looks at the keys' form, which tells most mistakes before anything is called. It shows neither.
func (s Stack) validateDatadogKeys() []Problem {
	var found problems
	api, hasAPI := s.Secrets[DatadogAPIKey]
	app, hasApp := s.Secrets[DatadogAppKey]
	for key, has := range map[string]bool{DatadogAPIKey: hasAPI, DatadogAppKey: hasApp} {
		if !has {
			found.add(key, "missing; run `pulumi config set --secret %s`", key)
		}
	}
	// An empty one was reported where it was read.
	if api == "" || app == "" {
		return found
	}
	if apiKeyForm.MatchString(app.Reveal()) && appKeyForm.MatchString(api.Reveal()) {
		found.add(DatadogAPIKey, "the application key, and %s is the API key: swap them", DatadogAppKey)
		return found
	}
	if problem := keyProblem(api.Reveal(), apiKeyForm, "32 hexadecimal digits"); problem != "" {
		found.add(DatadogAPIKey, "%s", problem)
	}
	if problem := keyProblem(app.Reveal(), appKeyForm, "an application key, 40 hexadecimal digits as a rule"); problem != "" {
		found.add(DatadogAppKey, "%s", problem)
	}
	return found
}

// keyProblem says what is wrong with a key without showing it.
func keyProblem(key string, form *regexp.Regexp, want string) string {
	lower := strings.ToLower(key)
	switch {
	case strings.TrimSpace(key) != key:
		return "has white space around it"
	case strings.Contains(lower, "your"), strings.Contains(lower, "changeme"), strings.Trim(key, key[:1]) == "":
		return "a placeholder, want the key itself"
	case !form.MatchString(key):
		return "does not look like one, want " + want
	}
	return ""
}
