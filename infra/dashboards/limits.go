package dashboards

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Limits are what the stack's alerts allow. Panels that show the same thing turn red there, and orange on the way.
type Limits struct {
	// Errors is a share of requests, Latency and Pending are seconds, the others shares of what there is.
	Errors, Latency, Pending, ContainerMemory, Volume, Disk float64
}

// panels are the limits by page and title.
func (l Limits) panels() map[string]float64 {
	return map[string]float64{
		"overview/Errors":                l.Errors,
		"overview/Volumes in use":        l.Volume,
		"service/Errors":                 l.Errors,
		"service/95 % are faster than":   l.Latency,
		"orders/Oldest pending":          l.Pending,
		"kubernetes/Memory of its limit": l.ContainerMemory,
		"kubernetes/Volumes in use":      l.Volume,
		"kubernetes/Disks in use":        l.Disk,
	}
}

// within is the page's text with its panels' limits.
func (p Page) within(l Limits) string {
	text := p.text()
	var content struct{ Panels []json.RawMessage }
	if err := json.Unmarshal([]byte(text), &content); err != nil {
		panic(fmt.Sprintf("dashboards: %s: %v", p.file(), err)) // the file is part of this program
	}
	limits := l.panels()
	for _, panel := range content.Panels {
		var head struct{ Title string }
		if err := json.Unmarshal(panel, &head); err != nil {
			panic(fmt.Sprintf("dashboards: %s: %v", p.file(), err))
		}
		if limit, ok := limits[string(p)+"/"+head.Title]; ok {
			text = strings.Replace(text, string(panel), scaled(string(panel), limit), 1)
		}
	}
	return text
}

// The colours of a panel, and the value from which on each is shown.
var (
	colours = regexp.MustCompile(`"steps": \[[^\]]*\]`)
	value   = regexp.MustCompile(`"value": [0-9.]+`)
)

// scaled moves the last colour of a panel to the limit, and those before it in proportion.
func scaled(panel string, limit float64) string {
	return colours.ReplaceAllStringFunc(panel, func(steps string) string {
		found := value.FindAllString(steps, -1)
		last := valueOf(found[len(found)-1])
		return value.ReplaceAllStringFunc(steps, func(step string) string {
			exact := valueOf(step) * limit / last
			return `"value": ` + strconv.FormatFloat(math.Round(exact*1e4)/1e4, 'f', -1, 64)
		})
	})
}

func valueOf(step string) float64 {
	number, _ := strconv.ParseFloat(strings.TrimPrefix(step, `"value": `), 64) // the expression takes nothing but digits
	return number
}
