package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// shot is one picture: a page in a window of a size.
type shot struct {
	name, url     string
	width, height int64
	// ready is what the page evaluates to true once it shows what it is there for.
	ready string
	// scale is how large it is drawn; 0 is as it is.
	scale float64
}

// quality keeps letters readable and pictures small.
const quality = 75

// lastMinutes goes from the graphs of the last hour to those of the last minutes, since a stack that has just come up has
// no more, and is true once they are there.
const lastMinutes = `(location.search.includes("range_input=15m") ||
	(location.search.includes("range_input=") && (location.search = location.search.replace(/range_input=\w+/g, "range_input=15m"), false)))`

// pastNumbers leaves out the first panels, which are single numbers in Grafana.
const pastNumbers = `(document.querySelectorAll(".uplot")[2].scrollIntoView({block: "start"}), true)`

func allShots(found links) ([]shot, error) {
	shots := []shot{
		{name: "shop", url: found.shop, width: 1200, height: 800, ready: `document.querySelectorAll("main form button").length > 3`},
		{name: "alerts", url: found.alerts, width: 1200, height: 800, ready: `document.body.innerText.includes("OrdersFailing")`},
		// Several graphs are one below the other: of those that are in the window, all must be drawn.
		{
			name: "graphs", url: found.graphs, width: 1700, height: 2500, scale: 0.55,
			ready: lastMinutes + ` && document.querySelectorAll(".uplot canvas").length > 5 && ` + pastNumbers,
		},
	}
	report, err := reportPage()
	if err != nil {
		return nil, err
	}
	drill, err := drillPage()
	if err != nil {
		return nil, err
	}
	return append(shots,
		shot{name: "preview", url: report, width: 1000, height: 440, ready: `document.querySelectorAll("td").length > 0`},
		shot{name: "drill", url: drill, width: 1000, height: 500, ready: `document.querySelectorAll(".bar").length > 0`},
	), nil
}

// take opens the page in a tab of its own.
func (s shot) take(browser context.Context) ([]byte, error) {
	tab, end := chromedp.NewContext(browser)
	defer end()
	ctx, cancel := context.WithTimeout(tab, pageLimit)
	defer cancel()
	viewport := chromedp.EmulateViewport(s.width, s.height)
	if s.scale != 0 {
		viewport = chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateScale(s.scale))
	}
	if err := chromedp.Do(ctx, viewport, chromedp.Navigate(s.url)); err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	for {
		// A page that leads to another one has moments in which nothing can be evaluated.
		ready, err := chromedp.Run(ctx, chromedp.Evaluate[bool](s.ready))
		if err == nil && ready {
			break
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("in %s it does not come to: %s", pageLimit, s.ready), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
	// What has arrived still moves into its place.
	time.Sleep(2 * time.Second)
	return chromedp.Run(ctx, capture())
}

func capture() chromedp.Action[[]byte] {
	return func(ctx context.Context, target *chromedp.Target) ([]byte, error) {
		as := int64(quality)
		result, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &as})
		if err != nil {
			return nil, fmt.Errorf("capture: %w", err)
		}
		return result.Data, nil
	}
}
