package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// customer orders again and again until stopped.
type customer struct {
	// stop may be called more than once.
	stop    func()
	ordered atomic.Int64

	lock   sync.Mutex
	failed []failure
}

// failure is an order that did not go through.
type failure struct {
	at  time.Time
	why error
}

func (f failure) String() string { return f.at.Format(time.TimeOnly) + " " + f.why.Error() }

// startCustomer has somebody order ten times a second, which is half of what one address may, until the test ends.
func (p *platform) startCustomer(t *testing.T) *customer {
	t.Helper()
	done, ended := make(chan struct{}), make(chan struct{})
	c := &customer{stop: sync.OnceFunc(func() { close(done); <-ended })}
	t.Cleanup(c.stop)
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if err := p.orderOnce(); err != nil {
				c.fail(err)
				continue
			}
			c.ordered.Add(1)
		}
	}()
	return c
}

func (c *customer) fail(err error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.failed = append(c.failed, failure{time.Now(), err})
}

// failures are the orders that did not go through so far.
func (c *customer) failures() []failure {
	c.lock.Lock()
	defer c.lock.Unlock()
	return slices.Clone(c.failed)
}

// isContent reports orders that did not go through.
func (c *customer) isContent(t *testing.T) {
	t.Helper()
	if failed := c.failures(); len(failed) > 0 {
		t.Errorf("%d orders failed, the first: %s", len(failed), failed[0])
	}
}

// orderOnce orders one mouse.
func (p *platform) orderOnce() error {
	response, err := client.Post(p.url+"/api/orders", "application/json", strings.NewReader(`{"product_id":2,"quantity":1}`))
	if err != nil {
		return err
	}
	_ = response.Body.Close() // its status is all that counts
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("POST /api/orders: %s", response.Status)
	}
	return nil
}

// restock has more mice than any customer buys, so that no order is turned away for want of one.
func (p *platform) restock(t *testing.T) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPatch, p.url+"/api/products/2", strings.NewReader(`{"stock":1000000}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+p.shell(t, "pulumi stack output adminApiKey --show-secrets --stack local"))
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("restock: %s", response.Status)
	}
}
