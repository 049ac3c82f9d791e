package webhook

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/environ"
)

var nameForm = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$`)

// ReadReceivers reads who receives events, and the keys to sign with.
func ReadReceivers(env *environ.Reader) []Receiver {
	urls := readPairs(env, contract.EnvWebhooks)
	keys := readPairs(env, contract.EnvWebhookKeys)
	var receivers []Receiver
	for _, name := range slices.Sorted(maps.Keys(urls)) {
		address, err := url.Parse(urls[name])
		if err != nil || address.Scheme != "https" && address.Scheme != "http" || address.Host == "" {
			env.Problem(contract.EnvWebhooks, name+" is not an https:// or http:// URL")
		}
		if _, ok := keys[name]; !ok {
			env.Problem(contract.EnvWebhookKeys, "has no key for "+name)
		}
		receivers = append(receivers, Receiver{Name: name, URL: urls[name], Keys: readKeys(env, name, keys[name])})
		delete(keys, name)
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		env.Problem(contract.EnvWebhookKeys, fmt.Sprintf("has a key for %s, which is not in %s", name, contract.EnvWebhooks))
	}
	return receivers
}

// readPairs reads name=value with spaces between.
func readPairs(env *environ.Reader, variable string) map[string]string {
	pairs := map[string]string{}
	for i, pair := range strings.Fields(env.Text(variable, "")) {
		name, value, _ := strings.Cut(pair, "=")
		if !nameForm.MatchString(name) || value == "" {
			env.Problem(variable, fmt.Sprintf("entry %d is not name=value with a name of lower-case letters, digits and hyphens", i+1))
			continue
		}
		if _, twice := pairs[name]; twice {
			env.Problem(variable, "has two entries for "+name)
		}
		pairs[name] = value
	}
	return pairs
}

// readKeys reads one key or, during a rotation, two.
func readKeys(env *environ.Reader, name, text string) (keys []Key) {
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		key, err := ParseKey(part)
		if err != nil {
			env.Problem(contract.EnvWebhookKeys, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) > 2 {
		env.Problem(contract.EnvWebhookKeys, name+" has more than two keys")
	}
	return keys
}
