package environ_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/environ"
)

func TestReaderReadsTypedValues(t *testing.T) {
	t.Parallel()
	env := from(map[string]string{
		"TEXT": "a", "NUMBER": "7", "WAIT": "1m30s", "LEVEL": "WARN", "PEER": "http://peer:1/", "KEY": "0123456789", "KEYS": "new, old",
	})
	if got := env.Text("TEXT", "b"); got != "a" {
		t.Errorf("Text = %q, want a", got)
	}
	if got := env.Int("NUMBER", 1, 1, 9); got != 7 {
		t.Errorf("Int = %d, want 7", got)
	}
	if got := env.Duration("WAIT", 0); got != 90*time.Second {
		t.Errorf("Duration = %s, want 1m30s", got)
	}
	if got := env.Level("LEVEL", slog.LevelInfo); got != slog.LevelWarn {
		t.Errorf("Level = %s, want WARN", got)
	}
	if got := env.URL("PEER"); got != "http://peer:1" {
		t.Errorf("URL = %q, want it without the trailing slash", got)
	}
	if got := env.RequiredKeys("KEY", 10); !slices.Equal(got, []string{"0123456789"}) {
		t.Errorf("RequiredKeys = %q", got)
	}
	if got := env.Keys("KEYS"); !slices.Equal(got, []string{"new", "old"}) {
		t.Errorf("Keys = %q", got)
	}
	if err := env.Err(); err != nil {
		t.Errorf("Err = %v, want none", err)
	}
}

func TestReaderFallsBackWhereAVariableIsAbsent(t *testing.T) {
	t.Parallel()
	env := from(nil)
	if env.Text("A", "b") != "b" || env.Int("A", 3, 1, 9) != 3 || env.Duration("A", time.Second) != time.Second ||
		env.Level("A", slog.LevelError) != slog.LevelError {
		t.Error("an absent variable does not have its default")
	}
	if err := env.Err(); err != nil {
		t.Errorf("Err = %v, want none", err)
	}
}

func TestReaderReportsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	env := from(map[string]string{
		"HIGH": "10", "WORD": "ten", "WAIT": "-1s", "LEVEL": "loud", "PEER": "peer:1", "KEY": "short-secret", "GAP": "short-secret,,b",
		"NETS": "10.0.0.0/8, somewhere",
	})
	env.Int("HIGH", 1, 1, 9)
	env.Int("WORD", 1, 1, 9)
	env.Duration("WAIT", 0)
	env.Level("LEVEL", slog.LevelInfo)
	env.URL("PEER")
	env.RequiredKeys("KEY", 32)
	env.RequiredKeys("NOKEY", 1)
	env.Keys("GAP")
	env.Required("ABSENT")
	env.Networks("NETS", "")
	err := env.Err()
	if err == nil {
		t.Fatal("Err = nil, want every problem")
	}
	for _, name := range []string{"HIGH", "WORD", "WAIT", "LEVEL", "PEER", "KEY", "NOKEY", "GAP", "ABSENT", "NETS"} {
		if !strings.Contains(err.Error(), "environment variable "+name+":") {
			t.Errorf("Err = %q, want it to name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "short-secret") {
		t.Errorf("Err = %q shows a secret", err)
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "[]", "10.1.2.3/8": "[10.0.0.0/8]", " 192.0.2.1 ,2001:db8::/32,": "[192.0.2.1/32 2001:db8::/32]",
	} {
		env := from(map[string]string{"NETS": text})
		if got := fmt.Sprint(env.Networks("NETS", "")); got != want || env.Err() != nil {
			t.Errorf("%q is %s, %v; want %s", text, got, env.Err(), want)
		}
	}
	for address, want := range map[string]bool{"10.9.9.9": true, "::1": true, "fd00::1": true, "192.0.2.1": false} {
		within := slices.ContainsFunc(from(nil).Networks("NETS", "private"), func(network netip.Prefix) bool {
			return network.Contains(netip.MustParseAddr(address))
		})
		if within != want {
			t.Errorf("%s is private: %t, want %t", address, within, want)
		}
	}
}

func from(values map[string]string) *environ.Reader {
	return environ.New(func(name string) string { return values[name] })
}
