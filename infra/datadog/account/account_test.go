package account_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
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
		{"another API key", site, strings.Repeat("ab", 16), appKey, "site us5.datadoghq.com (http://127.0.0.1:PORT): the API key (datadogApiKey) is not known there"},
		{"another application key", site, apiKey, strings.Repeat("ab", 20), "the application key (datadogAppKey) may not read monitors"},
		{"a key that the site calls invalid", answers(200, `{"valid":false}`), apiKey, appKey, "the API key (datadogApiKey) is not known there"},
		{"a page instead of an API", answers(200, "<html>"), apiKey, appKey, "site us5.datadoghq.com (http://127.0.0.1:PORT): the answer is no JSON"},
		{"a site that is down", answers(503, ""), apiKey, appKey, "the answer to the API key (datadogApiKey) is 503"},
	} {
		server := httptest.NewServer(c.site)
		c.want = strings.ReplaceAll(c.want, "http://127.0.0.1:PORT", server.URL)
		err := account.Keys{Site: "us5.datadoghq.com", API: server.URL, APIKey: c.apiKey, AppKey: c.appKey}.Check(t.Context())
		server.Close()
		if c.want == "" && err != nil || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if strings.Contains(fmt.Sprint(err), c.apiKey) || strings.Contains(fmt.Sprint(err), c.appKey) {
			t.Errorf("%s: the error shows a key: %v", c.name, err)
		}
	}
}

// TestABusySiteIsAskedAgain: it asks for patience at every question, and must not fail a deployment.
func TestABusySiteIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		var asked atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1)%4 != 0 {
				w.Header().Set("X-Ratelimit-Reset", "0")
				w.WriteHeader(status)
				return
			}
			site(w, r)
		}))
		err := account.Keys{API: server.URL, APIKey: apiKey, AppKey: appKey}.Check(t.Context())
		server.Close()
		if err != nil || asked.Load() != 8 {
			t.Errorf("%d: asked %d times, %v", status, asked.Load(), err)
		}
	}
}
