package monitoring

import "net/url"

// The parts of Prometheus' configuration that we use, as it names them.
type (
	config struct {
		Global      global        `yaml:"global"`
		RuleFiles   []string      `yaml:"rule_files"`
		Alerting    alerting      `yaml:"alerting"`
		Scrape      []scrape      `yaml:"scrape_configs"`
		RemoteWrite []remoteWrite `yaml:"remote_write,omitempty"`
	}
	global struct {
		ScrapeInterval     string            `yaml:"scrape_interval"`
		ScrapeTimeout      string            `yaml:"scrape_timeout"`
		EvaluationInterval string            `yaml:"evaluation_interval"`
		ExternalLabels     map[string]string `yaml:"external_labels"`
	}
	alerting struct {
		Alertmanagers []alertmanagers `yaml:"alertmanagers"`
	}
	alertmanagers struct {
		Discovery []discovery `yaml:"kubernetes_sd_configs"`
		Relabel   []relabel   `yaml:"relabel_configs"`
	}
	scrape struct {
		Job           string         `yaml:"job_name"`
		Scheme        string         `yaml:"scheme,omitempty"`
		Path          string         `yaml:"metrics_path,omitempty"`
		Params        url.Values     `yaml:"params,omitempty"`
		HonorLabels   bool           `yaml:"honor_labels,omitempty"`
		Authorization *authorization `yaml:"authorization,omitempty"`
		TLS           *tls           `yaml:"tls_config,omitempty"`
		Discovery     []discovery    `yaml:"kubernetes_sd_configs"`
		Relabel       []relabel      `yaml:"relabel_configs"`
		MetricRelabel []relabel      `yaml:"metric_relabel_configs,omitempty"`
	}
	authorization struct {
		CredentialsFile string `yaml:"credentials_file"`
	}
	tls struct {
		CAFile             string `yaml:"ca_file,omitempty"`
		ServerName         string `yaml:"server_name,omitempty"`
		InsecureSkipVerify bool   `yaml:"insecure_skip_verify,omitempty"`
	}
	discovery struct {
		Role       string      `yaml:"role"`
		Namespaces *namespaces `yaml:"namespaces,omitempty"`
		Selectors  []selector  `yaml:"selectors,omitempty"`
	}
	namespaces struct {
		Names []string `yaml:"names"`
	}
	selector struct {
		Role  string `yaml:"role"`
		Label string `yaml:"label,omitempty"`
		Field string `yaml:"field,omitempty"`
	}
	relabel struct {
		Source      []string `yaml:"source_labels,omitempty,flow"`
		Regex       string   `yaml:"regex,omitempty"`
		Action      string   `yaml:"action,omitempty"`
		Target      string   `yaml:"target_label,omitempty"`
		Replacement string   `yaml:"replacement,omitempty"`
	}
	remoteWrite struct {
		URL       string     `yaml:"url"`
		BasicAuth *basicAuth `yaml:"basic_auth,omitempty"`
	}
	basicAuth struct {
		Username     string `yaml:"username"`
		PasswordFile string `yaml:"password_file"`
	}
)
