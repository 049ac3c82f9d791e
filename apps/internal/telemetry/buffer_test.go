package telemetry_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/internal/telemetry"
)

func TestBufferedLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(*slog.Logger, *telemetry.Buffer)
		want int // lines written
	}{
		{"wait for others", func(log *slog.Logger, _ *telemetry.Buffer) { log.Info("a"); log.Info("b") }, 0},
		{"wait no longer than a tenth of a second", func(log *slog.Logger, _ *telemetry.Buffer) {
			log.Info("a")
			time.Sleep(101 * time.Millisecond) // the clock of the test, which takes no time
		}, 1},
		{"do not wait with a warning", func(log *slog.Logger, _ *telemetry.Buffer) { log.Info("a"); log.Warn("b") }, 2},
		{"do not wait when there are many", func(log *slog.Logger, _ *telemetry.Buffer) {
			for range 40 {
				log.Info(strings.Repeat("a", 1000))
			}
		}, 30},
		{"do not wait for ever", func(log *slog.Logger, b *telemetry.Buffer) { log.Info("a"); _ = b.Flush() }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				buffer := telemetry.NewBuffer(&out)
				tt.do(telemetry.NewLogger(buffer, telemetry.Identity{}, slog.LevelInfo), buffer)
				if got := strings.Count(out.String(), "\n"); got != tt.want {
					t.Errorf("%d lines were written, want %d", got, tt.want)
				}
				if err := buffer.Flush(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
