package stacks

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
)

// Limits are the thresholds of the alerts, by key and in the unit of the setting. Which there are, with default, range
// and meaning, says the package alerts: a new limit is declared there and nowhere else.
type Limits map[string]float64

func defaultLimits() Limits {
	values := Limits{}
	for _, l := range alerts.Limits() {
		values[l.Key] = l.Default
	}
	return values
}

// fields describes each limit as a field of a structure would be.
func (Limits) fields() []Field {
	var fields []Field
	for _, l := range alerts.Limits() {
		written := reflect.New(limitType(l)).Elem()
		writeLimit(written, l.Default)
		field := describeValue(written)
		field.Key, field.Meaning = l.Key, l.Meaning
		if written.Kind() == reflect.Int {
			field.Min, field.Max = strconv.Itoa(int(l.Min)), strconv.Itoa(int(l.Max))
		}
		fields = append(fields, field)
	}
	return fields
}

// decode reads limits over the defaults. It reads each as the type that the same setting would have in a structure.
func (l *Limits) decode(d *decoder, path string, in any) {
	entries, ok := in.(map[string]any)
	if !ok {
		d.add(path, "%s, want %s", show(in), describe(reflect.TypeFor[Limits]()))
		return
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		limit, ok := limitOf(key)
		if !ok {
			d.add(path+"."+key, "%s", unknown(key, keysOf(reflect.TypeFor[Limits]())))
			continue
		}
		before := len(d.problems)
		written := reflect.New(limitType(limit)).Elem()
		d.value(path+"."+key, entries[key], written)
		if len(d.problems) == before {
			value := readLimit(written)
			d.limit(path+"."+key, limit, value, written)
			(*l)[key] = value
		}
	}
}

// limit checks the range.
func (d *decoder) limit(path string, l alerts.Limit, value float64, written reflect.Value) {
	switch {
	case l.Unit == alerts.Percent && (value <= 0 || value >= 100):
		d.add(path, "%v, want more than 0 and less than 100", written)
	case l.Unit != alerts.Percent && (value < l.Min || value > l.Max):
		low, high := reflect.New(written.Type()).Elem(), reflect.New(written.Type()).Elem()
		writeLimit(low, l.Min)
		writeLimit(high, l.Max)
		d.add(path, "%v, want %v to %v", written, low, high)
	}
}

func limitOf(key string) (alerts.Limit, bool) {
	list := alerts.Limits()
	i := slices.IndexFunc(list, func(l alerts.Limit) bool { return l.Key == key })
	if i < 0 {
		return alerts.Limit{}, false
	}
	return list[i], true
}

// limitType is what a limit's setting is written as.
func limitType(l alerts.Limit) reflect.Type {
	switch l.Unit {
	case alerts.Percent:
		return reflect.TypeFor[Percent]()
	case alerts.Seconds:
		return reflect.TypeFor[Duration]()
	default:
		return reflect.TypeFor[int]()
	}
}

func readLimit(written reflect.Value) float64 {
	switch value := written.Interface().(type) {
	case Percent:
		return float64(value)
	case Duration:
		return time.Duration(value).Seconds()
	case int:
		return float64(value)
	}
	return 0
}

func writeLimit(written reflect.Value, value float64) {
	switch written.Interface().(type) {
	case Percent:
		written.Set(reflect.ValueOf(Percent(value)))
	case Duration:
		written.Set(reflect.ValueOf(Duration(value) * Second))
	case int:
		written.Set(reflect.ValueOf(int(value)))
	}
}
