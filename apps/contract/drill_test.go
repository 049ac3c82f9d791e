package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestKill has buyers order more than there is, each trying again with one key until there is an answer, while one
// service after the other is killed as by kill -9 and started again. Two replicas of order-api share one store.
func TestKill(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, products database.Settings) {
		orders := databasetest.SQLite(t)
		if strings.HasPrefix(products.URL, "postgres") {
			orders = databasetest.Postgres(t)
		}
		d := mustDrill(t, products, orders, nil)
		var buyers, killer sync.WaitGroup
		done := make(chan struct{})
		killer.Go(func() { d.kill(done) })
		for i := range 8 {
			buyers.Go(func() { d.buy(i, 12) })
		}
		buyers.Wait()
		close(done)
		killer.Wait()
		t.Logf("%d kills, %d orders confirmed", d.kills.Load(), len(d.ids))
		d.check()
	})
}

type drill struct {
	*testing.T
	products *servicetest.Process
	orders   []*servicetest.Process
	kills    atomic.Int64
	mu       sync.Mutex
	// ids are the orders that buyers were told of, by key.
	ids map[string]int64
}

func mustDrill(t *testing.T, products, orders database.Settings, more map[string]string) *drill {
	t.Helper()
	env := map[string]string{
		contract.EnvReservationKey: reservationKey, contract.EnvAdminAPIKey: adminKey, contract.EnvOpenOrders: "true",
	}
	maps.Copy(env, more)
	start := func(service contract.Service, of database.Settings, copies int) (running []*servicetest.Process) {
		binary := servicetest.Build(t, service)
		maps.Copy(env, databasetest.Environment(of))
		for range copies {
			running = append(running, servicetest.Start(t, binary, env).AwaitReady())
		}
		return running
	}
	d := &drill{T: t, ids: map[string]int64{}}
	d.products = start(contract.ProductAPI, products, 1)[0]
	env[contract.EnvProductAPIURL] = d.products.URL
	d.orders = start(contract.OrderAPI, orders, 2)
	return d
}

// kill ends services at random moments and starts them again where they were.
func (d *drill) kill(done chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(time.Duration(50+rand.IntN(150)) * time.Millisecond):
		}
		victims := append([]*servicetest.Process{d.products}, d.orders...)
		victims[rand.IntN(len(victims))].KillAndRestart()
		d.kills.Add(1)
	}
}

// buy places at least so many orders, and goes on until enough was killed meanwhile. The pauses let the killer have its
// turn while there is still something to sell.
func (d *drill) buy(buyer, orders int) {
	const enough = 5
	for i := 0; i < orders || d.kills.Load() < enough; i++ {
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		key := fmt.Sprintf("buyer-%d-%d", buyer, i)
		body := fmt.Sprintf(`{"customer":"Ann","items":[{"product_id":1,"quantity":%d},{"product_id":2,"quantity":1}]}`,
			1+(buyer+i)%2)
		if !d.insist(key, body) {
			return
		}
	}
}

// insist orders with a key until an answer is final.
func (d *drill) insist(key, body string) bool {
	// Whoever was killed had the order for itself for ten seconds more, and may have been killed several times.
	const patience = 90 * time.Second
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		status, answer := d.post(d.orders[rand.IntN(len(d.orders))].URL+"/api/orders", key, body)
		switch status {
		case http.StatusCreated, http.StatusOK:
			d.acknowledge(key, answer)
			return true
		case http.StatusConflict:
			return true
		case 0, http.StatusAccepted, http.StatusServiceUnavailable:
			time.Sleep(10 * time.Millisecond) // what a client is told to do, only faster
		default:
			d.Errorf("order %s: %d %s", key, status, answer)
			return false
		}
	}
	d.Errorf("order %s: no answer in %s", key, patience)
	return false
}

func (d *drill) post(url, key, body string) (status int, answer []byte) {
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		d.Error(err)
		return 0, nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil // it was killed
	}
	defer response.Body.Close() //nolint:errcheck // it was read as far as it came
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
}

func (d *drill) acknowledge(key string, answer []byte) {
	var placed struct {
		ID     int64  `json:"id"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal(answer, &placed); err != nil || placed.Status != "confirmed" {
		d.Errorf("order %s: %s, %v, want it confirmed", key, answer, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ids[key] = placed.ID
}

// check waits until nothing is pending and then counts.
func (d *drill) check() {
	for _, p := range append([]*servicetest.Process{d.products}, d.orders...) {
		p.AwaitReady()
	}
	var list struct {
		Orders []struct {
			ID     int64  `json:"id"`
			Status string `json:"status"`
			Items  []struct {
				ProductID int64 `json:"product_id"`
				Quantity  int64 `json:"quantity"`
			} `json:"items"`
		} `json:"orders"`
	}
	pending := func() (count int) {
		list.Orders = nil
		d.get(d.orders[0].URL+"/api/orders?limit=1000", &list)
		for _, o := range list.Orders {
			if o.Status == "pending" {
				count++
			}
		}
		return count
	}
	for deadline := time.Now().Add(time.Minute); pending() > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.Fatalf("%d orders stay pending", pending())
		}
	}
	sold, status := map[int64]int64{}, map[int64]string{}
	for _, o := range list.Orders {
		status[o.ID] = o.Status
		for _, item := range o.Items {
			if o.Status == "confirmed" {
				sold[item.ProductID] += item.Quantity
			}
		}
	}
	for key, id := range d.ids {
		if status[id] != "confirmed" {
			d.Errorf("order %s was acknowledged and is %q", key, status[id])
		}
	}
	if confirmed := len(d.ids); confirmed == 0 {
		d.Error("nobody got anything")
	}
	for id, initial := range map[int64]int64{1: 50, 2: 200} {
		var left struct {
			Stock int64 `json:"stock"`
		}
		d.get(fmt.Sprintf("%s/api/products/%d", d.products.URL, id), &left)
		if left.Stock+sold[id] != initial {
			d.Errorf("product %d: %d sold and %d left of %d", id, sold[id], left.Stock, initial)
		}
	}
}

func (d *drill) get(url string, into any) {
	response, err := http.Get(url)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		d.Fatal(err)
	}
}

// TestFootprint holds the services to what their pods are given: started soon, small, and quiet at the end.
func TestFootprint(t *testing.T) {
	s := mustShop(t, true)
	for name, p := range map[string]*servicetest.Process{"product-api": s.products, "order-api": s.orders} {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
		if err != nil {
			t.Skipf("SKIPPED: needs Linux: %v", err)
		}
		var kilobytes int
		_, line, _ := strings.Cut(string(status), "VmRSS:")
		if _, err := fmt.Sscan(line, &kilobytes); err != nil {
			t.Fatal(err)
		}
		if kilobytes > 32<<10 {
			t.Errorf("%s takes %d KiB of memory after its start, want at most 32 MiB", name, kilobytes)
		}
		if code := p.Terminate(); code != 0 {
			t.Errorf("%s ends with %d on SIGTERM, want 0:\n%s", name, code, p.Log())
		}
	}
}
