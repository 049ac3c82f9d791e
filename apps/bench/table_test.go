package bench_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// table is what a benchmark prints: a row for each comparison, with the limit that it must keep.
type table struct {
	text   strings.Builder
	out    *tabwriter.Writer
	missed bool
}

func newTable() *table {
	t := &table{}
	t.out = tabwriter.NewWriter(&t.text, 0, 0, 3, ' ', 0)
	t.row("", "ours", "compared", "ratio", "limit", true)
	return t
}

func (t *table) row(what string, ours, compared any, ratio, limit string, kept bool) {
	_, _ = fmt.Fprintf(t.out, "%s\t%v\t%v\t%s\t%s\n", what, ours, compared, ratio, limit) // a Builder takes everything
	t.missed = t.missed || !kept
}

// rates is a row of the medians of the rounds: of the first column, which is ours, and of another. A least ratio of 0 is
// no limit.
func (t *table) rates(what string, rounds [][]int, other int, least float64) {
	got, limit := ratio(rounds, 0, other), ""
	if least > 0 {
		limit = ">= " + percent(least)
	}
	t.row(what, median(column(rounds, 0)), median(column(rounds, other)), percent(got), limit, got >= least)
}

func (t *table) print(b *testing.B) {
	b.Helper()
	if err := t.out.Flush(); err != nil {
		b.Fatal(err)
	}
	b.Logf("medians of %d rounds, of p99 the best\n%s", rounds, t.text.String())
	if t.missed {
		b.Error("a limit is missed")
	}
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
