package browsertest_test

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watchConsole fails the test for what the browser complains of: errors of our script, and whatever our own security
// policy stops. That a request got a 404 or a 503 is no complaint.
func (tab *tab) watchConsole() {
	tab.t.Helper()
	err := chromedp.Listen(tab.ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
				tab.t.Errorf("the browser says: %s (%s)", e.Entry.Text, e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			tab.t.Errorf("the page's script failed: %s", e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		tab.t.Fatalf("listen to the browser: %v", err)
	}
	set(tab, log.Enable, cdp.Empty{})
}
