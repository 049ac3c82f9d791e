package stacks

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/techcommerce/platform/apps/contract"
)

// keyForm is what a key may look like that an operator gives: long, and without a character that an address or a
// command would read as its own.
var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{32,}$`)

// keysForm is several such keys, of which the first is used and all are accepted.
var keysForm = regexp.MustCompile(`^[A-Za-z0-9_-]{32,}(,[A-Za-z0-9_-]{32,})*$`)

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

// DatabaseURLSetting is the secret setting with the address of a service's external database: product-api's is
// productApiDatabaseUrl.
func DatabaseURLSetting(service string) string { return camel(service, "-") + "DatabaseUrl" }

// DatabaseDirectURLSetting is the secret setting with the address of the server itself where a pooler stands before it.
func DatabaseDirectURLSetting(service string) string {
	return camel(service, "-") + "DatabaseDirectUrl"
}

// DatabasePasswordSetting is the secret setting that gives the password of a service's role in database.postgres.
func DatabasePasswordSetting(service string) string { return camel(service, "-") + "DatabasePassword" }

// secretKeys lists every setting that is a secret.
func secretKeys() []string {
	keys := slices.Concat([]string{
		BackupAccessKey, BackupSecretKey, DatadogAPIKey, DatadogAppKey, TunnelAuthtoken, TunnelBasicAuth,
		RegistryCredentials, WebhookKeys,
	}, monitoringSecrets(), newsSecrets())
	for _, service := range contract.Services() {
		if service.Stores {
			keys = append(keys, DatabaseURLSetting(service.Name), DatabaseDirectURLSetting(service.Name))
		}
	}
	keys = append(keys, madeKeys()...)
	slices.Sort(keys)
	return keys
}

// madeKeys lists the secret settings whose value is generated where none is given.
func madeKeys() []string {
	keys := []string{GrafanaAdminPassword}
	for _, service := range contract.Services() {
		if service.Stores {
			keys = append(keys, DatabasePasswordSetting(service.Name))
		}
	}
	keys = append(keys, sharedKeys()...)
	slices.Sort(keys)
	return keys
}

// sharedKeys lists the secret settings with the keys that services share.
func sharedKeys() (keys []string) {
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
			d.add(key, "stored in clear; change the value and run `pulumi config set --secret %s`", key)
			secrets[key] = ""
		case slices.Contains(sharedKeys(), key) && keysForm.MatchString(value):
			secrets[key] = Secret(value)
		case slices.Contains(sharedKeys(), key):
			d.add(key, "%d characters, want at least 32 letters, digits, hyphens and underscores, or several such keys separated "+
				"by commas", len(value))
		case slices.Contains(madeKeys(), key) && !keyForm.MatchString(value):
			d.add(key, "%d characters, want at least 32 letters, digits, hyphens and underscores", len(value))
		default:
			secrets[key] = Secret(value)
		}
	}
	return secrets
}

// KeyName is what the key of an environment variable is called in the cluster: RESERVATION_KEY's is reservation-key.
func KeyName(env string) string { return strings.ReplaceAll(strings.ToLower(env), "_", "-") }

// SecretName is what the value of a secret setting is called in the cluster: slackWebhookUrl's is slack-webhook-url.
func SecretName(setting string) string {
	var name strings.Builder
	for _, letter := range setting {
		if unicode.IsUpper(letter) {
			name.WriteRune('-')
		}
		name.WriteRune(unicode.ToLower(letter))
	}
	return name.String()
}
