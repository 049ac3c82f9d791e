package apikey_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/throttle"
)

func from(client, key string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = client + ":4711"
	if key != "" {
		r.Header.Set("X-API-Key", key)
	}
	return r
}

func TestEachAcceptedKeyOpens(t *testing.T) {
	t.Parallel()
	keys := apikey.New("ADMIN_API_KEY", []string{"new", "old"}, throttle.Clients{})
	for key, want := range map[string]fault.Kind{"new": "", "old": "", "new,old": fault.Unauthorized, "": fault.Unauthorized} {
		err := keys.Check(from("192.0.2.1", key))
		if got := fault.KindOf(err); err != nil && got != want || err == nil && want != "" {
			t.Errorf("key %q: %v, want %q", key, err, want)
		}
	}
	none := apikey.New("ADMIN_API_KEY", nil, throttle.Clients{})
	if err := none.Check(from("192.0.2.1", "new")); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("without keys: %v, want it disabled", err)
	}
}

// TestWrongKeysAreSlowedDown: whoever guesses learns nothing of most guesses, not even of the right one where that is short, and nobody
// else is kept waiting. IPv6 addresses of one customer are one client.
func TestWrongKeysAreSlowedDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		keys := apikey.New("ADMIN_API_KEY", []string{"right"}, throttle.Clients{})
		count := map[fault.Kind]int{}
		for i := range 1000 {
			count[fault.KindOf(keys.Check(from(fmt.Sprintf("[2001:db8::%x]", i), fmt.Sprint("guess ", i))))]++
		}
		if count[fault.Unauthorized] != 10 || count[fault.TooMany] != 990 {
			t.Errorf("1,000 guesses at once were answered %v, want 10 of them looked at", count)
		}
		if err := keys.Check(from("[2001:db8::1]", "right")); fault.KindOf(err) != fault.TooMany {
			t.Errorf("the right key after too many wrong ones: %v, want nothing told", err)
		}
		if err := keys.Check(from("[2001:db8::1]", "")); fault.KindOf(err) != fault.Unauthorized {
			t.Errorf("no key after too many wrong ones: %v, want it unauthorized", err)
		}
		if err := keys.Check(from("192.0.2.1", "right")); err != nil {
			t.Errorf("somebody else's right key: %v", err)
		}
		time.Sleep(1100 * time.Millisecond)
		if err := keys.Check(from("[2001:db8::1]", "right")); err != nil {
			t.Errorf("the right key a second later: %v", err)
		}
	})
}

// TestAStrangerLocksNobodyOut: behind a node's or an office's address many are one client, so wrong keys of one of them,
// an old script's after a rotation for example, must not keep the others' right key out. Keys that cannot be guessed
// need no such protection; those that can have it.
func TestAStrangerLocksNobodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		long := strings.Repeat("k", 32)
		keys := apikey.New("ADMIN_API_KEY", []string{"short", long}, throttle.Clients{})
		for range 50 {
			_ = keys.Check(from("192.0.2.1", long+"x")) // refused, as another test has it
		}
		for key, want := range map[string]fault.Kind{long: "", "short": fault.TooMany, long[1:] + "x": fault.TooMany} {
			err := keys.Check(from("192.0.2.1", key))
			if got := fault.KindOf(err); err != nil && got != want || err == nil && want != "" {
				t.Errorf("a key of %d characters after a neighbour's wrong ones: %v, want %q", len(key), err, want)
			}
		}
	})
}
