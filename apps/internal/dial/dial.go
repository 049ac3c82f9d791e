// Package dial opens connections to other services.
package dial

import (
	"context"
	"errors"
	"net"
	"time"
)

const (
	// patience is how long one try waits for a sign of life.
	patience = time.Second
	// within bounds all tries together. Whoever needs the connection sooner has a deadline of their own.
	within = 5 * time.Second
)

// Context opens a connection, and tries anew every second while nothing at all answers. For a moment that is normal in
// a cluster: network policies drop what comes from a pod that they have not heard of yet, and an address may still lead
// to a pod that has gone. Each try has the address resolved anew, so it may lead to another pod. A host that says no is
// not asked again.
func Context(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	dialer := net.Dialer{Timeout: patience}
	for {
		conn, err := dialer.DialContext(ctx, network, address)
		if !silence(err) || ctx.Err() != nil {
			return conn, err
		}
	}
}

func silence(err error) bool {
	var failed net.Error
	return errors.As(err, &failed) && failed.Timeout()
}
