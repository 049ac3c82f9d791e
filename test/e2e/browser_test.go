package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium and returns its context.
func browser(t *testing.T, extra ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if _, err := os.Stat("/usr/bin/chromium"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium is missing: test/install-packages installs it")
		}
		t.Skip("SKIPPED: Chromium is missing")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), append(options, extra...)...)
	t.Cleanup(cancelAllocator)
	tab, cancelTab := chromedp.NewContext(allocator)
	t.Cleanup(cancelTab)
	limited, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(cancel)
	return limited
}

func (p *platform) servesABrowser(t *testing.T) {
	p.orderInBrowser(t, browser(t), "Grace Hopper", "shop.png")
}

func (p *platform) servesWithoutJavaScript(t *testing.T) {
	p.orderInBrowser(t, browser(t, chromedp.Flag("blink-settings", "scriptEnabled=false")), "Alan Turing", "no-script.png")
}

// orderInBrowser puts a monitor into the cart, checks out, and finds the order in the list. It keeps a picture of the
// shop's page under .local/screenshots of the repository.
func (p *platform) orderInBrowser(t *testing.T, tab context.Context, customer, picture string) {
	t.Helper()
	run := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(tab, steps...); err != nil {
			t.Fatalf("in the browser: %v", err)
		}
	}
	run(
		chromedp.Navigate(p.url),
		chromedp.Click(chromedp.CSS("#add-4")),
		chromedp.WaitVisible(chromedp.CSS(`a[href="/checkout"]`)),
	)
	keepPicture(t, picture, read(t, tab, chromedp.FullScreenshot(100)))
	run(
		chromedp.Navigate(p.url+"/checkout"),
		chromedp.SendKeys(chromedp.CSS("#customer"), customer),
		chromedp.Click(chromedp.CSS(`form[action="/checkout"] button[type="submit"]`)),
		chromedp.WaitVisible(chromedp.CSS("#items-title")),
	)
	confirmation := read(t, tab, chromedp.Text(chromedp.CSS("main")))
	run(chromedp.Navigate(p.url + "/orders"))
	orders := read(t, tab, chromedp.Text(chromedp.CSS("main")))
	for what, text := range map[string]string{"the confirmation": confirmation, "the list of orders": orders} {
		if !strings.Contains(text, "299.99") || !strings.Contains(text, customer) {
			t.Errorf("%s does not show %s's order of 299.99:\n%s", what, customer, text)
		}
	}
}

// read runs an action for its result.
func read[T any](t *testing.T, tab context.Context, action chromedp.Action[T]) T {
	t.Helper()
	result, err := chromedp.Run(tab, action)
	if err != nil {
		t.Fatalf("in the browser: %v", err)
	}
	return result
}

func keepPicture(t *testing.T, name string, picture []byte) {
	t.Helper()
	dir := filepath.Join(output(t, "", "git", "rev-parse", "--show-toplevel"), ".local", "screenshots")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}
