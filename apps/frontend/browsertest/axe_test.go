package browsertest_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

const axeVersion = "4.14.1"

// mustFetchAxe is the source of axe-core. It is fetched once, into the repository's folder for such things.
func mustFetchAxe(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", ".local", "axe-core-"+axeVersion))
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
	if source, err := os.ReadFile(script); err == nil {
		return string(source)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		skip(t, "no npm to fetch axe-core with (apt-get install npm)")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	fetch := exec.Command(npm, "install", "--prefix", dir, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund",
		"axe-core@"+axeVersion)
	if said, err := fetch.CombinedOutput(); err != nil {
		skip(t, "axe-core could not be fetched: "+string(said))
	}
	source, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// violation is what axe-core finds wrong.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// isAccessible goes through all pages, also those of a bad day, by day and by night.
func isAccessible(t *testing.T, browser context.Context, built binaries) {
	axe := mustFetchAxe(t)
	for _, d := range []device{desktop, night, phone, darkPhone} {
		t.Run("on a "+d.name, func(t *testing.T) {
			s := built.mustRun(t)
			tab := mustOpenTab(t, browser, s.frontend.URL, d)
			tab.open("/")
			tab.mustPass(axe, "the shop with an empty cart")
			tab.press("#add-1")
			tab.see("#cart", "Total $999.99")
			tab.mustPass(axe, "the shop")
			for _, path := range []string{"/?q=nothing", "/checkout", "/orders", "/orders/1", "/nothing"} {
				tab.open(path)
				tab.mustPass(axe, path)
			}
			tab.open("/admin")
			tab.mustPass(axe, "the sign-in")
			tab.signIn("not the key")
			tab.see("main", "That is not the admin key.")
			tab.mustPass(axe, "the sign-in that is refused")
			tab.signIn(adminKey)
			tab.see("h1", "Overview")
			tab.mustPass(axe, "the overview")
			for _, path := range []string{
				"/admin/orders", "/admin/orders?status=shipped", "/admin/orders/1", "/admin/products", "/admin/products/1",
				"/admin/events",
			} {
				tab.open(path)
				tab.mustPass(axe, path)
			}
			s.productAPI.Kill()
			for _, path := range []string{"/", "/checkout"} {
				tab.open(path)
				tab.mustPass(axe, path+" without product-api")
			}
			s.orderAPI.Kill()
			tab.open("/checkout")
			tab.write("#customer", "Ada")
			tab.press(`form[action="/checkout"] button`)
			tab.see("main", "Orders are unavailable")
			tab.mustPass(axe, "the checkout without order-api")
			tab.open("/orders")
			tab.mustPass(axe, "/orders without order-api")
		})
	}
}

// mustPass runs axe-core in the page.
func (tab *tab) mustPass(axe, page string) {
	tab.t.Helper()
	// Colours are judged as they are when nothing moves any more.
	ask[bool](tab, `document.getAnimations().forEach((a) => a.currentTime = 1000), true`)
	ask[bool](tab, axe+"; true")
	found, err := chromedp.Run(tab.ctx, chromedp.Evaluate[string](
		`axe.run().then((result) => JSON.stringify(result.violations))`, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("axe-core on %s: %v", page, err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		tab.t.Fatalf("axe-core on %s: %v", page, err)
	}
	for _, v := range violations {
		for _, node := range v.Nodes {
			tab.t.Errorf("%s: %s (%s): %s\n%s\n%s", page, v.ID, v.Impact, v.Help, node.HTML, node.Summary)
		}
	}
}
