package e2e_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/dashboards"
)

// graphsOpened counts, on Prometheus' page of queries, the graphs that drew something and those that are asked for.
const graphsOpened = `JSON.stringify([document.querySelectorAll(".uplot canvas").length,
	[...new URLSearchParams(location.search).keys()].filter(key => key.endsWith(".expr")).length,
	document.body.innerText.split("Empty query result").length - 1])`

// showsPages opens what make up and make status print of the monitoring as a person does, in a browser.
func (w *watched) showsPages(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("SKIPPED: npm is missing, so Prometheus has no pages of its own")
	}
	status := w.make(t, "-s", "status")
	link := func(name string) string {
		t.Helper()
		for line := range strings.Lines(status) {
			if fields := strings.Fields(line); len(fields) == 2 && fields[0] == name {
				return fields[1]
			}
		}
		t.Fatalf("make status has no link called %s:\n%s", name, status)
		return ""
	}
	tab := browser(t, chromedp.WindowSize(1280, 2400))
	page := func(url, picture string, holds func(text string) error) {
		t.Helper()
		if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
			t.Fatalf("%s in the browser: %v", url, err)
		}
		eventually(t, 30*time.Second, func() error {
			// The first page leads to another one, so what was there a moment ago may be gone: that is no failure yet.
			text, err := chromedp.Run(tab, chromedp.Evaluate[string]("document.body.innerText"))
			if err != nil {
				return err
			}
			return holds(text)
		})
		keepPicture(t, picture, read(t, tab, chromedp.FullScreenshot(100)))
	}
	shows := func(words ...string) func(string) error {
		return func(text string) error {
			if i := slices.IndexFunc(words, func(word string) bool { return !strings.Contains(text, word) }); i >= 0 {
				return fmt.Errorf("no %q in %.500s", words[i], text)
			}
			return nil
		}
	}
	page(w.prometheus.url, "prometheus.png", shows("Query", "Alerts", "Status"))
	page(link("all"), "dashboards.png", shows("Dashboards", "Platform overview", "Orders and stock"))
	page(link("alerts"), "alerts.png", shows("Watchdog", "OrdersFailing"))
	page(link("targets"), "targets.png", shows(alerts.JobServices, alerts.JobKubeStateMetrics))
	page(link(string(dashboards.Orders)), "orders.png", func(string) error {
		state, err := chromedp.Run(tab, chromedp.Evaluate[string](graphsOpened))
		if err != nil {
			return err
		}
		var drawn, asked, empty int
		if _, err := fmt.Sscanf(state, "[%d,%d,%d]", &drawn, &asked, &empty); err != nil {
			return fmt.Errorf("%s: %w", state, err)
		}
		// A page of graphs has a canvas for each that has data.
		if asked < 10 || drawn+empty < asked || drawn < asked*3/4 {
			return fmt.Errorf("%d of %d graphs are drawn, %d say that there is nothing", drawn, asked, empty)
		}
		return nil
	})
}
