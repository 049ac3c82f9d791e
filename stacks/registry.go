package stacks

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// RegistryCredentials is the secret setting with the credentials that nodes pull images with: a Docker configuration file,
// as docker login writes it.
const RegistryCredentials = "registryCredentials"

// registryLogin is what a Docker configuration file has of one registry.
type registryLogin struct {
	Auth     string `json:"auth"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// complete reports whether there are a user and a password.
func (l registryLogin) complete() bool {
	if l.Auth == "" {
		return l.Username != "" && l.Password != ""
	}
	text, err := base64.StdEncoding.DecodeString(l.Auth)
	user, password, found := strings.Cut(string(text), ":")
	return err == nil && found && user != "" && password != ""
}

func (s Stack) validateRegistry() []Problem {
	credentials, given := s.Secrets[RegistryCredentials]
	if !given || credentials == "" { // stored in clear, which was reported
		return nil
	}
	var found problems
	if s.Images.PullSecret != "" {
		found.add("images.pullSecret", "is set beside the secret %s, want one of the two", RegistryCredentials)
	}
	var config struct {
		Auths      map[string]registryLogin `json:"auths"`
		Store      string                   `json:"credsStore"`
		StoresEach map[string]string        `json:"credHelpers"`
	}
	if json.Unmarshal([]byte(credentials.Reveal()), &config) != nil || len(config.Auths) == 0 && config.Store == "" && len(config.StoresEach) == 0 {
		found.add(RegistryCredentials, `want a Docker configuration file: {"auths": {"registry.example.com": {"username": …, "password": …}}}`)
		return found
	}
	complete := 0
	for _, login := range config.Auths {
		if login.complete() {
			complete++
		}
	}
	switch {
	case complete < len(config.Auths) || complete == 0 && config.Store != "":
		found.add(RegistryCredentials, "a registry without user and password: Docker keeps them in a store of the machine (%q), "+
			"which nodes do not have; want them in the file itself", config.Store)
	case complete == 0:
		found.add(RegistryCredentials, "no registry with user and password")
	}
	return found
}
