// Package fault gives errors that callers may see a kind, a message and the fields at fault. Everything else is an
// internal error, whose text only the log sees. It knows nothing of HTTP: package rest turns kinds into statuses.
package fault

import (
	"errors"
	"time"
)

// Kind says what went wrong, in words that a domain may use.
type Kind string

// The kinds. Internal is the kind of every error that is not a fault.
const (
	Internal         Kind = "internal"
	Invalid          Kind = "invalid"
	Unauthorized     Kind = "unauthorized"
	Forbidden        Kind = "forbidden"
	NotFound         Kind = "not found"
	Conflict         Kind = "conflict"
	Stale            Kind = "stale"
	Unprocessable    Kind = "unprocessable"
	UnsupportedMedia Kind = "unsupported media"
	TooLarge         Kind = "too large"
	TooSlow          Kind = "too slow"
	TooMany          Kind = "too many"
	Unavailable      Kind = "unavailable"
)

// Error is a fault that may be told to the caller.
type Error struct {
	Kind    Kind
	Message string
	// Fields names each input at fault by its path, for example items[0].quantity, with what is wrong with it.
	Fields map[string]string
	// Details is more for programs to read, beside the message; it is marshalled as it is.
	Details map[string]any
	// RetryAfter tells when to try again; 0 says nothing about it.
	RetryAfter time.Duration
	// Cause is for the log only.
	Cause error `json:"-"`
}

// New is a fault of a kind with a message for the caller.
func New(kind Kind, message string) *Error { return &Error{Kind: kind, Message: message} }

// Down is the fault of something that this service needs and cannot reach now.
func Down(message string, cause error) *Error {
	return &Error{Kind: Unavailable, Message: message, Cause: cause, RetryAfter: 2 * time.Second}
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// As finds the fault in a chain of errors; nil if there is none.
func As(err error) *Error {
	var found *Error
	if errors.As(err, &found) {
		return found
	}
	return nil
}

// KindOf is the kind of an error, Internal if it is no fault.
func KindOf(err error) Kind {
	if found := As(err); found != nil {
		return found.Kind
	}
	return Internal
}
