package browsertest_test

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// worksByKeyboard is a visit without a pointer.
func worksByKeyboard(tab *tab) {
	tab.open("/")
	tab.see("#results", "Laptop")
	tab.keys(kb.Tab)
	if first := ask[string](tab, "document.activeElement.innerText"); first != "Skip to content" {
		tab.t.Errorf("the first stop is %q, want the way past the navigation", first)
	}
	tab.keys(kb.Enter)
	tab.focus("add-1")
	if !ask[bool](tab, `document.activeElement.matches(":focus-visible") &&
		getComputedStyle(document.activeElement).outlineStyle !== "none"`) {
		tab.t.Error("the focus cannot be seen")
	}
	tab.keys(kb.Enter)
	tab.see("#cart", "Total $999.99")
	tab.focus("remove-1")
	tab.keys(kb.Tab, kb.Enter)
	tab.see("main", "Your name")
	tab.focus("customer")
	tab.keys("Ada", kb.Enter)
	tab.see("main", "Order 4", "For Ada")
}

// keys presses keys, one after the other.
func (tab *tab) keys(keys ...string) {
	tab.t.Helper()
	for _, key := range keys {
		tab.do(chromedp.KeyEvent(key))
	}
}

// focus presses Tab until the element of this id has the focus.
func (tab *tab) focus(id string) {
	tab.t.Helper()
	const most = 60
	for range most {
		if ask[string](tab, "document.activeElement.id") == id {
			return
		}
		tab.keys(kb.Tab)
	}
	tab.t.Fatalf("%d times Tab did not lead to %s", most, id)
}
