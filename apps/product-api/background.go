package main

import (
	"context"
	"log/slog"
	"time"
)

// job is work that comes up again and again. Every replica does it: the store sees to it that nothing is done twice.
type job struct {
	// done is what the log says of it, with how often it was.
	done  string
	pause time.Duration
	do    func(context.Context) (int, error)
	log   *slog.Logger
}

func (c job) run(ctx context.Context) error {
	ticker := time.NewTicker(c.pause)
	defer ticker.Stop()
	for {
		count, err := c.do(ctx)
		if err != nil && ctx.Err() == nil {
			c.log.WarnContext(ctx, "not all "+c.done, "error.message", err.Error())
		}
		if count > 0 {
			c.log.InfoContext(ctx, c.done, "count", count)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
