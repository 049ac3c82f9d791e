package notify

// config is Alertmanager's configuration, as far as it is used here.
type config struct {
	Route     route        `yaml:"route"`
	Inhibit   []inhibition `yaml:"inhibit_rules,omitempty"`
	Receivers []receiver   `yaml:"receivers"`
}

type route struct {
	Matchers       []string `yaml:"matchers,omitempty"`
	Receiver       string   `yaml:"receiver"`
	GroupBy        []string `yaml:"group_by,omitempty"`
	GroupWait      string   `yaml:"group_wait,omitempty"`
	GroupInterval  string   `yaml:"group_interval,omitempty"`
	RepeatInterval string   `yaml:"repeat_interval,omitempty"`
	Routes         []route  `yaml:"routes,omitempty"`
}

type inhibition struct {
	Source []string `yaml:"source_matchers"`
	Target []string `yaml:"target_matchers"`
	Equal  []string `yaml:"equal"`
}

type receiver struct {
	Name      string            `yaml:"name"`
	Webhook   []webhookConfig   `yaml:"webhook_configs,omitempty"`
	Slack     []slackConfig     `yaml:"slack_configs,omitempty"`
	PagerDuty []pagerDutyConfig `yaml:"pagerduty_configs,omitempty"`
	Email     []emailConfig     `yaml:"email_configs,omitempty"`
}

type webhookConfig struct {
	SendResolved bool   `yaml:"send_resolved"`
	URL          string `yaml:"url,omitempty"`
	URLFile      string `yaml:"url_file,omitempty"`
}

type slackConfig struct {
	SendResolved bool   `yaml:"send_resolved"`
	URLFile      string `yaml:"api_url_file"`
	Channel      string `yaml:"channel"`
	Color        string `yaml:"color"`
	Title        string `yaml:"title"`
	Text         string `yaml:"text"`
}

type pagerDutyConfig struct {
	SendResolved bool              `yaml:"send_resolved"`
	KeyFile      string            `yaml:"routing_key_file"`
	Severity     string            `yaml:"severity"`
	Description  string            `yaml:"description"`
	Details      map[string]string `yaml:"details"`
}

type emailConfig struct {
	SendResolved bool              `yaml:"send_resolved"`
	To           string            `yaml:"to"`
	From         string            `yaml:"from"`
	Server       string            `yaml:"smarthost"`
	User         string            `yaml:"auth_username,omitempty"`
	PasswordFile string            `yaml:"auth_password_file,omitempty"`
	RequireTLS   bool              `yaml:"require_tls"`
	Headers      map[string]string `yaml:"headers"`
	HTML         string            `yaml:"html"`
	Text         string            `yaml:"text"`
}
