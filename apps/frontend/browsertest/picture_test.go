package browsertest_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// picture keeps a picture of the whole page in the folder that SCREENSHOTS names, for whoever wants to look; without
// the variable it does nothing.
func (tab *tab) picture(path string) {
	tab.t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	const quality = 100 // makes it a PNG
	content, err := chromedp.Run(tab.ctx, chromedp.FullScreenshot(quality))
	if err != nil {
		tab.t.Fatalf("picture of %s: %v", path, err)
	}
	name := strings.Trim(strings.NewReplacer("/", "-", "?", "-").Replace(path), "-")
	if name == "" {
		name = "shop"
	}
	file := filepath.Join(folder, strings.ReplaceAll(tab.device.name, " ", "-")+"-"+name+".png")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		tab.t.Fatal(err)
	}
}
