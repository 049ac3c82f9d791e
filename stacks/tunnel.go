package stacks

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
)

// Tunnel opens services through ngrok: one agent with one session. The secret tunnelAuthtoken is the account's, and the
// secret tunnelBasicAuth, as user:password, lets in who knows it.
type Tunnel struct {
	// Image has the agent, a shell and wget.
	Image string `json:"image,omitempty" pattern:"image"`
	// Endpoints holds an entry per service that is opened, each at an address of its own. The frontend always is: it
	// passes requests for /api on, so that it is enough for an account with one address.
	Endpoints map[string]Endpoint `json:"endpoints,omitempty"`
	// OAuth lets people in by an account that they have elsewhere.
	OAuth *OAuth `json:"oauth,omitempty"`
	// Public lets anybody in.
	Public bool `json:"public,omitempty"`
}

// Endpoint is where a service is found through the tunnel.
type Endpoint struct {
	// URL is an address that the account has reserved. Absent: ngrok makes one up at every start.
	URL string `json:"url,omitempty" pattern:"https"`
}

// OAuth lets people in by an account that they have elsewhere.
type OAuth struct {
	// Provider is whose accounts.
	Provider Provider `json:"provider,omitempty"`
	// Emails lists the addresses that may come in.
	Emails []string `json:"emails,omitempty"`
	// Domains lists the domains whose addresses may come in.
	Domains []string `json:"domains,omitempty"`
}

func (o *OAuth) setDefaults() { o.Provider = "google" }

// Provider is whose accounts let people in: those that ngrok asks without an application of one's own.
type Provider string

func (Provider) options() []string {
	return []string{"github", "gitlab", "google", "linkedin", "microsoft", "twitch"}
}

// The secrets of a tunnel.
const (
	TunnelAuthtoken = "tunnelAuthtoken"
	TunnelBasicAuth = "tunnelBasicAuth"
)

func (t *Tunnel) setDefaults() {
	t.Image = "docker.io/ngrok/ngrok:3.39.11-alpine"
	t.Endpoints = map[string]Endpoint{contract.Frontend.Name: {}}
}

// basicAuth is what ngrok takes: a password of 8 to 128 characters, and no colon but the one before it.
var basicAuth = regexp.MustCompile(`^[^:\s]+:[^:\s]{8,128}$`)

// personOrDomain keeps what is put into the tunnel's policy free of anything that the policy's language would read.
var personOrDomain = regexp.MustCompile(`^[A-Za-z0-9._%+-]+(@[A-Za-z0-9.-]+)?$`)

func (t Tunnel) validate(path string, secrets map[string]Secret) []Problem {
	var found problems
	if _, ok := secrets[TunnelAuthtoken]; !ok {
		found.add(TunnelAuthtoken, "missing; run `pulumi config set --secret %s`", TunnelAuthtoken)
	}
	credentials, basic := secrets[TunnelBasicAuth]
	if credentials != "" && !basicAuth.MatchString(credentials.Reveal()) {
		found.add(TunnelBasicAuth, "want user:password with 8 to 128 characters after the only colon")
	}
	switch ways := count(basic, t.OAuth != nil, t.Public); {
	case ways == 0:
		found.add(path, "anybody could come in, want the secret %s, oauth or public", TunnelBasicAuth)
	case ways > 1:
		found.add(path, "want only one of the secret %s, oauth, public", TunnelBasicAuth)
	}
	if t.OAuth != nil {
		found = append(found, t.OAuth.validate(path+".oauth")...)
	}
	return append(found, t.validateEndpoints(path+".endpoints")...)
}

func (t Tunnel) validateEndpoints(path string) []Problem {
	var found problems
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(t.Endpoints)) {
		url := t.Endpoints[name].URL
		if other := seen[url]; other != "" && url != "" {
			found.add(path+"."+name+".url", "%q is %s's already", url, other)
		}
		seen[url] = name
	}
	return found
}

func (o OAuth) validate(path string) []Problem {
	var found problems
	if len(o.Emails) == 0 && len(o.Domains) == 0 {
		found.add(path, "lets in everybody with an account, want emails or domains")
	}
	for i, email := range o.Emails {
		if !personOrDomain.MatchString(email) || !strings.Contains(email, "@") {
			found.add(path+".emails["+itoa(i)+"]", "%q, want an address such as ada@example.com", email)
		}
	}
	for i, domain := range o.Domains {
		if !personOrDomain.MatchString(domain) || strings.Contains(domain, "@") {
			found.add(path+".domains["+itoa(i)+"]", "%q, want a domain such as example.com", domain)
		}
	}
	return found
}

func count(facts ...bool) int {
	n := 0
	for _, fact := range facts {
		if fact {
			n++
		}
	}
	return n
}
