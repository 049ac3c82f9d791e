package spec

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Number is a threshold as queries and options write it: digits, never an exponent.
func Number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// ParseThresholds reads thresholds as they travel: numbers, or numbers in text.
func ParseThresholds(values map[string]any) (Thresholds, error) {
	var t Thresholds
	fields := map[string]**float64{
		"critical": &t.Critical, "warning": &t.Warning, "ok": &t.OK,
		"critical_recovery": &t.CriticalRecovery, "warning_recovery": &t.WarningRecovery,
	}
	var problems []error
	for name, value := range values {
		field, known := fields[name]
		if value == nil {
			continue
		}
		number, err := strconv.ParseFloat(fmt.Sprint(value), 64)
		switch {
		case !known:
			problems = append(problems, fmt.Errorf("threshold %s: unknown", name))
		case err != nil || math.IsNaN(number) || math.IsInf(number, 0):
			problems = append(problems, fmt.Errorf("threshold %s: %q is no number", name, fmt.Sprint(value)))
		default:
			*field = &number
		}
	}
	return t, errors.Join(problems...)
}
