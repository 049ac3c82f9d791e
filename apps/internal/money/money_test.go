package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/techcommerce/platform/apps/internal/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       money.Cents
		fails      bool
	}{
		{name: "reads two decimals", text: "999.99", want: 99999},
		{name: "reads one decimal", text: "0.5", want: 50},
		{name: "reads a whole number", text: "19", want: 1900},
		{name: "reads a negative amount", text: "-0.01", want: -1},
		{name: "reads the largest amount", text: "92233720368547758.07", want: math.MaxInt64},
		{name: "rejects one cent more than that", text: "92233720368547758.08", fails: true},
		{name: "rejects three decimals", text: "1.999", fails: true},
		{name: "rejects an exponent", text: "1e3", fails: true},
		{name: "rejects NaN", text: "NaN", fails: true},
		{name: "rejects a plus sign", text: "+1", fails: true},
		{name: "rejects a sign alone", text: "-", fails: true},
		{name: "rejects a point at the end", text: "1.", fails: true},
		{name: "rejects a point at the start", text: ".5", fails: true},
		{name: "rejects a quoted number", text: `"1"`, fails: true},
		{name: "rejects nothing", text: "", fails: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := money.Parse(test.text)
			if (err != nil) != test.fails || got != test.want {
				t.Errorf("Parse(%q) = %d, %v, want %d, fails %t", test.text, got, err, test.want, test.fails)
			}
		})
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for cents, want := range map[money.Cents]string{
		0: "0.00", 5: "0.05", 129998: "1299.98", -1: "-0.01", -150: "-1.50",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := cents.String(); got != want {
			t.Errorf("Cents(%d).String() = %q, want %q", int64(cents), got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	if got, ok := money.Cents(2999).Times(3); got != 8997 || !ok {
		t.Errorf("29.99 times 3 = %s, %t, want 89.97, true", got, ok)
	}
	if got, ok := money.Cents(math.MaxInt64).Times(2); ok {
		t.Errorf("the largest amount times 2 = %s, want it refused", got)
	}
	if got, ok := money.Cents(1).Times(-1); ok {
		t.Errorf("a cent times -1 = %s, want it refused", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"0", "1.5", "-1.05", "1e9", "99999999999999999999", "00.1", "1..2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cents, err := money.Parse(text)
		if err != nil {
			return
		}
		again, err := money.Parse(cents.String())
		if err != nil || again != cents {
			t.Errorf("Parse(%q) = %s, which reads back as %s, %v", text, cents, again, err)
		}
		if _, err := json.Marshal(cents); err != nil {
			t.Errorf("marshal %q: %v", text, err)
		}
	})
}
