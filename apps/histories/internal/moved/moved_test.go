package moved

import (
	"testing"
	"time"
)

func TestNowIsMovedAndTimeThatPassesIsNot(t *testing.T) {
	t.Parallel()
	clock, err := NewClock(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	seconds := mapped(string(clock))
	for _, by := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 0} {
		if err := clock.Move(by); err != nil {
			t.Fatal(err)
		}
		before := time.Now()
		after := moved(before, *seconds)
		if got := after.Round(0).Sub(before.Round(0)); got != by {
			t.Errorf("moved by %s, the hands show %s more", by, got)
		}
		if got := after.Sub(before); got != 0 {
			t.Errorf("moved by %s, %s seem to have passed", by, got)
		}
	}
}
