package stacks

import (
	"errors"
	"regexp"
	"strconv"
)

// Percent is a share of a hundred, written "99.9".
type Percent float64

// String is the shortest notation.
func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) }

func (Percent) notation() notation {
	return notation{expression: `[0-9]+(\.[0-9]+)?`, rule: "a percentage such as 99.9", numeric: true}
}

// MarshalText is String.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "99.9".
func (p *Percent) UnmarshalText(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !matches(p.notation(), text) {
		return errors.New("want " + p.notation().rule)
	}
	*p = Percent(value)
	return nil
}

// Handle is somebody whom Datadog tells, written "@slack-shop".
type Handle string

func (Handle) notation() notation {
	return notation{expression: `@[A-Za-z0-9][A-Za-z0-9._@/-]*`, rule: "whom Datadog tells, such as @slack-shop"}
}

// UnmarshalText reads "@slack-shop".
func (h *Handle) UnmarshalText(text []byte) error {
	if !matches(h.notation(), text) {
		return errors.New("want " + h.notation().rule)
	}
	*h = Handle(text)
	return nil
}

// Name is the name of a namespace.
type Name string

func (Name) notation() notation { return notation{expression: label, rule: "the name of a namespace"} }

// UnmarshalText reads a namespace's name.
func (n *Name) UnmarshalText(text []byte) error {
	if !matches(n.notation(), text) {
		return errors.New("want " + n.notation().rule)
	}
	*n = Name(text)
	return nil
}

// AlertName is the name of one of the alerts in docs/runbooks.
type AlertName string

func (AlertName) notation() notation {
	return notation{expression: `[A-Z][A-Za-z0-9]*`, rule: "the name of an alert, such as HighErrorRate"}
}

// UnmarshalText reads an alert's name.
func (n *AlertName) UnmarshalText(text []byte) error {
	if !matches(n.notation(), text) {
		return errors.New("want " + n.notation().rule)
	}
	*n = AlertName(text)
	return nil
}

func matches(n notation, text []byte) bool {
	return regexp.MustCompile("^" + n.expression + "$").Match(text)
}
