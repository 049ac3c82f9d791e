package stacks

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// WebhookKeys is the secret with the keys that events are signed with: name=key for each webhook, with spaces between. A
// key is whsec_ and 24 to 64 bytes in base64; during a rotation there are two, with a comma between.
const WebhookKeys = "webhookKeys"

// OrderWebhook is a receiver of events: each change of an order is posted to it at least once, signed as Standard Webhooks
// specifies. The secret webhookKeys has its key.
type OrderWebhook struct {
	// Name identifies the receiver: events that it has not accepted yet are kept under this name.
	Name string `json:"name" pattern:"receiver"`
	// URL is where events are posted. http is for a Service of the cluster alone, as http://name.namespace.svc:8080/path.
	URL string `json:"url" pattern:"address"`
	// Networks lists the receiver's address ranges: order-api may connect there and nowhere else. Default: for a Service of
	// the cluster the pods of its namespace, otherwise all addresses outside private networks.
	Networks []CIDR `json:"networks,omitempty"`
}

// Namespace is where the receiver's Service is, empty for a receiver outside the cluster.
func (w OrderWebhook) Namespace() string { return namespaceOf(w.URL) }

// Port is where the receiver listens.
func (w OrderWebhook) Port() int { return PortOf(w.URL) }

// Ranges are the receiver's address ranges, as far as they are given.
func (w OrderWebhook) Ranges() []CIDR { return w.Networks }

// Origin is the receiver's address without its path and query, which may have a token in them.
func (w OrderWebhook) Origin() string {
	address, err := url.Parse(w.URL)
	if err != nil {
		return ""
	}
	return address.Scheme + "://" + address.Host
}

func (s Stack) validateWebhooks() []Problem {
	var found problems
	if len(s.Webhooks) == 0 {
		return nil
	}
	keys := s.webhookKeys(&found)
	seen := map[string]bool{}
	for i, w := range s.Webhooks {
		path := fmt.Sprintf("webhooks[%d]", i)
		if seen[w.Name] {
			found.add(path+".name", "%q, want another name: an earlier webhook has it", w.Name)
		}
		seen[w.Name] = true
		found = append(found, w.validate(path)...)
		if keys != nil && keys[w.Name] == "" && w.Name != "" {
			found.add(WebhookKeys, "has no key for %s; run `pulumi config set --secret %s '%s=whsec_'$(openssl rand -base64 32)`, "+
				"with those of the other webhooks before it", w.Name, WebhookKeys, w.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if !seen[name] {
			found.add(WebhookKeys, "has a key for %s, which is no webhook", name)
		}
	}
	return found
}

func (w OrderWebhook) validate(path string) []Problem {
	var found problems
	if rule := checkDestination(w.URL, "https://books.example.com/events"); rule != "" {
		found.add(path+".url", "%s", rule)
	}
	if w.Name == "" {
		found.add(path+".name", "missing")
	}
	return found
}

// webhookKeys reads the secret, nil where it cannot be read. No message shows a key.
func (s Stack) webhookKeys(found *problems) map[string]string {
	text, ok := s.Secrets[WebhookKeys]
	if ok && text == "" {
		return nil // it is stored in clear, which was found already
	}
	keys := map[string]string{}
	for i, pair := range strings.Fields(text.Reveal()) {
		name, list, _ := strings.Cut(pair, "=")
		if list == "" {
			found.add(WebhookKeys, "entry %d is not name=key", i+1)
			return nil
		}
		if keys[name] != "" {
			found.add(WebhookKeys, "has two entries for %s, want one with a comma between its keys", name)
		}
		keys[name] = list
		parts := strings.Split(list, ",")
		if len(parts) > 2 {
			found.add(WebhookKeys, "has %d keys for %s, want one, or two during a rotation", len(parts), name)
		}
		for _, key := range parts {
			if !signingKey(key) {
				found.add(WebhookKeys, "a key of %s is not whsec_ and 24 to 64 bytes in base64", name)
			}
		}
	}
	return keys
}

func signingKey(text string) bool {
	encoded, ok := strings.CutPrefix(text, "whsec_")
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && len(decoded) >= 24 && len(decoded) <= 64
}
