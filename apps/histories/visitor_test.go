package histories_test

import (
	"context"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/internal/money"
)

// visitor is somebody with a browser: it keeps cookies, follows redirects and fills in the forms that pages hold.
type visitor struct {
	base string
	http *http.Client
}

func newVisitor(base string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it has no options that could be wrong
	}
	return &visitor{base: base, http: &http.Client{
		Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience,
	}}
}

func (v *visitor) open(ctx context.Context, path string) answer {
	return ask{method: http.MethodGet, url: v.base + path}.send(ctx, v.http)
}

func (v *visitor) submit(ctx context.Context, path string, form url.Values) answer {
	ctx, cancel := context.WithTimeout(ctx, patience+time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		panic(err) // paths are written in this package
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(v.http, request)
}

var (
	checkoutForm = regexp.MustCompile(`(?s)<form[^>]*action="/checkout".*?</form>`)
	input        = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	attribute    = regexp.MustCompile(`(name|value)="([^"]*)"`)
	shownTotal   = regexp.MustCompile(`<p class="total">.*?<strong>\$([0-9.]+)</strong>`)
)

// fill fills in the checkout form of a page. ok is false where there is none.
func (a answer) fill(customer string) (form url.Values, ok bool) {
	text := checkoutForm.Find(a.Body)
	form = url.Values{"customer": {customer}}
	for _, field := range input.FindAll(text, -1) {
		values := map[string]string{}
		for _, found := range attribute.FindAllSubmatch(field, -1) {
			values[string(found[1])] = html.UnescapeString(string(found[2]))
		}
		form.Add(values["name"], values["value"])
	}
	return form, form.Has("item")
}

// total is the total that a page shows, 0 if it shows none.
func (a answer) total() money.Cents {
	found := shownTotal.FindSubmatch(a.Body)
	if found == nil {
		return 0
	}
	total, err := money.Parse(string(found[1]))
	if err != nil {
		return 0
	}
	return total
}
