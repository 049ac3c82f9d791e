package browsertest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what is waited for, on a machine that is busy with other tests.
const patience = 20 * time.Second

// skip says loudly that a test did not run. Where everything must run, it fails.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI=true allows no skips: %s", why)
	}
	t.Skipf("SKIPPED: %s", why)
}

// mustLaunch starts a browser whose tabs each have cookies of their own.
func mustLaunch(t *testing.T) context.Context {
	t.Helper()
	binary := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			binary = found
			break
		}
	}
	if binary == "" {
		skip(t, "no Chromium (apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(binary), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	browser, quit := chromedp.NewContext(allocator)
	t.Cleanup(quit)
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return browser
}

// device is what a visitor looks at the shop with.
type device struct {
	name          string
	width, height int64
	mobile        bool
	dark          bool
	noScript      bool
}

var (
	desktop   = device{name: "desktop", width: 1280, height: 900}
	night     = device{name: "desktop at night", width: 1280, height: 900, dark: true}
	phone     = device{name: "phone", width: 360, height: 740, mobile: true}
	darkPhone = device{name: "phone at night", width: 320, height: 600, mobile: true, dark: true}
	plain     = device{name: "desktop without JavaScript", width: 1280, height: 900, noScript: true}
)

// tab is one visitor's tab, with cookies of its own.
type tab struct {
	t      *testing.T
	ctx    context.Context
	url    string
	device device
}

func mustOpenTab(t *testing.T, browser context.Context, url string, d device) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	opened := &tab{t: t, ctx: ctx, url: url, device: d}
	opened.do(chromedp.Navigate("about:blank"))
	opened.watchConsole()
	scheme := "light"
	if d.dark {
		scheme = "dark"
	}
	set(opened, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	set(opened, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: d.width, Height: d.height, DeviceScaleFactor: 1, Mobile: d.mobile,
	})
	set(opened, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: d.noScript})
	return opened
}

// set changes what the tab emulates.
func set[P any](tab *tab, command cdp.Command[P, cdp.Empty], params P) {
	tab.t.Helper()
	if _, err := chromedp.Call(tab.ctx, command, params); err != nil {
		tab.t.Fatalf("%s: %v", command.Method, err)
	}
}

func (tab *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, steps...); err != nil {
		tab.t.Fatalf("in the browser: %v", err)
	}
}

func (tab *tab) open(path string) {
	tab.t.Helper()
	tab.do(chromedp.Navigate(tab.url + path))
}

// press clicks on what a CSS selector finds, once the page is as it will be: until then another element may take its place.
func (tab *tab) press(selector string) {
	tab.t.Helper()
	for end := time.Now().Add(patience); ask[bool](tab, busy) && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeEnabled))
	for err != nil && replaced(err) && ctx.Err() == nil {
		err = chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector), chromedp.NodeEnabled))
	}
	if err != nil {
		tab.t.Fatalf("press %s: %v\n%s", selector, err, tab.text("body"))
	}
}

// busy says whether the page's script is renewing a part of it.
const busy = `document.querySelector("main")?.getAttribute("aria-busy") === "true"`

// replaced says whether the page put another element in the place of the one that was found, before it was pressed.
func replaced(err error) bool { return strings.Contains(err.Error(), "Could not find node") }

func (tab *tab) write(selector, text string) {
	tab.t.Helper()
	tab.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// ask evaluates an expression, also where the page's own scripts do not run.
func ask[T any](tab *tab, expression string) T {
	tab.t.Helper()
	result, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tab.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return result
}

// text is what the page shows in an element, white space as one space; nothing if there is no such element.
func (tab *tab) text(selector string) string {
	tab.t.Helper()
	expression := fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector)
	text, err := chromedp.Run(tab.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		return "" // between two pages; whoever waits asks again
	}
	return strings.Join(strings.Fields(text), " ")
}

// see waits until an element shows all of the texts.
func (tab *tab) see(selector string, texts ...string) {
	tab.t.Helper()
	tab.await(selector, func(shown string) bool {
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				return false
			}
		}
		return true
	}, "shows "+strings.Join(texts, " and "))
}

// seeNo waits until an element does not show a text.
func (tab *tab) seeNo(selector, text string) {
	tab.t.Helper()
	tab.await(selector, func(shown string) bool { return !strings.Contains(shown, text) }, "does not show "+text)
}

func (tab *tab) await(selector string, holds func(shown string) bool, what string) {
	tab.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if holds(tab.text(selector)) {
			return
		}
	}
	tab.t.Fatalf("waited in vain until %s %s; it shows: %s", selector, what, tab.text(selector))
}

// clear empties an input.
func (tab *tab) clear(selector string) {
	tab.t.Helper()
	tab.do(chromedp.Clear(chromedp.CSS(selector)))
}
