package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// rounds is how often each comparison is made; the median counts.
const rounds = 5

// What must hold.
const (
	leastOfBare    = 0.50
	leastOfPgbench = 0.50
	longestP99     = 10 * time.Millisecond
)

func TestMain(m *testing.M) {
	if body := os.Getenv(bareBody); body != "" {
		serveBare(body)
		return
	}
	databasetest.Main(m)
}

// BenchmarkShop makes all comparisons once and prints the table.
func BenchmarkShop(b *testing.B) {
	products := mustRunProducts(b)
	list, one := products.URL+"/api/products?limit=100", products.URL+"/api/products/7"
	bareOne := mustRunBare(b, one)
	reads := [][][]int{
		compare(b, []string{list, mustRunBare(b, list), mustRunFlask(b)}),
		compare(b, []string{one, bareOne}),
	}
	p99, bareP99, half := calmest(b, one, bareOne)
	orders := compareOrders(b)

	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 3, ' ', 0)
	row := func(what string, got, base any, ratio, limit string) {
		_, _ = fmt.Fprintf(w, "%s\t%v\t%v\t%s\t%s\n", what, got, base, ratio, limit) // a Builder takes everything
	}
	row("", "ours", "compared", "ratio", "limit")
	listed, bare := ratio(reads[0], 0, 1), ratio(reads[1], 0, 1)
	row("list of 100, per second, with a bare handler", median(column(reads[0], 0)), median(column(reads[0], 1)),
		percent(listed), ">= "+percent(leastOfBare))
	row("product by id, per second, with a bare handler", median(column(reads[1], 0)), median(column(reads[1], 1)),
		percent(bare), ">= "+percent(leastOfBare))
	row("list of 100, per second, with the old Flask service", median(column(reads[0], 0)), median(column(reads[0], 2)),
		fmt.Sprintf("%.1f x", ratio(reads[0], 0, 2)), "")
	sold := ratio(orders, 0, 1)
	row("durable orders per second, with pgbench", median(column(orders, 0)), median(column(orders, 1)), percent(sold),
		">= "+percent(leastOfPgbench))
	row(fmt.Sprintf("p99 of a product read under half load (%d per second), with a bare handler under its own", half), p99.Round(10*time.Microsecond),
		bareP99.Round(10*time.Microsecond), "",
		"<= "+longestP99.String())
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	b.Logf("medians of %d rounds, of p99 the best\n%s", rounds, table.String())
	if listed < leastOfBare || bare < leastOfBare || sold < leastOfPgbench || p99 > longestP99 {
		b.Error("a limit is missed")
	}
}

// calmest is the best of the rounds for each: what another program of the machine does to one of them is not ours. The
// rate is that of our best round.
func calmest(b *testing.B, ours, bare string) (p99, bareP99 time.Duration, perSecond int) {
	b.Helper()
	for range rounds {
		if took, rate := latency(b, ours); p99 == 0 || took < p99 {
			p99, perSecond = took, rate
		}
		if took, _ := latency(b, bare); bareP99 == 0 || took < bareP99 {
			bareP99 = took
		}
	}
	return p99, bareP99, perSecond
}

// compare measures the addresses one after the other, round after round, so that a busy moment of the machine meets
// all of them. The result has a row per round and a column per address.
func compare(b *testing.B, urls []string) (table [][]int) {
	b.Helper()
	for range rounds {
		var row []int
		for _, url := range urls {
			row = append(row, throughput(b, url, 3*time.Second))
		}
		table = append(table, row)
	}
	return table
}

func column(table [][]int, index int) (values []int) {
	for _, row := range table {
		values = append(values, row[index])
	}
	return values
}

func median(values []int) int {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// ratio is the median of the rounds' own ratios.
func ratio(table [][]int, ours, base int) float64 {
	var ratios []float64
	for _, row := range table {
		ratios = append(ratios, float64(row[ours])/float64(row[base]))
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func percent(ratio float64) string { return fmt.Sprintf("%.0f %%", 100*ratio) }

// mustRunProducts is product-api with 100 products on SQLite, as it is shipped.
func mustRunProducts(b *testing.B) *servicetest.Process {
	b.Helper()
	p := servicetest.Start(b, servicetest.Build(b, contract.ProductAPI), map[string]string{
		contract.EnvDatabaseURL: "sqlite://" + filepath.Join(b.TempDir(), "products.db"),
		contract.EnvAdminAPIKey: key, contract.EnvReservationKey: key,
	}).AwaitReady()
	mustFill(b, p.URL)
	return p
}
