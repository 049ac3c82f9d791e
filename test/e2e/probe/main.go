// Command probe tries to open connections, for the end-to-end tests. It runs as a pod, and says on standard output which
// of the addresses in its arguments (host:port) it reached, one a line. It waits before it tries, and tries again for a
// while, because whoever holds the policies of a node learns of a pod a little later than it starts.
package main

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// calm is how long after a pod's start its policies are surely held.
	calm = 5 * time.Second
	// patience is how long an address may take to be reached.
	patience = 6 * time.Second
	// attempt is how long one connection may take.
	attempt = 2 * time.Second
)

func main() {
	time.Sleep(calm)
	var wait sync.WaitGroup
	for _, address := range os.Args[1:] {
		wait.Go(func() {
			if reached(address) {
				fmt.Println(address)
			}
		})
	}
	wait.Wait()
}

func reached(address string) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if connection, err := net.DialTimeout("tcp", address, attempt); err == nil {
			return connection.Close() == nil
		}
	}
	return false
}
