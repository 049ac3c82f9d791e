package stacks

// The secrets that say who is told of each deployment and each rollback, beside Datadog where it is on. Not given, nobody
// is.
const (
	NewsWebhookURL = "newsWebhookUrl"
	NewsSlackURL   = "newsSlackUrl"
)

func newsSecrets() []string { return []string{NewsWebhookURL, NewsSlackURL} }

func (s Stack) validateNews() []Problem {
	var found problems
	for _, setting := range newsSecrets() {
		value := s.Secrets[setting]
		if form := pattern("address"); value != "" && !form.expression.MatchString(value.Reveal()) {
			found.add(setting, "%s", form.rule)
		}
	}
	return found
}

// ToldNews reports whether anybody is told of deployments.
func (s Stack) ToldNews() bool {
	return s.Secrets[NewsWebhookURL] != "" || s.Secrets[NewsSlackURL] != "" || s.DatadogOn()
}
