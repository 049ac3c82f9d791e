package main

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

const (
	// report is one of those that the tests of deliver hold against what it prints.
	report = "infra/cmd/deliver/internal/review/testdata/a-smaller-volume.md"
	// drill is what make drill-alerts has written last.
	drill = "docs/drill-alerts.md"
)

//go:embed report.html.tmpl
var reportTemplate string

//go:embed drill.html.tmpl
var drillTemplate string

// dots are coloured characters that a machine without a font for them shows as boxes.
var dots = regexp.MustCompile(`[🔴🟠🟡🟢]`)

// reportPage shows a preview's report as a pull request does.
func reportPage() (string, error) {
	text, err := os.ReadFile(report)
	if err != nil {
		return "", err
	}
	text = dots.ReplaceAll(text, []byte(`<span class="dot" style="background: $0"></span>`))
	for dot, colour := range map[string]string{"🔴": "#d1242f", "🟠": "#e16f24", "🟡": "#d4a72c", "🟢": "#1a7f37"} {
		text = bytes.ReplaceAll(text, []byte(dot), []byte(colour))
	}
	text = bytes.ReplaceAll(text, []byte("[!CAUTION]"), []byte("**Caution**<br>"))
	var body bytes.Buffer
	// The report is our own, so its HTML may pass.
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := markdown.Convert(text, &body); err != nil {
		return "", fmt.Errorf("%s: %w", report, err)
	}
	return fill("report", reportTemplate, template.HTML(body.String()))
}

// alert is one line of the drill's table.
type alert struct {
	Name                 string
	Wait, Notified, Over time.Duration
}

// plot is all lines, drawn in proportion to the longest time.
type plot struct {
	Alerts  []alert
	Longest time.Duration
}

// Percent is how wide the bar of a time is.
func (p plot) Percent(of time.Duration) int { return int(100 * of / p.Longest) }

// drillPage draws the table as bars.
func drillPage() (string, error) {
	text, err := os.ReadFile(drill)
	if err != nil {
		return "", err
	}
	alerts, err := readDrill(string(text))
	if err != nil {
		return "", fmt.Errorf("%s: %w", drill, err)
	}
	longest := time.Second
	for _, one := range alerts {
		longest = max(longest, one.Wait, one.Notified, one.Over)
	}
	return fill("drill", drillTemplate, plot{alerts, longest})
}

func readDrill(text string) ([]alert, error) {
	var alerts []alert
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 || strings.HasPrefix(cells[0], "-") || strings.TrimSpace(cells[0]) == "fault" {
			continue
		}
		one := alert{Name: strings.TrimSpace(cells[2])}
		for i, into := range []*time.Duration{&one.Wait, &one.Notified, &one.Over} {
			took, err := time.ParseDuration(strings.TrimSpace(cells[3+i]))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", one.Name, err)
			}
			*into = took
		}
		alerts = append(alerts, one)
	}
	if len(alerts) == 0 {
		return nil, errors.New("no line of a table with six columns")
	}
	return alerts, nil
}

// fill makes a page, as an address that needs no server.
func fill(name, text string, data any) (string, error) {
	parsed, err := template.New(name).Parse(text)
	if err != nil {
		return "", err
	}
	var page bytes.Buffer
	if err := parsed.Execute(&page, data); err != nil {
		return "", err
	}
	return "data:text/html;base64," + base64.StdEncoding.EncodeToString(page.Bytes()), nil
}
