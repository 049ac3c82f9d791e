package histories_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/link"
	"github.com/techcommerce/platform/apps/histories/internal/moved"
	"github.com/techcommerce/platform/apps/histories/internal/program"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

const (
	adminKey       = "the admin's key"
	reservationKey = "the reservations' key"
	sessionKey     = "a session key of more than thirty-two bytes"
)

// The stores that everything is tried on.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
)

// eachStore runs a test on each.
func eachStore(t *testing.T, test func(t *testing.T, store string)) {
	t.Helper()
	for _, store := range []string{postgres, sqlite} {
		t.Run(store, func(t *testing.T) { test(t, store) })
	}
}

// plan says what shop to open.
type plan struct {
	store    string
	replicas int
	// frontend says that there is one.
	frontend bool
	// patches are faults put back into the services.
	patches []program.Patch
	// env are variables that differ from a deployed shop's.
	env map[string]string
}

// shop is the services as processes, a link between every two that speak to each other, and their databases.
type shop struct {
	testing.TB
	store    string
	server   *databasetest.Server
	products []*servicetest.Process
	orders   []*servicetest.Process
	frontend *servicetest.Process
	// clocks are those of the processes, by name. In SQLite all processes are on one node and have its clock.
	clocks map[string]moved.Clock
	links  []*link.Link
	// productBooks and orderBooks are the databases themselves, and the URLs where to find them past all links.
	productBooks, orderBooks *sql.DB
	productURL, orderURL     string
	// names are the processes' names.
	names map[*servicetest.Process]string
}

// binaries are built once for all tests of the package, but for those with faults in them.
var binaries struct {
	sync.Mutex
	folder string
	built  map[string]string
}

func (p plan) binary(tb testing.TB, service contract.Service) string {
	tb.Helper()
	var patches []program.Patch
	for _, patch := range p.patches {
		if strings.HasPrefix(patch.File, "apps/internal/") || strings.HasPrefix(patch.File, "apps/"+service.Name+"/") {
			patches = append(patches, patch)
		}
	}
	binaries.Lock()
	defer binaries.Unlock()
	name := service.Name + fmt.Sprint(patches)
	if path, ok := binaries.built[name]; ok {
		return path
	}
	folder := filepath.Join(binaries.folder, strconv.Itoa(len(binaries.built)))
	path := program.Build(tb, folder, service, patches...)
	binaries.built[name] = path
	return path
}

// mustOpen opens a shop that is ready for customers, and closes it when the test ends.
func mustOpen(tb testing.TB, p plan) *shop {
	tb.Helper()
	s := &shop{TB: tb, store: p.store, clocks: map[string]moved.Clock{}, names: map[*servicetest.Process]string{}}
	productURL, orderURL := s.mustStores()
	env := map[string]string{
		contract.EnvReservationKey: reservationKey, contract.EnvAdminAPIKey: adminKey, contract.EnvSessionKey: sessionKey,
		contract.EnvDatabaseConnections: "10", contract.EnvDrainTimeout: "10s",
	}
	for name, value := range p.env {
		env[name] = value
	}
	for i := range p.replicas {
		env[contract.EnvDatabaseURL] = productURL("product-api " + strconv.Itoa(i))
		s.products = append(s.products, s.mustStart(p, contract.ProductAPI, i, env))
	}
	for i := range p.replicas {
		name := "order-api " + strconv.Itoa(i)
		env[contract.EnvDatabaseURL] = orderURL(name)
		env[contract.EnvProductAPIURL] = "http://" + s.mustLink(name+" > product-api", s.products...).Address()
		s.orders = append(s.orders, s.mustStart(p, contract.OrderAPI, i, env))
	}
	if p.frontend {
		env[contract.EnvProductAPIURL] = "http://" + s.mustLink("frontend > product-api", s.products...).Address()
		env[contract.EnvOrderAPIURL] = "http://" + s.mustLink("frontend > order-api", s.orders...).Address()
		s.frontend = s.mustStart(p, contract.Frontend, 0, env)
		s.mustLink("customers > frontend", s.frontend)
	}
	s.mustLink("customers > order-api", s.orders...)
	s.awaitReady()
	return s
}

// mustStores makes the databases and returns how each process is to reach its own.
func (s *shop) mustStores() (productURL, orderURL func(process string) string) {
	if s.store == sqlite {
		products, orders := databasetest.SQLite(s), databasetest.SQLite(s)
		s.mustReadBooks(products.URL, orders.URL)
		return func(string) string { return products.URL }, func(string) string { return orders.URL }
	}
	server, err := databasetest.Start()
	databasetest.NeedServer(s, err)
	s.server = server
	s.Cleanup(func() {
		if err := server.Remove(); err != nil {
			s.Error(err)
		}
	})
	products, orders := server.MustCreate(s), server.MustCreate(s)
	s.mustReadBooks(products.URL, orders.URL)
	through := func(direct string) func(string) string {
		name, directory, _ := strings.Cut(strings.TrimPrefix(direct, "postgres://postgres@/"), "?host=")
		return func(process string) string {
			l := s.mustLinkTo(process+" > postgres", link.Postgres,
				link.Target{Network: "unix", Address: filepath.Join(directory, ".s.PGSQL.5432")})
			return "postgres://postgres@" + l.Address() + "/" + name + "?sslmode=disable"
		}
	}
	return through(products.URL), through(orders.URL)
}

// mustReadBooks opens both databases past their services.
func (s *shop) mustReadBooks(products, orders string) {
	s.Helper()
	s.productURL, s.orderURL = products, orders
	s.productBooks, s.orderBooks = s.mustRead(products), s.mustRead(orders)
}

// mustRead opens a database past its service.
func (s *shop) mustRead(url string) *sql.DB {
	s.Helper()
	db, err := books.Open(url)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = db.Close() }) // it was only read from
	return db
}

func (s *shop) mustStart(p plan, service contract.Service, i int, env map[string]string) *servicetest.Process {
	s.Helper()
	name := service.Name + " " + strconv.Itoa(i)
	node := name
	if s.store == sqlite {
		node = "the node"
	}
	if _, ok := s.clocks[node]; !ok {
		clock, err := moved.NewClock(s.TempDir())
		if err != nil {
			s.Fatalf("clock of %s: %v", node, err)
		}
		s.clocks[node] = clock
	}
	env[moved.Env] = string(s.clocks[node])
	process := servicetest.Start(s, p.binary(s, service), env)
	s.names[process] = name
	s.Cleanup(func() {
		if s.Failed() && testing.Verbose() {
			s.Logf("the last of %s's log:\n%s", name, tail(process.Log(), 4000))
		}
	})
	return process
}

func tail(text string, most int) string { return text[max(0, len(text)-most):] }

func (s *shop) mustLink(name string, to ...*servicetest.Process) *link.Link {
	s.Helper()
	var targets []link.Target
	for _, process := range to {
		targets = append(targets, link.Target{Network: "tcp", Address: strings.TrimPrefix(process.URL, "http://")})
	}
	return s.mustLinkTo(name, link.HTTP, targets...)
}

func (s *shop) mustLinkTo(name string, reply func([]byte) bool, targets ...link.Target) *link.Link {
	s.Helper()
	l, err := link.New(name, reply, targets...)
	if err != nil {
		s.Fatal(err)
	}
	s.links = append(s.links, l)
	s.Cleanup(func() { _ = l.Close() }) // nobody speaks through it any more
	return l
}

// link finds one by its name.
func (s *shop) link(name string) *link.Link {
	s.Helper()
	for _, l := range s.links {
		if l.Name == name {
			return l
		}
	}
	s.Fatalf("no link %q", name)
	return nil
}

func (s *shop) processes() []*servicetest.Process {
	all := append(append([]*servicetest.Process{}, s.products...), s.orders...)
	if s.frontend != nil {
		all = append(all, s.frontend)
	}
	return all
}

// awaitReady waits until every process is ready. It may be used outside the test's own goroutine.
func (s *shop) awaitReady() {
	deadline := time.Now().Add(2 * time.Minute)
	for _, process := range s.processes() {
		ready := ask{method: http.MethodGet, url: process.URL + contract.ReadyPath, patience: 5 * time.Second}
		for got := ready.send(s.Context(), apis); got.Status != http.StatusOK; got = ready.send(s.Context(), apis) {
			if time.Now().After(deadline) {
				s.Errorf("%s is not ready: %s", s.names[process], got)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// settle waits until nothing is under way any more and returns the books.
func (s *shop) settle(within time.Duration) books.Books {
	s.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(100 * time.Millisecond) {
		read, err := books.Read(s.Context(), s.productBooks, s.orderBooks)
		if err == nil && read.Unfinished() == 0 {
			return read
		}
		if time.Now().After(deadline) {
			if err != nil {
				s.Fatal(err)
			}
			return read // what is open is for the check to name
		}
	}
}
