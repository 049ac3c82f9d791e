package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// faulty is order-api with a fault for each log level, so that one build has all of them, and a deployment of other
// settings is a deployment of another fault.
const faulty = `limited.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch os.Getenv("LOG_LEVEL") {
			case "debug":
				w.WriteHeader(http.StatusInternalServerError)
				return
			case "warn":
				time.Sleep(time.Second)
			case "error":
				if r.Method == http.MethodPost && rand.N(5) == 0 {
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}, a.service.LimitWrites(), confidential)`

// routesImports is where the fault's imports go.
const routesImports = `	"net/http"
`

// buildFaulty builds the images with the fault in order-api, and names them in the file of builds.
func (d *delivery) buildFaulty(t *testing.T) {
	t.Helper()
	text := strings.Replace(d.routes.text, routesMiddleware, faulty, 1)
	text = strings.Replace(text, routesImports, "\t\"math/rand/v2\"\n"+routesImports+"\t\"os\"\n\t\"time\"\n", 1)
	d.routes.write(t, text)
	t.Cleanup(func() { d.routes.restore(t) })
	d.p.make(t, "images")
	d.routes.restore(t)
	d.faults = d.p.keep(t, ".local/images.json")
	d.builds.restore(t)
}

// canaries tries a good version and three bad ones on one pod of order-api, while somebody orders and browses, and kills a
// deployment in the middle.
func (d *delivery) canaries(t *testing.T) {
	d.buildFaulty(t)
	d.p.shell(t, "pulumi config set --path services.order-api.rollout canary --stack local && "+
		"pulumi config set --path canary.watch 15s --stack local && pulumi config set logLevel debug --stack local")
	t.Cleanup(func() { d.builds.restore(t); d.settings.restore(t) })
	inOrder(t,
		step{"a good one", func(t *testing.T) {
			said := d.tried(t, func() string { return d.run(t, "deploy") }, 0)
			if want := "the canary of order-api did as well as the old pods"; !strings.Contains(said, want) {
				t.Errorf("want %q said, got:\n%s", want, said)
			}
		}},
		step{"one that answers 500", func(t *testing.T) { d.refusesCanary(t, "debug", "5xx", failedShare) }},
		step{"a deployment that is killed in the middle", d.killsCanary},
		step{"one that fails one order in five", func(t *testing.T) { d.refusesCanary(t, "error", "5xx", failedShare) }},
		step{"one that is slow", func(t *testing.T) { d.refusesCanary(t, "warn", "for 95 of 100", 0) }},
	)
}

// failedShare is how many percent of all requests may fail from the start to the end of a deployment that a canary ends.
const failedShare = 2

// refusesCanary deploys the build with the fault of that log level: it must be taken back for the reason, and leave
// everything else as it was.
func (d *delivery) refusesCanary(t *testing.T, level, reason string, share float64) {
	d.faults.restore(t)
	d.p.shell(t, "pulumi config set logLevel "+level+" --stack local")
	const generations = `kubectl -n techcommerce get deployments -o jsonpath='{range .items[*]}{.metadata.name}={.metadata.generation} {end}'`
	const own = `kubectl -n techcommerce get deployments -l techcommerce/track!=canary -o jsonpath='{range .items[*]}{.metadata.name}={.metadata.generation} {end}'`
	before, images, remembered := d.p.shell(t, own), d.images(t), d.remembered(t)
	said := d.tried(t, func() string {
		text, err := d.try("deploy")
		if err == nil {
			t.Fatalf("it was deployed:\n%s", text)
		}
		return text
	}, share)
	for _, want := range []string{"the canary of order-api", reason, "the canary is removed; release"} {
		if !strings.Contains(said, want) {
			t.Errorf("want %q said, got:\n%s", want, said)
		}
	}
	if after := d.p.shell(t, generations); after != before {
		t.Errorf("Deployments and their generations: got %s, want %s, which nobody has touched", after, before)
	}
	if now := d.images(t); now != images || d.remembered(t) != remembered {
		t.Errorf("the outputs changed: images %s, until then %s", now, images)
	}
}

// killsCanary kills a deployment while its canary serves. The next one removes what it has left.
func (d *delivery) killsCanary(t *testing.T) {
	d.p.shell(t, "pulumi config set logLevel info --stack local")
	deployment := d.start(t, "deploy")
	eventually(t, 2*time.Minute, func() error {
		if ready := d.p.shell(t, "kubectl -n techcommerce get deployment order-api-canary --ignore-not-found -o jsonpath='{.status.readyReplicas}'"); ready != "1" {
			return fmt.Errorf("%q pods of the canary are ready", ready)
		}
		return nil
	})
	deployment.signal(t, syscall.SIGKILL, []string{"deliver"})
	deployment.wait(t)
	// What a killed deployment holds expires after a minute, which another step waits for.
	d.p.shell(t, "kubectl -n techcommerce delete lease techcommerce-delivery")
	if text, err := d.try("verify"); err == nil || !strings.Contains(text, "order-api-canary still runs") {
		t.Errorf("verify does not find the canary that is left: %v\n%s", err, text)
	}
}

// tried does something while somebody orders and somebody browses, and reports how many of their requests failed.
func (d *delivery) tried(t *testing.T, do func() string, share float64) string {
	t.Helper()
	customer, visitor := d.p.startCustomer(t), d.p.startVisitor(t)
	start := time.Now()
	said := do()
	took := time.Since(start)
	customer.stop()
	visitor.stop()
	failed := append(customer.failures(), visitor.failures()...)
	all := float64(len(failed)) + float64(customer.ordered.Load()+visitor.seen.Load())
	percent := 100 * float64(len(failed)) / all
	lasted := time.Duration(0)
	for _, one := range failed {
		for _, other := range failed {
			lasted = max(lasted, other.at.Sub(one.at))
		}
	}
	t.Logf("%d of %.0f requests failed, %.1f%%, within %s of %s", len(failed), all, percent, lasted.Round(100*time.Millisecond), took.Round(time.Second))
	if percent > share {
		t.Errorf("%.1f%% of all requests failed, want at most %g%%; the first: %s", percent, share, failed[0])
	}
	if lasted > canaryLimit {
		t.Errorf("requests failed for %s, want at most %s", lasted, canaryLimit)
	}
	return said
}

// canaryLimit is how long a version that answers 500 may serve anybody.
const canaryLimit = 30 * time.Second

// visitor looks at the shop again and again until stopped.
type visitor struct {
	customer
	seen atomic.Int64
}

// startVisitor has somebody look at products and orders, about twenty pages a second, until the test ends.
func (p *platform) startVisitor(t *testing.T) *visitor {
	t.Helper()
	done, ended := make(chan struct{}), make(chan struct{})
	b := &visitor{}
	b.stop = sync.OnceFunc(func() { close(done); <-ended })
	t.Cleanup(b.stop)
	go func() {
		defer close(ended)
		for {
			for _, path := range []string{"/", "/api/products", "/api/products/2", "/api/orders/1"} {
				select {
				case <-done:
					return
				case <-time.After(50 * time.Millisecond):
				}
				if err := p.sees(path); err != nil {
					b.fail(err)
					continue
				}
				b.seen.Add(1)
			}
		}
	}()
	return b
}

func (p *platform) sees(path string) error {
	response, err := client.Get(p.url + path)
	if err != nil {
		return err
	}
	_ = response.Body.Close() // its status is all that counts
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return nil
}
