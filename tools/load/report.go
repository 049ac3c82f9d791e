package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
	"github.com/tsenart/vegeta/v12/lib/plot"
)

// report is what the customers saw.
type report struct {
	orders *orders
	kinds  map[kind]*vegeta.Metrics
	all    vegeta.Metrics
	plot   *plot.Plot
	// failures counts the answers that no customer should see, by what they were.
	failures map[string]int
	// refused are orders for which there was too little stock, limited those that came too fast from one client.
	refused, limited int
	// during is how many orders were cancelled before the run was over.
	during int
	// recent are the latencies since the last line.
	recent []time.Duration

	mu   sync.Mutex
	lost []order
	kept []string
}

func newReport(o *orders) *report {
	label := func(result *vegeta.Result) string { return string(kindOf(result.Method, result.URL)) }
	return &report{
		orders: o, kinds: map[kind]*vegeta.Metrics{}, failures: map[string]int{},
		plot: plot.New(plot.Title("Time to an answer, in milliseconds"), plot.Label(label), plot.Downsample(4000)),
	}
}

// add counts an answer. The shop's refusals that are the customer's to accept are no failures.
func (r *report) add(what kind, result *vegeta.Result) {
	r.orders.answered(what, result)
	if r.kinds[what] == nil {
		r.kinds[what] = &vegeta.Metrics{}
	}
	r.kinds[what].Add(result)
	r.all.Add(result)
	_ = r.plot.Add(result) // fails for results out of time only, which the library orders itself
	r.recent = append(r.recent, result.Latency)
	switch {
	case what == place && result.Code == http.StatusConflict:
		r.refused++
	case result.Code == http.StatusTooManyRequests:
		r.limited++
	case what == cancel && result.Code == http.StatusConflict, result.Code > 0 && result.Code < http.StatusBadRequest:
	case result.Code == 0:
		r.failures[fmt.Sprintf("%s: %s", what, result.Error)]++
	default:
		r.failures[fmt.Sprintf("%s: status %d", what, result.Code)]++
	}
}

func (r *report) failed() (sum int) {
	for _, count := range r.failures {
		sum += count
	}
	return sum
}

// line is the last second in short.
func (r *report) line() string {
	slices.Sort(r.recent)
	slowest := time.Duration(0)
	if n := len(r.recent); n > 0 {
		slowest = r.recent[n*99/100]
	}
	text := fmt.Sprintf("%5d requests, %4d this second, p99 %4d ms; %d orders, %d cancelled; %d failed",
		r.all.Requests, len(r.recent), slowest.Milliseconds(), r.orders.acknowledged, r.orders.cancelled, r.failed())
	r.recent = r.recent[:0]
	return text
}

// close ends the measurement. What is cancelled from now on is in no row.
func (r *report) close() {
	r.during = r.orders.cancelled
	r.all.Close()
	for _, m := range r.kinds {
		m.Close()
	}
	r.plot.Close()
}

func (r *report) lose(o order) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost = append(r.lost, o)
}

func (r *report) keep(o order, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, fmt.Sprintf("order %d: %.200s", o.ID, why))
}

// end prints the table and fails for what the shop must not do.
func (r *report) end(s settings, out io.Writer) error {
	r.table(out)
	fmt.Fprintf(out, "\n%.1f requests a second, over %s\n", r.all.Rate, r.all.Duration.Round(time.Second))
	fmt.Fprintf(out, "%d orders acknowledged, %d cancelled again: %d during the run, the rest after it\n",
		r.orders.acknowledged, r.orders.cancelled, r.during)
	for _, text := range r.kept {
		fmt.Fprintln(out, "stays:", text)
	}
	if r.refused > 0 {
		fmt.Fprintf(out, "%d orders were refused, as stock had run out: restock at %s/admin\n", r.refused, s.shop)
	}
	if r.limited > 0 {
		fmt.Fprintf(out, "%d requests were too many from one client (429): all of these customers have one address\n", r.limited)
	}
	if s.rate > 0 && r.all.Rate < 0.95*float64(s.rate) {
		fmt.Fprintf(out, "the pace of %d a second was not reached: this machine, or the way to the shop, is too slow for it\n", s.rate)
	}
	for _, what := range slices.Sorted(maps.Keys(r.failures)) {
		fmt.Fprintf(out, "failed: %d × %s\n", r.failures[what], what)
	}
	if err := r.write(s.report, out); err != nil {
		return err
	}
	if len(r.lost) > 0 {
		return fmt.Errorf("%d acknowledged orders are lost, the first is order %d", len(r.lost), r.lost[0].ID)
	}
	if failed := r.failed(); failed > 0 {
		return fmt.Errorf("%d of %d requests failed", failed, r.all.Requests)
	}
	if r.all.Requests == 0 {
		return errors.New("not one request was answered")
	}
	return nil
}

func (r *report) table(out io.Writer) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\n\trequests\tp50\tp95\tp99\tslowest\tstatus\t")
	row := func(name string, m *vegeta.Metrics) {
		l := m.Latencies
		var codes []string
		for _, code := range slices.Sorted(maps.Keys(m.StatusCodes)) {
			codes = append(codes, fmt.Sprintf("%s: %d", code, m.StatusCodes[code]))
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t\n", name, m.Requests, ms(l.P50), ms(l.P95), ms(l.P99), ms(l.Max), strings.Join(codes, ", "))
	}
	for _, s := range shares() {
		if m := r.kinds[s.kind]; m != nil {
			row(string(s.kind), m)
		}
	}
	row("all", &r.all)
	_ = t.Flush() // it is the terminal
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }

// write makes the page of plots.
func (r *report) write(path string, out io.Writer) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = r.plot.WriteTo(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintln(out, "plots:", path)
	return nil
}
