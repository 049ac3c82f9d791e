package attacks_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	customers = 6
	// patience is how long an honest customer waits for any answer.
	patience = 5 * time.Second
	// calm is a wait that nobody minds, however quiet the shop was before.
	calm = 300 * time.Millisecond
)

// visit is what was seen by the honest customers of some time.
type visit struct {
	mu       sync.Mutex
	took     []time.Duration
	failures []string
}

// begin has customers shop until the returned function is called.
func (s *shop) begin() (end func() *visit) {
	ctx, stop := context.WithCancel(s.Context())
	seen := &visit{}
	var all sync.WaitGroup
	for customer := range customers {
		all.Go(func() {
			client := &http.Client{Timeout: patience, Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for round := 0; ctx.Err() == nil; round++ {
				s.shopOnce(client, seen, customer, round)
				time.Sleep(200 * time.Millisecond) // they think; their writes stay well below what one client may send
			}
		})
	}
	return func() *visit {
		stop()
		all.Wait()
		return seen
	}
}

// shopOnce looks around and orders, on one of the replicas.
func (s *shop) shopOnce(client *http.Client, seen *visit, customer, round int) {
	base := s.frontends[(customer+round)%replicas].URL
	seen.ask(client, http.MethodGet, base+"/", "", "")
	seen.ask(client, http.MethodGet, base+"/assets/style.css", "", "")
	seen.ask(client, http.MethodGet, base+"/api/products?limit=20", "", "")
	order := fmt.Sprintf(`{"customer": "Honest %d", "items": [{"product_id": %d, "quantity": 1}]}`, customer, 1+round%5)
	seen.ask(client, http.MethodPost, base+"/api/orders", order, fmt.Sprintf("honest-%d-%d-%d", customer, round, time.Now().UnixNano()))
}

func (v *visit) ask(client *http.Client, method, url, body, key string) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		v.fail(err.Error())
		return
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", key)
	}
	begun := time.Now()
	response, err := client.Do(request)
	if err != nil {
		v.fail(err.Error())
		return
	}
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // it was read
	took := time.Since(begun)
	if err != nil || response.StatusCode >= http.StatusBadRequest {
		v.fail(fmt.Sprintf("%s %s: %d %.200s %v", method, url, response.StatusCode, content, err))
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.took = append(v.took, took)
}

func (v *visit) fail(what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failures = append(v.failures, what)
}

func (v *visit) p99() time.Duration {
	sorted := slices.Sorted(slices.Values(v.took))
	if len(sorted) == 0 {
		return patience
	}
	return sorted[len(sorted)*99/100]
}

// check fails for what an honest customer must not see, and tells whether they waited longer than they may: a p99 of more
// than three times that of the quiet shop, and of more than is harmless.
func (v *visit) check(s *shop, quiet, harmless time.Duration) (slow bool) {
	s.Helper()
	s.Logf("%d honest requests, p99 %s; %s in the quiet shop", len(v.took), v.p99().Round(time.Millisecond), quiet.Round(time.Millisecond))
	if len(v.failures) > 0 {
		s.Errorf("%d of %d honest requests failed, the first: %s", len(v.failures), len(v.failures)+len(v.took), v.failures[0])
	}
	if len(v.took) < customers {
		s.Errorf("%d honest requests were answered, want enough to tell", len(v.took))
	}
	return v.p99() > max(3*quiet, harmless)
}

// quiet is the p99 of honest customers while nobody attacks.
func (s *shop) quiet() time.Duration {
	s.Helper()
	end := s.begin()
	time.Sleep(lasting)
	seen := end()
	seen.check(s, seen.p99(), calm)
	return seen.p99()
}
