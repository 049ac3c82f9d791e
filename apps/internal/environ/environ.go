// Package environ reads settings from the environment into typed values and reports every problem at once.
package environ

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Reader reads variables and remembers what was wrong with them. An empty variable counts as absent.
type Reader struct {
	getenv   func(string) string
	problems []error
}

// New reads through getenv, os.Getenv in a real process.
func New(getenv func(string) string) *Reader { return &Reader{getenv: getenv} }

// Err is every problem found so far, nil if there is none.
func (r *Reader) Err() error { return errors.Join(r.problems...) }

// Problem notes that a variable's value will not do. The value itself is left out: it may be a secret.
func (r *Reader) Problem(name, problem string) {
	r.problems = append(r.problems, fmt.Errorf("environment variable %s: %s", name, problem))
}

// Text is a variable's value, or absent.
func (r *Reader) Text(name, absent string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	return absent
}

// Required is the value of a variable that must be there.
func (r *Reader) Required(name string) string {
	value := r.getenv(name)
	if value == "" {
		r.Problem(name, "is required")
	}
	return value
}

// Keys are the secrets in a variable, separated by commas; none where it is absent. The first is the one to use, all are
// accepted.
func (r *Reader) Keys(name string) []string {
	text := r.getenv(name)
	if text == "" {
		return nil
	}
	keys := strings.Split(text, ",")
	for i, key := range keys {
		if keys[i] = strings.TrimSpace(key); keys[i] == "" {
			r.Problem(name, fmt.Sprintf("key %d of %d is empty", i+1, len(keys)))
		}
	}
	return keys
}

// RequiredKeys are Keys, at least one, each of at least this many bytes.
func (r *Reader) RequiredKeys(name string, bytes int) []string {
	keys := r.Keys(name)
	if len(keys) == 0 {
		r.Problem(name, "is required")
	}
	for i, key := range keys {
		if key != "" && len(key) < bytes {
			r.Problem(name, fmt.Sprintf("key %d of %d has %d bytes, want at least %d", i+1, len(keys), len(key), bytes))
		}
	}
	return keys
}

// Int is a whole number from low to high.
func (r *Reader) Int(name string, absent, low, high int) int {
	text := r.getenv(name)
	if text == "" {
		return absent
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < low || value > high {
		r.Problem(name, fmt.Sprintf("%q is not a whole number from %d to %d", text, low, high))
		return absent
	}
	return value
}

// Bool is true or false, and false if the variable is absent.
func (r *Reader) Bool(name string) bool {
	switch text := r.getenv(name); text {
	case "true":
		return true
	case "", "false":
	default:
		r.Problem(name, fmt.Sprintf("%q is neither true nor false", text))
	}
	return false
}

// Duration is a Go duration that is not negative.
func (r *Reader) Duration(name string, absent time.Duration) time.Duration {
	text := r.getenv(name)
	if text == "" {
		return absent
	}
	value, err := time.ParseDuration(text)
	if err != nil || value < 0 {
		r.Problem(name, fmt.Sprintf("%q is not a duration such as 5s", text))
		return absent
	}
	return value
}

// Level is a log level: debug, info, warn or error.
func (r *Reader) Level(name string, absent slog.Level) slog.Level {
	text := r.getenv(name)
	if text == "" {
		return absent
	}
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	level, ok := levels[strings.ToLower(text)]
	if !ok {
		r.Problem(name, fmt.Sprintf("%q is not one of debug, info, warn, error", text))
		return absent
	}
	return level
}

// private are the networks that the internet does not route: those of clusters, companies and this machine.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
}

// Networks is a list of networks and addresses, separated by commas; "private" stands for all private ones.
func (r *Reader) Networks(name, absent string) []netip.Prefix {
	var networks []netip.Prefix
	for text := range strings.SplitSeq(r.Text(name, absent), ",") {
		text = strings.TrimSpace(text)
		switch network, ok := network(text); {
		case text == "":
		case text == "private":
			networks = append(networks, private...)
		case ok:
			networks = append(networks, network)
		default:
			r.Problem(name, fmt.Sprintf("%q is not a network such as 10.0.0.0/8, an address, or private", text))
		}
	}
	return networks
}

func network(text string) (netip.Prefix, bool) {
	if network, err := netip.ParsePrefix(text); err == nil {
		return network.Masked(), true
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address, address.BitLen()), true
}

// URL is the base URL of another service, without a trailing slash. It must be there.
func (r *Reader) URL(name string) string {
	text := strings.TrimRight(r.Required(name), "/")
	if text == "" {
		return ""
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Host == "" {
		r.Problem(name, "is not an http:// or https:// URL")
	}
	return text
}
