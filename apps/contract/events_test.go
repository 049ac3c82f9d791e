package contract_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// eventKey is what events are signed with, in the notation of Standard Webhooks.
const eventKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// eventLog is a receiver of events that fails about half of the time.
type eventLog struct {
	*httptest.Server
	tb testing.TB
	mu sync.Mutex
	// statuses are what each order came to, as it was first heard of.
	statuses map[int64][]string
	// bodies are the events that were taken, and attempts how often each was sent, by id.
	bodies   map[string]string
	attempts map[string]int
	// refused and repeated count what was not taken, and what was taken twice.
	refused, repeated int
}

func mustReceive(tb testing.TB) *eventLog {
	tb.Helper()
	l := &eventLog{tb: tb, statuses: map[int64][]string{}, bodies: map[string]string{}, attempts: map[string]int{}}
	l.Server = httptest.NewServer(l)
	tb.Cleanup(l.Close)
	return l
}

// ServeHTTP refuses an event, or takes it and breaks the connection, or takes it. From the third attempt on it takes it.
func (l *eventLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever sent it was killed
	}
	time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // so that kills meet attempts that are under way
	id := r.Header.Get("webhook-id")
	l.mu.Lock()
	defer l.mu.Unlock()
	if want := signed(l.tb, id, r.Header.Get("webhook-timestamp"), body); r.Header.Get("webhook-signature") != want {
		l.tb.Errorf("event %s is signed %q, want %q", id, r.Header.Get("webhook-signature"), want)
	}
	l.attempts[id]++
	whim := rand.IntN(4)
	if l.attempts[id] > 2 {
		whim = 3
	}
	if whim == 0 {
		l.refused++
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	l.take(id, string(body))
	if whim == 1 {
		panic(http.ErrAbortHandler)
	}
}

// take notes an event that is new, and holds one that is not against what it was before.
func (l *eventLog) take(id, body string) {
	if before, known := l.bodies[id]; known {
		l.repeated++
		if before != body {
			l.tb.Errorf("event %s was %s and is %s", id, before, body)
		}
		return
	}
	l.bodies[id] = body
	var event struct {
		Type string `json:"type"`
		Data struct {
			Order    int64  `json:"order"`
			Sequence int    `json:"sequence"`
			Status   string `json:"status"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil || event.Type != "order."+event.Data.Status {
		l.tb.Errorf("event %s is %s: %v", id, body, err)
	}
	heard := append(l.statuses[event.Data.Order], event.Data.Status)
	l.statuses[event.Data.Order] = heard
	if event.Data.Sequence != len(heard) {
		l.tb.Errorf("order %d: after %q comes change %d", event.Data.Order, heard[:len(heard)-1], event.Data.Sequence)
	}
}

// signed is what a receiver computes, as the specification says.
func signed(tb testing.TB, id, timestamp string, body []byte) string {
	tb.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(eventKey, "whsec_"))
	if err != nil {
		tb.Error(err)
	}
	sum := hmac.New(sha256.New, key)
	fmt.Fprintf(sum, "%s.%s.%s", id, timestamp, body)
	return "v1," + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// TestEventsSurviveKills has customers order while one replica of order-api after the other is killed as by kill -9, and a
// receiver that refuses events, or takes them and breaks the connection. It hears of every change, in its order, and
// recognizes duplicates by their ids.
func TestEventsSurviveKills(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, products database.Settings) {
		orders := databasetest.SQLite(t)
		if strings.HasPrefix(products.URL, "postgres") {
			orders = databasetest.Postgres(t)
		}
		events := mustReceive(t)
		d := mustDrill(t, products, orders, map[string]string{
			contract.EnvWebhooks: "books=" + events.URL, contract.EnvWebhookKeys: "books=" + eventKey,
		})
		const customers, each, kills = 3, 5, 3
		var all sync.WaitGroup
		for customer := range customers {
			all.Go(func() {
				for i := range each {
					d.insist(fmt.Sprintf("customer-%d-%d", customer, i), `{"product_id":2,"quantity":10}`)
				}
			})
		}
		for i := range kills {
			victim := d.orders[i%len(d.orders)]
			events.awaitMore(t)
			victim.KillAndRestart()
			victim.AwaitReady()
		}
		all.Wait()
		d.checkEvents(events)
	})
}

// awaitMore waits until another event comes, so that whoever is killed then is at work.
func (l *eventLog) awaitMore(t *testing.T) {
	t.Helper()
	sent := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.attempts)
	}
	before := sent()
	for begun := time.Now(); sent() == before; time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("no event comes for a minute")
		}
	}
}

// checkEvents waits until the receiver has heard of every change of every order, in the order in which they happened.
// Whoever was killed had an event for itself for twenty seconds more.
func (d *drill) checkEvents(events *eventLog) {
	d.Helper()
	var list struct {
		Orders []struct {
			ID int64 `json:"id"`
		} `json:"orders"`
	}
	const old = 3 // the orders of the shop before
	d.get(fmt.Sprintf("%s/api/orders?limit=1000&after=%d", d.orders[0].URL, old), &list)
	for begun := time.Now(); d.undelivered() > 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > 90*time.Second {
			d.Fatalf("%d events stay undelivered", d.undelivered())
		}
	}
	events.mu.Lock()
	defer events.mu.Unlock()
	for _, o := range list.Orders {
		var found struct {
			History []struct {
				Status string `json:"status"`
			} `json:"history"`
		}
		d.get(fmt.Sprintf("%s/api/orders/%d", d.orders[0].URL, o.ID), &found)
		var want []string
		for _, step := range found.History {
			want = append(want, step.Status)
		}
		if heard := events.statuses[o.ID]; !slices.Equal(heard, want) {
			d.Errorf("order %d came to %q, and the receiver heard of %q", o.ID, want, heard)
		}
	}
	d.Logf("%d events taken, %d refused, %d taken twice", len(events.bodies), events.refused, events.repeated)
	if len(list.Orders) == 0 || events.refused == 0 || events.repeated == 0 {
		d.Errorf("%d orders, %d events refused, %d taken twice: nothing was tried", len(list.Orders), events.refused, events.repeated)
	}
}

// undelivered is how many events are left to deliver, dead letters included.
func (d *drill) undelivered() (left int) {
	request, err := http.NewRequest(http.MethodGet, d.orders[0].URL+"/api/orders/events", nil)
	if err != nil {
		d.Fatal(err)
	}
	request.Header.Set("X-API-Key", adminKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	var told struct {
		Receivers []struct{ Pending, Dead int }
	}
	if err := json.NewDecoder(response.Body).Decode(&told); err != nil || len(told.Receivers) != 1 {
		d.Fatalf("events = %+v, %v, want one receiver", told, err)
	}
	return told.Receivers[0].Pending + told.Receivers[0].Dead
}

// TestNothingIsLeftBehindUnheard: what a receiver had not accepted when it was removed from the settings, or renamed, is
// seen by whoever looks at the metrics, and can be discarded.
func TestNothingIsLeftBehindUnheard(t *testing.T) {
	t.Parallel()
	env := databasetest.Environment(databasetest.SQLite(t))
	env[contract.EnvReservationKey], env[contract.EnvAdminAPIKey] = reservationKey, adminKey
	env[contract.EnvProductAPIURL] = "http://127.0.0.1:1"
	env[contract.EnvWebhooks], env[contract.EnvWebhookKeys] = "books=http://127.0.0.1:1", "books="+eventKey
	binary := servicetest.Build(t, contract.OrderAPI)
	before := servicetest.Start(t, binary, env).AwaitReady()
	ask := func(method, url, body string) string {
		t.Helper()
		request, err := http.NewRequest(method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{
			"X-Api-Key": {adminKey}, "Content-Type": {"application/json"}, "Idempotency-Key": {"a-key"},
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close() //nolint:errcheck // it was read to its end
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(answer))
	}
	ask(http.MethodPost, before.URL+"/api/orders", `{"product_id":2,"quantity":1}`)
	if got := ask(http.MethodPost, before.URL+"/api/orders/events/discard", `{"receiver":"books"}`); got != `{"discarded":0}` {
		t.Errorf("discarding for a receiver that is configured = %s, want what is pending left alone", got)
	}
	before.Terminate()

	env[contract.EnvWebhooks], env[contract.EnvWebhookKeys] = "ledger=http://127.0.0.1:1", "ledger="+eventKey
	renamed := servicetest.Start(t, binary, env).AwaitReady()
	left := contract.MetricEventsPending + `{receiver="books"} 1`
	if metrics := mustText(t, renamed.Internal+contract.MetricsPath); !strings.Contains(metrics, left) {
		t.Errorf("metrics lack %s", left)
	}
	if got := ask(http.MethodPost, renamed.URL+"/api/orders/events/discard", `{"receiver":"books"}`); got != `{"discarded":1}` {
		t.Errorf("discarding what is left = %s, want it gone", got)
	}
	if metrics := mustText(t, renamed.Internal+contract.MetricsPath); strings.Contains(metrics, "books") {
		t.Errorf("metrics still tell of books")
	}
}
