package bench_test

import (
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clients is how many ask at once.
const clients = 16

// wrk runs wrk, which costs so little itself that the servers have the machine, and returns answers per second.
func wrk(b *testing.B, arguments ...string) int {
	b.Helper()
	arguments = append([]string{"--threads", "1", "--connections", strconv.Itoa(clients)}, arguments...)
	said, err := exec.Command("wrk", arguments...).CombinedOutput()
	if err != nil {
		b.Fatalf("wrk: %v\n%s", err, said)
	}
	if strings.Contains(string(said), "Non-2xx") || strings.Contains(string(said), "Socket errors: connect") {
		b.Errorf("not every request was answered well: %s", said)
	}
	return number(b, string(said), `Requests/sec:\s+([0-9.]+)`)
}

func throughput(b *testing.B, url string, during time.Duration) int {
	b.Helper()
	return wrk(b, "--duration", during.String(), url)
}

// number is the first number that a pattern finds, without its fraction.
func number(b *testing.B, text, pattern string) int {
	b.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		b.Fatalf("no %s in:\n%s", pattern, text)
	}
	value, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return int(value)
}

// latency is what 99 of 100 reads take at most under half load, and how many a second that is: half of what the same
// client gets at full speed, for it shares the machine with the service.
func latency(b *testing.B, url string) (p99 time.Duration, perSecond int) {
	b.Helper()
	const during = 2 * time.Second
	begin := time.Now()
	full := len(ask(b, url, func(int64) (time.Time, bool) { return time.Time{}, time.Since(begin) < during }))
	perSecond = full / int(during/time.Second) / 2
	begin = time.Now()
	took := ask(b, url, func(i int64) (time.Time, bool) {
		after := time.Duration(i) * time.Second / time.Duration(perSecond)
		return begin.Add(after), after < during
	})
	slices.Sort(took)
	return took[len(took)*99/100], perSecond
}

// ask sends requests as long as due says so, each when it is due, and returns what they took. That is counted from the
// moment at which each was due: an answer that is late makes the next ones late too, as it does for people.
func ask(b *testing.B, url string, due func(i int64) (at time.Time, more bool)) (took []time.Duration) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range clients {
		wait.Go(func() {
			var mine []time.Duration
			for at, more := due(next.Add(1) - 1); more; at, more = due(next.Add(1) - 1) {
				time.Sleep(time.Until(at))
				if err := get(client, url); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
		})
	}
	wait.Wait()
	return took
}

func get(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
