package stacks

import (
	"errors"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// notation is how a value is written as text: as an expression, and in words.
type notation struct {
	expression, rule string
	// numeric says that a bare number is such a text too.
	numeric bool
}

// CPU is an amount of processor time in thousandths of a core, written "100m" or "2".
type CPU int64

// String is the shortest notation.
func (c CPU) String() string {
	if c%1000 == 0 {
		return strconv.FormatInt(int64(c/1000), 10)
	}
	return strconv.FormatInt(int64(c), 10) + "m"
}

func (CPU) notation() notation {
	return notation{expression: `[0-9]+(\.[0-9]+)?m?`, rule: `cores such as "100m" or "2"`, numeric: true}
}

// MarshalText is String.
func (c CPU) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads "100m", "2" or "0.5".
func (c *CPU) UnmarshalText(text []byte) error {
	number, milli := strings.CutSuffix(string(text), "m")
	value, err := strconv.ParseFloat(number, 64)
	if !milli {
		value *= 1000
	}
	if err != nil || value < 0 || value != math.Trunc(value) || value > 1e9 {
		return errors.New("want " + c.notation().rule)
	}
	*c = CPU(value)
	return nil
}

// Bytes is an amount of memory or storage, written "128Mi" or "1Gi".
type Bytes int64

// Binary units.
const (
	KiB Bytes = 1 << 10
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
	TiB Bytes = 1 << 40
)

type unit struct {
	suffix string
	size   Bytes
}

func units() []unit { return []unit{{"Ti", TiB}, {"Gi", GiB}, {"Mi", MiB}, {"Ki", KiB}} }

// String uses the greatest unit that leaves a whole number.
func (b Bytes) String() string {
	for _, u := range units() {
		if b != 0 && b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10)
}

func (Bytes) notation() notation {
	return notation{expression: `[0-9]+(Ki|Mi|Gi|Ti)`, rule: `a whole number of Ki, Mi, Gi or Ti such as "128Mi"`}
}

// MarshalText is String.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads a whole number with one of the units Ki, Mi, Gi, Ti. There is no plain number and no "M": a
// forgotten letter must not mean 128 bytes.
func (b *Bytes) UnmarshalText(text []byte) error {
	for _, u := range units() {
		number, ok := strings.CutSuffix(string(text), u.suffix)
		if !ok {
			continue
		}
		value, err := strconv.ParseInt(number, 10, 64)
		if err != nil || value < 0 || value > math.MaxInt64/int64(u.size) {
			break
		}
		*b = Bytes(value) * u.size
		return nil
	}
	return errors.New("want " + b.notation().rule)
}

// Duration is a span of time, written "5s" or "1h30m".
type Duration time.Duration

// Second is one second.
const Second = Duration(time.Second)

// String is the notation of package time.
func (d Duration) String() string { return time.Duration(d).String() }

// Seconds is d in whole seconds.
func (d Duration) Seconds() int { return int(time.Duration(d) / time.Second) }

func (Duration) notation() notation {
	return notation{expression: `([0-9]+(h|m|s))+`, rule: `a time in whole seconds such as "5s" or "1m30s"`}
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the notation of package time, in whole seconds.
func (d *Duration) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	if err != nil || value < 0 || value%time.Second != 0 {
		return errors.New("want " + d.notation().rule)
	}
	*d = Duration(value)
	return nil
}

// CIDR is an address range, written "10.0.0.0/8".
type CIDR struct{ prefix netip.Prefix }

// String is the canonical notation.
func (c CIDR) String() string { return c.prefix.String() }

// Contains reports whether an address is in the range.
func (c CIDR) Contains(address netip.Addr) bool { return c.prefix.Contains(address) }

func (CIDR) notation() notation {
	return notation{expression: `[0-9a-fA-F.:]+/[0-9]+`, rule: `an address range such as "10.0.0.0/8"`}
}

// MarshalText is String.
func (c CIDR) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads "10.0.0.0/8"; bits beyond the prefix must be zero.
func (c *CIDR) UnmarshalText(text []byte) error {
	prefix, err := netip.ParsePrefix(string(text))
	if err != nil || prefix != prefix.Masked() {
		return errors.New("want " + c.notation().rule)
	}
	c.prefix = prefix
	return nil
}

// Secret is a value that is never printed.
type Secret string

// String hides the value.
func (Secret) String() string { return "[secret]" }

// Reveal is the value itself, for the one place that hands it on.
func (s Secret) Reveal() string { return string(s) }
