package account_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/datadog/account"
)

const (
	apiKey = "0123456789abcdef0123456789abcdef"
	appKey = "0123456789abcdef0123456789abcdef01234567"
)

// site knows both keys, and answers as Datadog does.
func site(w http.ResponseWriter, r *http.Request) {
	known := r.Header.Get("DD-API-KEY") == apiKey
	if r.URL.Path != "/api/v1/validate" {
		known = known && r.Header.Get("DD-APPLICATION-KEY") == appKey
	}
	if !known {
		http.Error(w, `{"errors":["Forbidden"]}`, http.StatusForbidden)
		return
	}
	fmt.Fprint(w, `{"valid":true}`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	answers := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); fmt.Fprint(w, body) }
	}
	for _, c := range []struct {
		name           string
		site           http.HandlerFunc
		apiKey, appKey string
		want           string
	}{
		{"the right keys", site, apiKey, appKey, ""},
		{"another API key", site, strings.Repeat("ab", 16), appKey, "does not know the API key"},
		{"another application key", site, apiKey, strings.Repeat("ab", 20), "the application key may not read monitors"},
		{"a key that the site calls invalid", answers(200, `{"valid":false}`), apiKey, appKey, "does not know the API key"},
		{"a page instead of an API", answers(200, "<html>"), apiKey, appKey, "answers no JSON"},
		{"a site that is down", answers(503, ""), apiKey, appKey, "answers 503 to the API key"},
	} {
		server := httptest.NewServer(c.site)
		err := account.Keys{API: server.URL, APIKey: c.apiKey, AppKey: c.appKey}.Check(t.Context())
		server.Close()
		if c.want == "" && err != nil || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if strings.Contains(fmt.Sprint(err), c.apiKey) || strings.Contains(fmt.Sprint(err), c.appKey) {
			t.Errorf("%s: the error shows a key: %v", c.name, err)
		}
	}
}
