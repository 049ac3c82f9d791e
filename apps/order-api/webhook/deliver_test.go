package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// received is one request that a receiver got.
type received struct {
	header http.Header
	body   []byte
}

// listener is a receiver that answers as it is told, and remembers what it got.
type listener struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
}

func listen(t *testing.T, answer http.HandlerFunc) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read: %v", err)
		}
		l.mu.Lock()
		l.got = append(l.got, received{r.Header.Clone(), body})
		l.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) received() []received {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]received{}, l.got...)
}

func accept(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// delivery is a store with a deliverer that runs until the test ends.
type delivery struct {
	*sqlstore.Store
	mu       sync.Mutex
	outcomes map[string]int
}

// deliverTo starts a deliverer.
func deliverTo(t *testing.T, urls map[string]string) *delivery {
	t.Helper()
	d := &delivery{Store: sqlstore.New(databasetest.MustOpen(t, databasetest.SQLite(t))), outcomes: map[string]int{}}
	must(t, d.Migrate(t.Context()))
	var receivers []webhook.Receiver
	for name, url := range urls {
		receivers = append(receivers, webhook.Receiver{Name: name, URL: url, Keys: []webhook.Key{mustKey(t, oldKey), mustKey(t, newKey)}})
	}
	quiet := slog.New(slog.NewJSONHandler(io.Discard, nil))
	deliverer := webhook.NewDeliverer(d, receivers, d.count, quiet)
	d.Announce(receivers, deliverer.Wake)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- deliverer.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return d
}

func (d *delivery) count(receiver string, outcome webhook.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outcomes[receiver+" "+string(outcome)]++
}

func (d *delivery) place(t *testing.T) int64 {
	t.Helper()
	kept, _, err := d.Insert(t.Context(), order.Order{
		Customer: "Ada Lovelace", Items: []order.Item{{ProductID: 1, Quantity: 2}},
	}, time.Minute)
	must(t, err)
	items := []order.Item{{ProductID: 1, Name: "Laptop", Price: 99999, Quantity: 2}}
	_, _, err = d.Move(t.Context(), kept.ID, order.Transition{To: order.Confirmed, Items: items, Total: 199998})
	must(t, err)
	return kept.ID
}

// backlog waits until a receiver has so many pending events and dead letters.
func (d *delivery) backlog(t *testing.T, receiver string, pending, dead int) {
	t.Helper()
	eventually(t, func() error {
		backlogs, err := d.Backlogs(t.Context())
		must(t, err)
		var got webhook.Backlog
		for _, b := range backlogs {
			if b.Receiver == receiver {
				got = b
			}
		}
		if got.Pending != pending || got.Dead != dead {
			return fmt.Errorf("%s has %d pending and %d dead, want %d and %d", receiver, got.Pending, got.Dead, pending, dead)
		}
		return nil
	})
}

func eventually(t *testing.T, holds func() error) {
	t.Helper()
	var err error
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
		if err = holds(); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// TestDelivers holds what receivers get against the Standard Webhooks specification.
func TestDelivers(t *testing.T) {
	t.Parallel()
	books := listen(t, accept)
	d := deliverTo(t, map[string]string{"books": books.URL + "/hook?tenant=1"})
	id := d.place(t)
	d.backlog(t, "books", 0, 0)
	got := books.received()
	if len(got) != 2 {
		t.Fatalf("%d requests, want 2", len(got))
	}
	for i, want := range []string{
		`{"type":"order.pending","data":{"order":%d,"sequence":1,"status":"pending","total":0.00,"items":[{"product_id":1,"price":0.00,"quantity":2}]}}`,
		`{"type":"order.confirmed","data":{"order":%d,"sequence":2,"status":"confirmed","total":1999.98,` +
			`"items":[{"product_id":1,"name":"Laptop","price":999.99,"quantity":2}]}}`,
	} {
		body := string(got[i].body)
		before, after, _ := strings.Cut(body, `"timestamp":"`)
		stamp, after, _ := strings.Cut(after, `",`)
		if before+after != fmt.Sprintf(want, id) {
			t.Errorf("event %d = %s, want %s", i, body, fmt.Sprintf(want, id))
		}
		if at, err := time.Parse(time.RFC3339, stamp); err != nil || time.Since(at).Abs() > time.Minute {
			t.Errorf("event %d is of %q, want now", i, stamp)
		}
		verified(t, got[i])
	}
	if first, second := got[0].header.Get(webhook.HeaderID), got[1].header.Get(webhook.HeaderID); first == second || first == "" {
		t.Errorf("ids = %q, %q", first, second)
	}
}

// verified holds a request's signature against its headers and its body, with either key.
func verified(t *testing.T, r received) {
	t.Helper()
	seconds, err := strconv.ParseInt(r.header.Get(webhook.HeaderTimestamp), 10, 64)
	must(t, err)
	at := time.Unix(seconds, 0)
	if time.Since(at).Abs() > time.Minute {
		t.Errorf("signed at %s", at)
	}
	signatures := strings.Split(r.header.Get(webhook.HeaderSignature), " ")
	for i, text := range []string{oldKey, newKey} {
		want := webhook.Sign([]webhook.Key{mustKey(t, text)}, r.header.Get(webhook.HeaderID), at, r.body)
		if len(signatures) != 2 || signatures[i] != want {
			t.Errorf("signatures = %q, want the one by key %d to be %q", signatures, i, want)
		}
	}
}

// TestSign is the specification's own example.
func TestSign(t *testing.T) {
	t.Parallel()
	got := webhook.Sign([]webhook.Key{mustKey(t, oldKey)}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature = %s, want %s", got, want)
	}
}

// TestTriesAgain: what a receiver refuses comes again with the same id and body, and nothing of the order before it.
func TestTriesAgain(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	refused := map[string]bool{}
	books := listen(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if id := r.Header.Get(webhook.HeaderID); !refused[id] {
			refused[id] = true
			http.Error(w, "not now", http.StatusServiceUnavailable)
		}
	})
	d := deliverTo(t, map[string]string{"books": books.URL})
	d.place(t)
	d.backlog(t, "books", 0, 0)
	got := books.received()
	if len(got) != 4 {
		t.Fatalf("%d requests, want each event twice", len(got))
	}
	for _, pair := range [][2]received{{got[0], got[1]}, {got[2], got[3]}} {
		if pair[0].header.Get(webhook.HeaderID) != pair[1].header.Get(webhook.HeaderID) || string(pair[0].body) != string(pair[1].body) {
			t.Errorf("sent %s %s and then %s %s", pair[0].header, pair[0].body, pair[1].header, pair[1].body)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.outcomes["books delivered"] != 2 || d.outcomes["books failed"] != 2 {
		t.Errorf("outcomes = %v", d.outcomes)
	}
}

// TestHostileReceivers: none of them holds up another one, is sent elsewhere, or has more read than a little.
func TestHostileReceivers(t *testing.T) {
	t.Parallel()
	elsewhere := listen(t, accept)
	hung := make(chan struct{})
	silent := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hung:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(hung) })
	written := make(chan int, 100)
	endless := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		total, chunk := 0, make([]byte, 64<<10)
		for total < 1<<30 {
			count, err := w.Write(chunk)
			if total += count; err != nil {
				break
			}
		}
		written <- total
	})
	leading := listen(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	patient := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	good := listen(t, accept)
	d := deliverTo(t, map[string]string{
		"silent": silent.URL, "endless": endless.URL, "leading": leading.URL, "patient": patient.URL, "good": good.URL,
		"nobody": "http://127.0.0.1:1/",
	})
	const orders = 10
	for range orders {
		d.place(t)
	}
	d.backlog(t, "good", 0, 0)
	d.backlog(t, "endless", 0, 0)
	for range 2 * orders {
		if total := <-written; total > 64<<20 {
			t.Errorf("%d bytes of an answer were taken", total)
		}
	}
	eventually(t, func() error {
		if len(leading.received()) == 0 || len(patient.received()) < orders {
			return fmt.Errorf("the others were asked %d and %d times", len(leading.received()), len(patient.received()))
		}
		return nil
	})
	time.Sleep(1500 * time.Millisecond) // longer than the first pause
	if got := len(elsewhere.received()); got != 0 {
		t.Errorf("%d events followed a redirect", got)
	}
	if got := len(patient.received()); got != orders {
		t.Errorf("who asked for an hour was asked %d times, want %d", got, orders)
	}
	d.backlog(t, "silent", 2*orders, 0)
	d.backlog(t, "nobody", 2*orders, 0)
}

// TestDeadLettersAreReplayed: a receiver that says 410 gets nothing of the order any more, until it is told to.
func TestDeadLettersAreReplayed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	gone := true
	books := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if gone {
			w.WriteHeader(http.StatusGone)
		}
	})
	d := deliverTo(t, map[string]string{"books": books.URL})
	id := d.place(t)
	d.backlog(t, "books", 0, 2)
	dead, err := d.DeadLetters(t.Context(), 0, 10)
	must(t, err)
	if len(dead) != 2 || dead[0].Failure != "answered 410 Gone" {
		t.Fatalf("dead letters = %+v", dead)
	}
	mu.Lock()
	gone = false
	mu.Unlock()
	_, err = d.Replay(t.Context(), webhook.Selection{Receiver: "books", Order: id}, 10)
	must(t, err)
	d.backlog(t, "books", 0, 0)
	got := books.received()
	if len(got) != 3 || got[1].header.Get(webhook.HeaderID) != dead[0].ID {
		t.Errorf("%d requests, want the first event twice and the second once", len(got))
	}
	var last struct{ Data struct{ Sequence int } }
	must(t, json.Unmarshal(got[len(got)-1].body, &last))
	if last.Data.Sequence != 2 {
		t.Errorf("the last is %s", got[len(got)-1].body)
	}
}

func mustKey(t *testing.T, text string) webhook.Key {
	t.Helper()
	key, err := webhook.ParseKey(text)
	must(t, err)
	return key
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
