package stacks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
)

// Alerts is when people are told, by Prometheus and by Datadog alike.
type Alerts struct {
	// Limits are what must be exceeded before an alert fires. Dashboards turn red there.
	Limits Limits `json:"limits"`
	// Objectives are what the shop promises over 30 days.
	Objectives Objectives `json:"objectives"`
	// Severities changes how urgent single alerts are.
	Severities Severities `json:"severities"`
}

// Objectives are what the shop promises over 30 days.
type Objectives struct {
	// Orders is the share of requests to order-api that are answered without an error of its own: in Prometheus of
	// those that place an order, in Datadog of all.
	Orders Percent `json:"orders"`
	// Catalogue is the share of requests for products that are answered within catalogueTime: in Datadog the share of
	// time in which 95 of 100 are.
	Catalogue Percent `json:"catalogue"`
	// CatalogueTime is that time in milliseconds: 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000 or 10000, because
	// the services count by nothing else.
	CatalogueTime int `json:"catalogueTime"`
	// Shop is the share of requests to the shop that are answered without an error of its own: in Datadog the share of
	// time in which every pod runs that shall.
	Shop Percent `json:"shop"`
}

// Severities changes how urgent single alerts are, by their names.
type Severities struct {
	// Critical alerts wake somebody.
	Critical []AlertName `json:"critical,omitempty"`
	// Warning alerts wait for the morning.
	Warning []AlertName `json:"warning,omitempty"`
	// Info alerts are for those who ask.
	Info []AlertName `json:"info,omitempty"`
	// Without lists the alerts that the stack does not have.
	Without []AlertName `json:"without,omitempty"`
}

func defaultAlerts() Alerts {
	return Alerts{
		Limits:     defaultLimits(),
		Objectives: Objectives{Orders: 99.9, Catalogue: 99, CatalogueTime: 500, Shop: 99.9},
	}
}

func (a Alerts) validate(path string) []Problem {
	found := problems(a.Objectives.validate(path + ".objectives"))
	return append(found, a.Severities.validate(path+".severities")...)
}

// leastPromise is the least that an objective may promise: of less, no outage burns the budget as fast as the alerts look
// for.
const leastPromise = Percent(95)

func (o Objectives) validate(path string) []Problem {
	var found problems
	for name, share := range map[string]Percent{"orders": o.Orders, "catalogue": o.Catalogue, "shop": o.Shop} {
		if share < leastPromise || share >= 100 {
			found.add(path+"."+name, "%s, want at least %s and less than 100", share, leastPromise)
		}
	}
	if times := countedTimes(); !slices.Contains(times, o.CatalogueTime) {
		var texts []string
		for _, time := range times {
			texts = append(texts, strconv.Itoa(time))
		}
		found.add(path+".catalogueTime", "%d, want one of the times that the services count by: %s",
			o.CatalogueTime, strings.Join(texts, ", "))
	}
	return found
}

// countedTimes are the whole milliseconds that the services count requests by.
func countedTimes() []int {
	var times []int
	for _, bucket := range contract.DurationBuckets() {
		if time := int(bucket.Milliseconds()); bucket.Microseconds()%1000 == 0 {
			times = append(times, time)
		}
	}
	return times
}

// validate demands that each alert exists and is in one list.
func (s Severities) validate(path string) []Problem {
	var found problems
	seen, known := map[AlertName]bool{}, alerts.Names()
	for _, name := range slices.Concat(s.Critical, s.Warning, s.Info, s.Without) {
		if seen[name] {
			found.add(path, "%s is there twice", name)
		}
		seen[name] = true
		if name != "" && !slices.Contains(known, string(name)) { // what is no name at all was reported where it was read
			found.add(path, "%s: %s", name, unknownAlert(string(name), known))
		}
	}
	return found
}

func unknownAlert(name string, known []string) string {
	if near := nearest(name, known, len(name)/2); near != "" {
		return fmt.Sprintf("there is no such alert, did you mean %s?", near)
	}
	return "there is no such alert; docs/runbooks lists them"
}
