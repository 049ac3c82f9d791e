package histories_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/techcommerce/platform/apps/histories/internal/model"
)

// each is for how long the checker works on one part of a history before it gives up.
const each = 20 * time.Second

// mustHold settles and checks a history, says what was done in it, and fails with what is wrong. A
// report of it is written if anything is, or if somebody asked for one.
func (h *history) mustHold() {
	h.Helper()
	settled, problems := h.verify()
	h.Log(h.summary(settled))
	if len(problems) == 0 && *reports == "" {
		return
	}
	for _, problem := range problems {
		h.Error(problem)
	}
	h.Logf("the report is in %s", h.report(settled, problems))
}

// verify is every problem of a history.
func (h *history) verify() (settled model.History, problems []string) {
	settled = h.settled()
	for _, call := range h.calls {
		if call.Status >= 500 && call.Status != 502 && call.Status != 503 && call.Status != 504 {
			problems = append(problems, fmt.Sprintf("%s of %s is answered %d", call.Kind, call.Customer, call.Status))
		}
	}
	problems = append(problems, settled.Books.Check(h.supplies(), h.promises())...)
	problems = append(problems, h.reconciled()...)
	h.verdicts = settled.Check(each)
	for _, v := range h.verdicts {
		switch v.Result {
		case porcupine.Illegal:
			problems = append(problems, "no order of events explains what was seen of "+v.Part)
		case porcupine.Unknown:
			problems = append(problems, fmt.Sprintf("%s of %d events is not decided in %s", v.Part, v.Events, each))
		}
	}
	return settled, problems
}

// reconciled is what the shop's own reconciliation finds. It compares what has been as it is for a minute.
func (h *history) reconciled() (problems []string) {
	url := h.orders[0].URL + "/api/orders/reconcile"
	got := ask{method: http.MethodPost, url: url, header: asAdmin, patience: time.Minute}.send(h.Context(), apis)
	var report struct {
		Differences []json.RawMessage `json:"differences"`
	}
	if err := json.Unmarshal(got.Body, &report); err != nil || got.Status != http.StatusOK {
		return []string{"the reconciliation is answered " + got.String()}
	}
	for _, difference := range report.Differences {
		problems = append(problems, "the reconciliation finds "+string(difference))
	}
	return problems
}

// summary is what happened, in numbers.
func (h *history) summary(settled model.History) string {
	answers, unknown := map[string]int{}, 0
	for _, call := range h.calls {
		answers[fmt.Sprintf("%s %d", call.Kind, call.Status)]++
		if call.Status == 0 {
			unknown++
		}
	}
	deeds := map[string]int{}
	for _, d := range h.nemesis.deeds {
		kind, _, _ := strings.Cut(d.Kind, " by ")
		deeds[kind]++
	}
	ends := map[string]int{}
	for _, o := range settled.Books.Orders {
		ends[o.Status]++
	}
	events := 0
	for _, v := range h.verdicts {
		events += v.Events
	}
	return fmt.Sprintf("%s, seed %d: %d operations in %s, %d of them without an answer (%s)\n"+
		"\tnemesis: %s\n\torders: %s\n\tchecked: %d events in %d parts",
		h.store, h.seed, len(h.calls), h.ends, unknown, counts(answers), counts(deeds), counts(ends),
		events, len(h.verdicts))
}

func counts(of map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%d %s", of[name], name))
	}
	return strings.Join(parts, ", ")
}

// list is lines of a report, or one that says that there are none.
func list(lines []string, none string) string {
	if len(lines) == 0 {
		return none
	}
	return "- " + strings.Join(lines, "\n- ")
}

// report writes what is needed to understand what went wrong, and returns the folder.
func (h *history) report(settled model.History, problems []string) string {
	folder := *reports
	if folder == "" {
		folder = os.TempDir()
	}
	folder = filepath.Join(folder, fmt.Sprintf("history-%s-%d", h.store, h.seed))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		h.Error(err)
		return ""
	}
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			h.Error(err)
		}
	}
	write("report.md", fmt.Appendf(nil, "# What went wrong\n\n%s\n\n# Pictures over time\n\n%s\n\n"+
		"# What was done\n\n%s\n\nRepeat it:\n\n"+
		"    go test -v ./apps/histories -run TestHistories/%s -seed %d -duration %s\n\n# What the nemesis did\n\n%s\n",
		list(problems, "Nothing: everything agrees, and the model explains every answer."), list(h.draw(folder), "None."),
		h.summary(settled), h.store, h.seed, h.ends, h.diary()))
	encoded, err := json.MarshalIndent(settled, "", " ")
	if err != nil {
		h.Error(err)
	}
	write("history.json", encoded)
	for _, p := range h.processes() {
		write(strings.ReplaceAll(h.shop.names[p], " ", "-")+".log", []byte(p.Log()))
	}
	return folder
}

// draw draws every part that is not possible, or the one with the most events if all are, and returns links to the pages.
func (h *history) draw(folder string) (links []string) {
	drawn := slices.DeleteFunc(slices.Clone(h.verdicts), func(v model.Verdict) bool { return v.Result == porcupine.Ok })
	if len(drawn) == 0 && len(h.verdicts) > 0 {
		drawn = append(drawn, slices.MaxFunc(h.verdicts, func(a, b model.Verdict) int { return a.Events - b.Events }))
	}
	for _, v := range drawn {
		name := strings.ReplaceAll(v.Part, " ", "-") + ".html"
		if err := v.Draw(filepath.Join(folder, name)); err != nil {
			h.Error(err)
			continue
		}
		links = append(links, fmt.Sprintf("[%s](%s): %d events, %s", v.Part, name, v.Events, strings.ToLower(string(v.Result))))
	}
	return links
}

// diary is what the nemesis did, in order.
func (h *history) diary() string {
	var text strings.Builder
	for _, d := range h.nemesis.deeds {
		fmt.Fprintf(&text, "- %s to %s: %s, %s\n", d.At.Round(time.Millisecond), d.Until.Round(time.Millisecond), d.Kind, d.Target)
	}
	return text.String()
}
