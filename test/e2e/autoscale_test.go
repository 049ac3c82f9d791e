package e2e_test

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"
	"time"
)

// load asks for products, eight at a time, until stop is called.
func load(url string) (stop func()) {
	done := make(chan struct{})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if response, err := client.Get(url + "/api/products"); err == nil {
						_, _ = io.Copy(io.Discard, response.Body) // only the load counts
						response.Body.Close()
					}
				}
			}
		})
	}
	return func() { close(done); wait.Wait() }
}

// replicas is how many pods of product-api are ready.
func (p *platform) replicas(t *testing.T, namespace string) int {
	t.Helper()
	text := p.kubectl(t, "", "-n", namespace, "get", "deployment", "product-api", "-o", "jsonpath={.status.readyReplicas}")
	count, err := strconv.Atoi(text)
	if err != nil {
		return 0 // none is ready
	}
	return count
}

// grows puts product-api under load until there are more pods of it.
func (p *platform) grows(t *testing.T, url, namespace string, least int) {
	t.Helper()
	if _, err := client.Get(url + "/health"); err != nil {
		t.Fatal(err)
	}
	defer load(url)()
	eventually(t, 2*time.Minute, func() error {
		if got := p.replicas(t, namespace); got <= least {
			return fmt.Errorf("%d pods of product-api under load, want more than %d", got, least)
		}
		return nil
	})
}

// shrinks waits until the load's pods are gone again. The stack waits for less than the five minutes of the default, which
// only the golden files show: the clock is Kubernetes' own.
func (p *platform) shrinks(t *testing.T, namespace string, least int, limit time.Duration) {
	t.Helper()
	eventually(t, limit, func() error {
		if got := p.replicas(t, namespace); got != least {
			return fmt.Errorf("%d pods of product-api after the load, want %d", got, least)
		}
		return nil
	})
}
