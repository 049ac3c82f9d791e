package edge

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// statusAddress is where the agent tells how it is, to its own pod only.
const statusAddress = "127.0.0.1:4040"

// agentConfig is the agent's configuration file, version 3 (https://ngrok.com/docs/agent/config/v3).
type agentConfig struct {
	Version   int             `yaml:"version"`
	Agent     agentSettings   `yaml:"agent"`
	Endpoints []agentEndpoint `yaml:"endpoints"`
}

type agentSettings struct {
	ConsoleUI   bool   `yaml:"console_ui"`
	LogLevel    string `yaml:"log_level"`
	LogFormat   string `yaml:"log_format"`
	Log         string `yaml:"log"`
	UpdateCheck bool   `yaml:"update_check"`
	WebAddr     string `yaml:"web_addr"`
}

type agentEndpoint struct {
	Name          string         `yaml:"name"`
	URL           string         `yaml:"url,omitempty"`
	Upstream      agentUpstream  `yaml:"upstream"`
	TrafficPolicy *trafficPolicy `yaml:"traffic_policy,omitempty"`
}

type agentUpstream struct {
	URL string `yaml:"url"`
}

// trafficPolicy is what ngrok does before a request reaches the agent.
type trafficPolicy struct {
	OnHTTPRequest []trafficRule `yaml:"on_http_request"`
}

// trafficRule applies its actions where all of its expressions hold.
type trafficRule struct {
	Expressions []string        `yaml:"expressions,omitempty"`
	Actions     []trafficAction `yaml:"actions"`
}

type trafficAction struct {
	Type   string         `yaml:"type"`
	Config map[string]any `yaml:"config,omitempty"`
}

// tunnelConfig is the file's text. It holds the password of basic auth.
func tunnelConfig(t Tunnel) ([]byte, error) {
	config := agentConfig{
		Version: 3,
		Agent:   agentSettings{LogLevel: "info", LogFormat: "json", Log: "stdout", WebAddr: statusAddress},
	}
	for _, target := range t.Targets {
		config.Endpoints = append(config.Endpoints, agentEndpoint{
			Name:          target.App.Name,
			URL:           target.URL,
			Upstream:      agentUpstream{URL: "http://" + target.Host + ":" + strconv.Itoa(target.Port)},
			TrafficPolicy: t.Guard.policy(),
		})
	}
	return yaml.Marshal(config)
}

func (g Guard) policy() *trafficPolicy {
	switch {
	case g.BasicAuth != "":
		return &trafficPolicy{OnHTTPRequest: []trafficRule{{Actions: []trafficAction{{
			Type: "basic-auth", Config: map[string]any{"realm": "shop", "credentials": []string{g.BasicAuth}},
		}}}}}
	case g.OAuth != nil:
		return &trafficPolicy{OnHTTPRequest: []trafficRule{
			{Actions: []trafficAction{{Type: "oauth", Config: map[string]any{"provider": g.OAuth.Provider}}}},
			{Expressions: []string{g.OAuth.stranger()}, Actions: []trafficAction{{Type: "deny"}}},
		}}
	default:
		return nil
	}
}

// stranger is the expression that holds for everybody who is not let in. Addresses and domains were checked to have no
// quotes.
func (o OAuth) stranger() string {
	const email = "actions.ngrok.oauth.identity.email"
	var known []string
	for _, address := range o.Emails {
		known = append(known, fmt.Sprintf("%s == '%s'", email, address))
	}
	for _, domain := range o.Domains {
		known = append(known, fmt.Sprintf("%s.endsWith('@%s')", email, domain))
	}
	return "!(" + strings.Join(known, " || ") + ")"
}
