package attacks_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

const (
	adminKey       = "the admin's key"
	reservationKey = "the reservations' key"
	sessionKey     = "a session key of more than thirty-two bytes"
	replicas       = 2
)

// podMemory is what a pod of each service may use, and heap what its runtime is told of that, as the stacks have it.
const (
	podMemory = 128 << 20
	heap      = podMemory / 100 * 80
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// shop is two replicas of each service on one PostgreSQL server, with the limits that a pod has.
type shop struct {
	*testing.T
	frontends, orders, products []*servicetest.Process
	// names are the processes' names.
	names map[*servicetest.Process]string
	// seen is how much of each process's log was looked at.
	seen map[*servicetest.Process]int
}

func mustOpen(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, names: map[*servicetest.Process]string{}, seen: map[*servicetest.Process]int{}}
	products, orders := databasetest.Postgres(t), databasetest.Postgres(t)
	binaries := map[string]string{}
	for _, service := range []contract.Service{contract.ProductAPI, contract.OrderAPI, contract.Frontend} {
		binaries[service.Name] = servicetest.Build(t, service)
	}
	env := map[string]string{
		contract.EnvReservationKey: reservationKey, contract.EnvAdminAPIKey: adminKey, contract.EnvSessionKey: sessionKey,
		contract.EnvWriteRate: "20", contract.EnvMemoryLimit: strconv.Itoa(heap), contract.EnvOpenOrders: "true",
	}
	start := func(service contract.Service, i int) *servicetest.Process {
		process := servicetest.Start(t, binaries[service.Name], env)
		s.names[process] = fmt.Sprintf("%s %d", service.Name, i)
		return process
	}
	for i := range replicas {
		env[contract.EnvDatabaseURL] = products.URL
		s.products = append(s.products, start(contract.ProductAPI, i).AwaitReady())
		env[contract.EnvDatabaseURL], env[contract.EnvProductAPIURL] = orders.URL, s.products[i].URL
		s.orders = append(s.orders, start(contract.OrderAPI, i).AwaitReady())
		env[contract.EnvOrderAPIURL] = s.orders[i].URL
		s.frontends = append(s.frontends, start(contract.Frontend, i).AwaitReady())
	}
	s.mustStock()
	return s
}

// mustStock gives the products of the seed more than all tests sell.
func (s *shop) mustStock() {
	s.Helper()
	for id := 1; id <= 5; id++ {
		request, err := http.NewRequestWithContext(s.Context(), http.MethodPost,
			fmt.Sprintf("%s/api/products/%d/stock", s.products[0].URL, id), strings.NewReader(`{"change": 100000}`))
		if err != nil {
			s.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+adminKey)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", fmt.Sprintf("stock-%d", id))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			s.Fatal(err)
		}
		_ = response.Body.Close() // nothing of it is wanted
		if response.StatusCode != http.StatusOK {
			s.Fatalf("stock of product %d: status %d", id, response.StatusCode)
		}
	}
}

func (s *shop) processes() []*servicetest.Process {
	return append(append(append([]*servicetest.Process{}, s.frontends...), s.orders...), s.products...)
}

// checkMemory prints the most memory that each process has had, and fails where a pod would have been killed for it.
func (s *shop) checkMemory() {
	s.Helper()
	for _, process := range s.processes() {
		peak := mustPeak(s, process)
		s.Logf("%s: at most %d MiB of its pod's %d", s.names[process], peak>>20, podMemory>>20)
		if peak > podMemory {
			s.Errorf("%s had %d MiB of memory, its pod may have %d", s.names[process], peak>>20, podMemory>>20)
		}
	}
}

var peakPattern = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// mustPeak is the most memory that a process has had resident, in bytes.
func mustPeak(tb testing.TB, process *servicetest.Process) int {
	tb.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(process.PID()), "status"))
	if err != nil {
		tb.Skipf("SKIPPED: needs Linux's /proc: %v", err)
	}
	found := peakPattern.FindSubmatch(status)
	if found == nil {
		tb.Fatalf("no VmHWM in %s", status)
	}
	kilobytes, err := strconv.Atoi(string(found[1]))
	if err != nil {
		tb.Fatal(err)
	}
	return kilobytes << 10
}

// checkLogs fails for each error line that was written since the last check: what a client does is not our error.
func (s *shop) checkLogs() {
	s.Helper()
	for _, process := range s.processes() {
		log := process.Log()
		fresh := log[s.seen[process]:]
		s.seen[process] = len(log)
		shown := 0
		for line := range strings.Lines(fresh) {
			if strings.Contains(line, `"status":"error"`) && shown < 3 {
				s.Errorf("%s wrote an error: %s", s.names[process], line)
				shown++
			}
		}
	}
}
