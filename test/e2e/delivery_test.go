package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// delivery does what the pipeline does to a stack, good and bad, while a customer orders all the time.
func (p *platform) delivery(t *testing.T) {
	settings, builds := p.keep(t, "Pulumi.local.yaml"), p.keep(t, ".local/images.json")
	probes := p.keep(t, "apps/internal/service/probes.go")
	p.commit(t)
	p.shell(t, "pulumi config set rolloutDeadline 20s --stack local")
	tuned := p.keep(t, "Pulumi.local.yaml")
	broken := func(name string, spoil func(*testing.T), mend []kept, want ...string) step {
		return step{name, func(t *testing.T) {
			t.Cleanup(func() {
				for _, k := range mend {
					k.restore(t)
				}
			})
			spoil(t)
			p.goesBack(t, want...)
		}}
	}
	inOrder(t,
		step{"a good release", func(t *testing.T) { p.deliver(t, "deploy") }},
		broken("an image that is not there", func(t *testing.T) {
			builds.write(t, regexp.MustCompile(`(frontend@sha256:).{8}`).ReplaceAllString(builds.text, "${1}00000000"))
			if report := p.deliver(t, "preview"); !strings.Contains(report, "new build | change Deployment `frontend`") {
				t.Errorf("the preview does not tell of the new build:\n%s", report)
			}
		}, []kept{builds}, "1 do not become ready", "frontend: (ErrImagePull|ImagePullBackOff|ContainerCreating)"),
		broken("settings that no node has room for", func(t *testing.T) {
			p.shell(t, "pulumi config set --path services.frontend.cpu.request 900 --stack local")
		}, []kept{tuned}, "1 do not become ready", "not placed: .*Insufficient cpu"),
		broken("a service that answers 500", func(t *testing.T) {
			probes.write(t, strings.ReplaceAll(probes.text, "http.StatusOK", "http.StatusInternalServerError"))
			p.make(t, "images")
		}, []kept{probes, builds}, "1 do not become ready", "statuscode: 500"),
		step{"what was changed by hand", p.findsDrift},
		step{"as before", func(t *testing.T) {
			settings.restore(t)
			p.make(t, "up")
		}},
	)
}

// kept is a file and what was in it.
type kept struct{ path, text string }

func (p *platform) keep(t *testing.T, name string) kept {
	t.Helper()
	path := filepath.Join(p.dir, name)
	return kept{path, string(mustReadFile(t, path))}
}

func (k kept) write(t *testing.T, text string) {
	t.Helper()
	if text == k.text {
		t.Fatalf("%s would not change", k.path)
	}
	if err := os.WriteFile(k.path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (k kept) restore(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(k.path, []byte(k.text), 0o644); err != nil {
		t.Error(err)
	}
}

func mustReadFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// commit puts what a developer has not committed into the throwaway clone: a release of no commit cannot be gone back to.
func (p *platform) commit(t *testing.T) {
	t.Helper()
	if output(t, p.dir, "git", "status", "--porcelain") == "" {
		return
	}
	if os.Getenv("E2E_CHECKOUT") != "" {
		t.Fatal("commit first: only what is in a commit can be gone back to")
	}
	output(t, p.dir, "git", "add", "--all")
	output(t, p.dir, "git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "What is tested")
}

// deliver runs one of the pipeline's targets on the local stack.
func (p *platform) deliver(t *testing.T, target string) string {
	t.Helper()
	text, err := p.tryDeliver(target)
	if err != nil {
		t.Fatalf("make %s: %v\n%s", target, err, text)
	}
	return text
}

func (p *platform) tryDeliver(target string) (string, error) {
	command := exec.Command("bash", "-c", `environment="$(make -s env)"; eval "$environment"; make `+target+" URL="+p.url)
	command.Dir = p.dir
	text, err := command.CombinedOutput()
	return string(text), err
}

// goesBack deploys what cannot work: the deployment must fail, say why, and leave the shop as it was, and no customer may
// notice.
func (p *platform) goesBack(t *testing.T, want ...string) {
	t.Helper()
	before := p.shell(t, "pulumi stack output images --json --stack local")
	customer := p.startCustomer()
	start := time.Now()
	text, err := p.tryDeliver("deploy")
	took := time.Since(start)
	ordered, failed := customer.stop()
	if err == nil {
		t.Fatalf("a release that cannot work was deployed:\n%s", text)
	}
	for _, pattern := range append(want, "going back to release", "serves again") {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("want %q said, got:\n%s", pattern, text)
		}
	}
	if after := p.shell(t, "pulumi stack output images --json --stack local"); after != before {
		t.Errorf("images: got %s, want those from before %s", after, before)
	}
	if failed != "" || ordered == 0 {
		t.Errorf("during the bad release and the rollback %d orders went through, and then: %s", ordered, failed)
	}
	t.Logf("failed and back after %s; %d orders meanwhile", took.Round(time.Second), ordered)
}

// customer orders again and again until stopped.
type customer struct {
	done    chan struct{}
	ended   chan struct{}
	ordered atomic.Int64
	failed  atomic.Pointer[string]
}

func (p *platform) startCustomer() *customer {
	c := &customer{done: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for {
			select {
			case <-c.done:
				return
			case <-time.After(100 * time.Millisecond):
			}
			if err := p.orderOnce(); err != nil {
				text := err.Error()
				c.failed.CompareAndSwap(nil, &text)
			} else {
				c.ordered.Add(1)
			}
		}
	}()
	return c
}

func (c *customer) stop() (ordered int64, failed string) {
	close(c.done)
	<-c.ended
	if text := c.failed.Load(); text != nil {
		failed = *text
	}
	return c.ordered.Load(), failed
}

// orderOnce orders one mouse and reads the list of orders; 409 means that they are sold out, which is an answer.
func (p *platform) orderOnce() error {
	response, err := client.Post(p.url+"/api/orders", "application/json", bytes.NewReader([]byte(`{"product_id":2,"quantity":1}`)))
	if err != nil {
		return err
	}
	_ = response.Body.Close() // its status is all that counts
	if response.StatusCode != http.StatusCreated && response.StatusCode != http.StatusConflict {
		return fmt.Errorf("POST /api/orders: %s", response.Status)
	}
	return nil
}

// findsDrift changes things by hand, finds each in the report, and runs the commands that the report shows.
func (p *platform) findsDrift(t *testing.T) {
	p.shell(t, "kubectl -n techcommerce scale deployment/order-api --replicas 3 && "+
		"kubectl -n techcommerce scale deployment/product-api --replicas 3 && "+
		"kubectl -n techcommerce label service/frontend-service owner=somebody && "+
		"kubectl -n techcommerce delete poddisruptionbudget/frontend")
	text, err := p.tryDeliver("drift")
	if err == nil {
		t.Fatalf("make drift finds nothing:\n%s", text)
	}
	for _, want := range []string{
		"Deployment techcommerce/order-api spec.replicas is 3, declared as 2",
		`Service techcommerce/frontend-service metadata.labels.owner is "somebody", not declared, by kubectl-label since 20`,
		"PodDisruptionBudget techcommerce/frontend is gone",
		"adopt:  pulumi config set --stack local --path 'services.order-api.replicas' 3",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in the report:\n%s", want, text)
		}
	}
	if strings.Contains(text, "product-api spec.replicas") {
		t.Errorf("an autoscaler's replicas are no drift:\n%s", text)
	}
	for _, revert := range regexp.MustCompile(`(?m)^revert: (.*)$`).FindAllStringSubmatch(text, -1) {
		line := revert[1]
		if strings.Contains(line, "pulumi up") {
			line += " --yes --skip-preview"
		}
		p.shell(t, line+" >/dev/null")
	}
	if text := p.deliver(t, "drift"); !strings.Contains(text, "everything is as declared") {
		t.Errorf("after the revert:\n%s", text)
	}
}
