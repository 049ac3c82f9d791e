package stacks

import (
	"slices"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
)

// keyLength is the least length of a key that an operator gives.
const keyLength = 32

// KeySetting is the secret setting that gives the key of an environment variable: RESERVATION_KEY's is reservationKey.
func KeySetting(env string) string { return camel(strings.ToLower(env), "_") }

// camel joins words: reservation_key becomes reservationKey.
func camel(text, separator string) string {
	words := strings.Split(text, separator)
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// secretKeys lists every setting that is a secret.
func secretKeys() []string {
	var keys []string
	for _, service := range contract.Services() {
		for _, env := range service.Keys {
			keys = append(keys, KeySetting(env))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func isSecret(key string) bool { return slices.Contains(secretKeys(), key) }

// secrets takes the secret settings out of the source. One that is stored in clear is a problem, not a secret.
func (d *decoder) secrets(source Source) map[string]Secret {
	secrets := map[string]Secret{}
	for _, key := range secretKeys() {
		value, ok := source.Values[key]
		switch {
		case !ok:
		case !slices.Contains(source.Secrets, key):
			d.add(key, "stored in clear; run `pulumi config set --secret %s` and change the value", key)
		case len(value) < keyLength:
			d.add(key, "%d characters, want at least %d", len(value), keyLength)
		default:
			secrets[key] = Secret(value)
		}
	}
	return secrets
}

// KeyName is what the key of an environment variable is called in the cluster: RESERVATION_KEY's is reservation-key.
func KeyName(env string) string { return strings.ReplaceAll(strings.ToLower(env), "_", "-") }
