// Command pictures makes the pictures that the README shows, from the shop and the monitoring that make up has brought up
// in this checkout, and from reports that are committed: make pictures.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// folder is where the README expects them.
	folder = "docs/pictures"
	// largest is more than a page that somebody reads should have to load for one picture.
	largest = 150_000
	// pageLimit is how long a page may take to show what it is there for.
	pageLimit = time.Minute
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

// run makes all pictures before it writes the first: a half of them would be of two different days.
func run(ctx context.Context) error {
	found, err := findLinks(ctx)
	if err != nil {
		return err
	}
	shots, err := allShots(found)
	if err != nil {
		return err
	}
	browser, quit, err := openBrowser(ctx)
	if err != nil {
		return err
	}
	defer quit()
	pictures := map[string][]byte{}
	var problems []error
	for _, shot := range shots {
		picture, err := shot.take(browser)
		if err == nil && len(picture) > largest {
			err = fmt.Errorf("%d bytes, want at most %d", len(picture), largest)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", shot.name, err))
		}
		pictures[shot.name] = picture
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	return write(pictures)
}

func write(pictures map[string][]byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, picture := range pictures {
		file := filepath.Join(folder, name+".webp")
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s  %d kB\n", file, len(picture)/1000)
	}
	return nil
}

// openBrowser starts a headless Chromium. As root it works without its sandbox only; it opens nothing but our own pages.
func openBrowser(ctx context.Context) (context.Context, func(), error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, fmt.Errorf("chromium is missing: test/install-packages installs it: %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(time.Minute))
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	browser, quit := chromedp.NewContext(allocator)
	return browser, func() { quit(); end() }, nil
}
