package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// customer orders again and again until stopped.
type customer struct {
	done    chan struct{}
	ended   chan struct{}
	ordered atomic.Int64
	failed  atomic.Pointer[string]
}

// startCustomer has somebody order ten times a second, which is half of what one address may.
func (p *platform) startCustomer() *customer {
	c := &customer{done: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for {
			select {
			case <-c.done:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if err := p.orderOnce(); err != nil {
				text := time.Now().Format(time.TimeOnly) + " " + err.Error()
				c.failed.CompareAndSwap(nil, &text)
			} else {
				c.ordered.Add(1)
			}
		}
	}()
	return c
}

func (c *customer) stop() (ordered int64, failed string) {
	close(c.done)
	<-c.ended
	if text := c.failed.Load(); text != nil {
		failed = *text
	}
	return c.ordered.Load(), failed
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
