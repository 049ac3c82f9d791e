package canary

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// Probes are the deployment's own requests to one pod. Clients keep their connections for a while, and at night there are
// few of them, so a canary that fails at everything is found by its probes before most customers meet it. They are HEAD
// requests: handled like GET, and counted by the pods apart from what customers send.
type Probes struct {
	mu     sync.Mutex
	sample Sample
}

// probesAtOnce is how many requests are sent each time, probeLimit how long one may take: a pod that does not answer fails.
const probesAtOnce, probeLimit = 3, 3 * time.Second

// paths read from the service's store and change nothing.
func paths(service string) []string {
	switch service {
	case contract.OrderAPI.Name:
		return []string{"/api/orders/1"}
	case contract.ProductAPI.Name:
		return []string{"/api/products"}
	}
	return []string{"/", "/products"}
}

// Send sends one round to an address and returns when all are answered. It says whether somebody listens there: if not, the
// way to the pod is gone, which says nothing of the pod.
func (p *Probes) Send(ctx context.Context, service, address string) (listens bool) {
	var sending sync.WaitGroup
	var unheard atomic.Bool
	for _, path := range paths(service) {
		for range probesAtOnce {
			sending.Go(func() {
				if !p.send(ctx, address+path) {
					unheard.Store(true)
				}
			})
		}
	}
	sending.Wait()
	return !unheard.Load()
}

func (p *Probes) send(ctx context.Context, address string) (listens bool) {
	limited, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(limited, http.MethodHead, address, nil)
	if err != nil {
		return false
	}
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if ctx.Err() != nil {
		return true // nobody waits for the answer any more
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	if err == nil {
		_ = response.Body.Close() // there is none
	}
	p.note(time.Since(start), err != nil || response.StatusCode >= http.StatusInternalServerError)
	return true
}

// note counts one answer as the services themselves do.
func (p *Probes) note(took time.Duration, failed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sample.Buckets == nil {
		p.sample.Buckets = map[float64]float64{}
	}
	p.sample.Requests++
	if failed {
		p.sample.Errors++
	}
	for _, bucket := range contract.DurationBuckets() {
		if took <= bucket {
			p.sample.Buckets[bucket.Seconds()]++
		} else {
			p.sample.Buckets[bucket.Seconds()] += 0
		}
	}
}

// Sample is what the probes have met so far.
func (p *Probes) Sample() Sample {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sample.Plus(Sample{})
}
