package dashboards

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Limited are the panels that show what an alert's limit is about, by page and title: they turn red at that limit, and
// orange on the way. The values are the limits' keys.
func Limited() map[string]string {
	return map[string]string{
		"overview/Errors":                "errors",
		"overview/Volumes in use":        "volume",
		"service/Errors":                 "errors",
		"service/95 % are faster than":   "latency",
		"orders/Oldest pending":          "pending",
		"kubernetes/Memory of its limit": "containerMemory",
		"kubernetes/Volumes in use":      "volume",
		"kubernetes/Disks in use":        "disk",
	}
}

// within is the page's text with its panels' limits.
func (p Page) within(limits map[string]float64) string {
	text := p.text()
	var content struct{ Panels []json.RawMessage }
	if err := json.Unmarshal([]byte(text), &content); err != nil {
		panic(fmt.Sprintf("dashboards: %s: %v", p.file(), err)) // the file is part of this program
	}
	limited := Limited()
	for _, panel := range content.Panels {
		var head struct{ Title string }
		if err := json.Unmarshal(panel, &head); err != nil {
			panic(fmt.Sprintf("dashboards: %s: %v", p.file(), err))
		}
		if key, ok := limited[string(p)+"/"+head.Title]; ok {
			text = strings.Replace(text, string(panel), scaled(string(panel), limits[key]), 1)
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
