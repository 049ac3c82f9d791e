package webhook_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

const (
	oldKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	newKey = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
)

// TestReadReceivers names everything that is wrong at once, and repeats no key.
func TestReadReceivers(t *testing.T) {
	t.Parallel()
	short := "whsec_" + base64.StdEncoding.EncodeToString([]byte("too short to be a key"))
	for _, test := range []struct {
		name, webhooks, keys string
		want                 []string
	}{
		{name: "none", want: nil},
		{name: "two, one of them in a rotation",
			webhooks: "books=https://books.example/hook?a=b mail=http://mail.mail.svc:8080/", keys: "mail=" + oldKey + "  books=" + oldKey + "," + newKey},
		{name: "everything wrong", webhooks: "Books=https://x books=ftp://x books=https://y plain", keys: "books=" + short + " stray=" + oldKey,
			want: []string{
				"WEBHOOKS: entry 1 is not name=value", "WEBHOOKS: entry 4 is not name=value", "WEBHOOKS: has two entries for books",
				"WEBHOOK_KEYS: books: want whsec_ and 24 to 64 bytes in base64", "WEBHOOK_KEYS: has a key for stray, which is not in WEBHOOKS",
			}},
		{name: "no URL and no key", webhooks: "books=books.example", want: []string{
			"WEBHOOKS: books is not an https:// or http:// URL", "WEBHOOK_KEYS: has no key for books",
		}},
		{name: "three keys", webhooks: "books=https://x", keys: "books=" + oldKey + "," + newKey + "," + oldKey,
			want: []string{"WEBHOOK_KEYS: books has more than two keys"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := environ.New(func(name string) string {
				return map[string]string{contract.EnvWebhooks: test.webhooks, contract.EnvWebhookKeys: test.keys}[name]
			})
			receivers := webhook.ReadReceivers(env)
			err := env.Err()
			if len(test.want) == 0 && err != nil {
				t.Fatalf("ReadReceivers: %v", err)
			}
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want it to say %q", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "whsec_M") {
				t.Errorf("the error repeats a key: %v", err)
			}
			if test.webhooks != "" && len(test.want) == 0 &&
				(len(receivers) != 2 || receivers[0].Name != "books" || receivers[0].URL != "https://books.example/hook?a=b" ||
					len(receivers[0].Keys) != 2 || len(receivers[1].Keys) != 1) {
				t.Errorf("receivers = %+v", receivers)
			}
		})
	}
}
