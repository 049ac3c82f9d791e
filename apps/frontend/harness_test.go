package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// mustStart runs the frontend as it is in production, on a port of its own, and returns its address.
func mustStart(t testing.TB, productAPI, orderAPI string) string {
	t.Helper()
	return mustStartWith(t, productAPI, orderAPI, nil)
}

// mustStartWith is mustStart with some settings of its own.
func mustStartWith(t testing.TB, productAPI, orderAPI string, settings map[string]string) string {
	t.Helper()
	env := map[string]string{
		contract.EnvListenAddress:   "127.0.0.1:0",
		contract.EnvInternalAddress: "127.0.0.1:0",
		contract.EnvProductAPIURL:   productAPI,
		contract.EnvOrderAPIURL:     orderAPI,
		contract.EnvSessionKey:      "a key for tests that is long enough",
		contract.EnvDrainDelay:      "0s",
		contract.EnvWriteRate:       "10000",
	}
	maps.Copy(env, settings)
	ctx, stop := context.WithCancel(context.Background())
	lines, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, func(name string) string { return env[name] }, out)
		out.Close() //nolint:errcheck // a pipe in memory
	}()
	address := make(chan string, 1)
	go func() {
		scanner := bufio.NewScanner(lines)
		for scanner.Scan() {
			var line struct{ Message, Address string }
			if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Message == "listening" {
				address <- line.Address
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the frontend ended: %v", err)
		}
	})
	select {
	case found := <-address:
		return "http://" + found
	case err := <-ended:
		ended <- err
		t.Fatalf("the frontend did not start: %v", err)
	case <-time.After(10 * time.Second):
		t.Fatal("the frontend did not start")
	}
	return ""
}

// shop is a frontend before two fake APIs.
type shop struct {
	url      string
	products *fakeProducts
	orders   *fakeOrders
}

func mustOpen(t testing.TB) *shop {
	t.Helper()
	s := &shop{products: newFakeProducts(), orders: newFakeOrders()}
	productAPI, orderAPI := httptest.NewServer(s.products), httptest.NewServer(s.orders)
	// Registered before the frontend's own end, so that it happens after it.
	t.Cleanup(productAPI.Close)
	t.Cleanup(orderAPI.Close)
	s.url = mustStart(t, productAPI.URL, orderAPI.URL)
	return s
}

// mustFindNobody is the address of a backend that is not there.
func mustFindNobody(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.URL
}

// visitor is a browser without JavaScript: it keeps cookies, asks for HTML and follows redirects.
type visitor struct {
	t    testing.TB
	url  string
	http *http.Client
}

func newVisitor(t testing.TB, url string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, url: url, http: &http.Client{Jar: jar, Timeout: 15 * time.Second}}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	// path is where redirects led to.
	path string
}

func (v *visitor) send(r *http.Request) answer {
	v.t.Helper()
	response, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body), response.Request.URL.Path}
}

func (v *visitor) open(path string) answer {
	v.t.Helper()
	return v.send(v.request(http.MethodGet, path, ""))
}

func (v *visitor) submit(path string, form url.Values) answer {
	v.t.Helper()
	r := v.request(http.MethodPost, path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

// press is a click on a button of a product or a cart line.
func (v *visitor) press(button, product string) answer {
	v.t.Helper()
	return v.submit("/cart/items/"+product, url.Values{"do": {button}})
}

func (v *visitor) request(method, path, body string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequest(method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	return r
}

// mustShow fails unless the page has all of the texts, tags and white space aside.
func mustShow(t testing.TB, page answer, texts ...string) {
	t.Helper()
	plain := plainText(page.body)
	for _, text := range texts {
		if !strings.Contains(plain, text) {
			t.Errorf("%s does not show %q:\n%s", page.path, text, plain)
		}
	}
}

func mustNotShow(t testing.TB, page answer, texts ...string) {
	t.Helper()
	plain := plainText(page.body)
	for _, text := range texts {
		if strings.Contains(plain, text) {
			t.Errorf("%s shows %q:\n%s", page.path, text, plain)
		}
	}
}
