package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// delivery is a stack in the hands of a pipeline, and a customer who orders all the time.
type delivery struct {
	p *platform
	// account is the kubeconfig of the stack's own deployer: a pipeline has no other.
	account  string
	customer *customer
	// settings, builds and probes are the files that are spoilt and mended.
	settings, builds, probes, routes kept
	// impatient is settings with a deadline for rollouts that a test can wait for.
	impatient kept
	// faults names the builds of which order-api has faults.
	faults kept
}

// delivery does what the pipeline does to a stack, good and bad, as the pipeline does it: by make, and with the stack's own
// account.
func (p *platform) delivery(t *testing.T) {
	d := &delivery{
		p: p, account: filepath.Join(p.dir, ".local", "deployer-local.kubeconfig"),
		settings: p.keep(t, "Pulumi.local.yaml"), builds: p.keep(t, ".local/images.json"),
		probes: p.keep(t, "apps/internal/service/probes.go"), routes: p.keep(t, "apps/order-api/routes.go"),
	}
	t.Cleanup(func() {
		for _, file := range []kept{d.settings, d.builds, d.probes, d.routes} {
			file.restore(t)
		}
	})
	p.commit(t)
	p.restock(t)
	p.shell(t, "make deployer STACK=local && pulumi config set rolloutDeadline 10s --stack local")
	d.impatient = p.keep(t, "Pulumi.local.yaml")
	d.settings.restore(t)
	d.customer = p.startCustomer(t)
	inOrder(t,
		step{"a release", func(t *testing.T) { d.run(t, "deploy") }},
		step{"another one, and a rollback by hand", d.rollsBack},
		d.broken("an image that is not there", func(t *testing.T) {
			d.builds.write(t, regexp.MustCompile(`(frontend@sha256:).{8}`).ReplaceAllString(d.builds.text, "${1}00000000"))
			if report := d.run(t, "preview"); !strings.Contains(report, "new build | change Deployment `frontend`") {
				t.Errorf("the preview does not tell of the new build:\n%s", report)
			}
		}, d.builds, "frontend: (ErrImagePull|ImagePullBackOff|ContainerCreating)"),
		d.broken("settings that no node has room for", func(t *testing.T) {
			p.shell(t, "pulumi config set --path services.frontend.cpu.request 900 --stack local")
		}, d.impatient, "not placed: .*Insufficient cpu"),
		d.broken("a service whose probes are answered 500", func(t *testing.T) {
			d.probes.write(t, strings.ReplaceAll(d.probes.text, readyAnswer, "http.StatusInternalServerError"))
			p.make(t, "images")
			d.probes.restore(t)
		}, d.builds, "statuscode: 500"),
		step{"what was changed by hand", d.findsDrift},
		step{"a deployment after commands by hand", d.byHand},
		step{"another stack keeps off", d.knowsItsPlace},
		step{"two deployments at once", d.atOnce},
		step{"deployments that are cut off", d.cutOff},
		step{"no order failed", func(t *testing.T) {
			d.customer.stop()
			d.customer.isContent(t)
			if d.customer.ordered.Load() == 0 {
				t.Error("nobody ordered")
			}
			t.Logf("%d orders", d.customer.ordered.Load())
		}},
		step{"a service that is ready and answers 500", d.servesErrors},
		step{"a canary", d.canaries},
		step{"taken away", d.takesAway},
		step{"brought up anew", func(t *testing.T) {
			d.settings.restore(t)
			p.make(t, "up")
			p.order(t)
		}},
	)
}

// kept is a file and what was in it.
type kept struct{ path, text string }

func (p *platform) keep(t *testing.T, name string) kept {
	t.Helper()
	path := filepath.Join(p.dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return kept{path, string(text)}
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

// run runs one of the pipeline's targets on the local stack.
func (d *delivery) run(t *testing.T, target string) string {
	t.Helper()
	text, err := d.try(target)
	if err != nil {
		t.Fatalf("make %s: %v\n%s", target, err, text)
	}
	return text
}

func (d *delivery) try(target string) (string, error) {
	return d.shell("make " + target + " URL=" + d.p.url)
}

// shell runs a command line with the account.
func (d *delivery) shell(line string) (string, error) {
	text, err := d.command(line).CombinedOutput()
	return string(text), err
}

func (d *delivery) command(line string) *exec.Cmd {
	command := exec.Command("bash", "-c", `environment="$(make -s env)"; eval "$environment"; export KUBECONFIG=`+d.account+"; "+line)
	command.Dir = d.p.dir
	return command
}

// rollsBack deploys other settings and takes them back.
func (d *delivery) rollsBack(t *testing.T) {
	d.p.shell(t, "pulumi config set logLevel debug --stack local")
	if said := d.run(t, "deploy"); !strings.Contains(said, "settings logLevel") {
		t.Errorf("it does not say what changed:\n%s", said)
	}
	if got := d.p.shell(t, logLevel); got != "debug" {
		t.Fatalf("LOG_LEVEL: got %s, want debug", got)
	}
	if said := d.run(t, "rollback"); !strings.Contains(said, "rolled back to release") {
		t.Errorf("it does not say where it went:\n%s", said)
	}
	if got := d.p.shell(t, logLevel); got != "info" {
		t.Errorf("LOG_LEVEL: got %s, want info, as before", got)
	}
}

// broken is the deployment of what cannot work: it must fail, say why, and leave the shop as it was.
func (d *delivery) broken(name string, spoil func(*testing.T), mend kept, want string) step {
	return step{name, func(t *testing.T) {
		d.impatient.restore(t)
		t.Cleanup(func() { mend.restore(t) })
		spoil(t)
		before := d.images(t)
		start := time.Now()
		text, err := d.try("deploy")
		took := time.Since(start)
		if err == nil {
			t.Fatalf("a release that cannot work was deployed:\n%s", text)
		}
		for _, pattern := range []string{"1 do not become ready", want, "rolling back to release", "runs again, verified"} {
			if !regexp.MustCompile(pattern).MatchString(text) {
				t.Errorf("want %q said, got:\n%s", pattern, text)
			}
		}
		if after := d.images(t); after != before {
			t.Errorf("images: got %s, want those from before %s", after, before)
		}
		d.customer.isContent(t)
		t.Logf("failed and back after %s", took.Round(time.Second))
	}}
}

// What is replaced in the source to break a service.
const (
	routesMiddleware = "limited.Use(a.service.LimitWrites(), confidential)"
	readyAnswer      = "http.StatusOK"
)

// errorsLimit is how long a service that calls itself ready may answer customers 500: its pods roll out, the smoke test
// loses patience, the program of the release before is linked, its pods roll out. 48 s with that program in Go's cache, 82 s
// without, on two cores.
const errorsLimit = 2 * time.Minute

// servesErrors deploys an order-api that calls itself ready and answers every customer 500, without a canary. Kubernetes
// cannot know, so its pods take the place of those that work, and orders fail until the release before is back. What is
// promised is that the smoke test finds it, that the rollback ends it, how soon, and that no order that was taken is lost.
func (d *delivery) servesErrors(t *testing.T) {
	t.Cleanup(func() { d.builds.restore(t); d.routes.restore(t) })
	d.routes.write(t, strings.Replace(d.routes.text, routesMiddleware, `limited.Use(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	})`, 1))
	d.p.make(t, "images")
	d.routes.restore(t)
	d.p.order(t)
	customer := d.p.startCustomer(t)
	before := d.images(t)
	text, err := d.try("deploy")
	if err == nil {
		t.Fatalf("a release that answers 500 was deployed:\n%s", text)
	}
	for _, want := range []string{"GET /api/orders: 500", "rolling back to release", "runs again, verified"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q said, got:\n%s", want, text)
		}
	}
	if after := d.images(t); after != before {
		t.Errorf("images: got %s, want those from before %s", after, before)
	}
	// Connections to a pod that is told to end are served for as long as it drains.
	eventually(t, 30*time.Second, func() error {
		time.Sleep(5 * time.Second)
		failed := customer.failures()
		if len(failed) > 0 && time.Since(failed[len(failed)-1].at) < 5*time.Second {
			return fmt.Errorf("orders still fail: %s", failed[len(failed)-1])
		}
		return nil
	})
	customer.stop()
	failed := customer.failures()
	if len(failed) == 0 {
		t.Fatal("no order met the service that answers 500, so nothing is proven")
	}
	lasted := failed[len(failed)-1].at.Sub(failed[0].at)
	if lasted > errorsLimit {
		t.Errorf("orders failed for %s, want at most %s", lasted.Round(time.Second), errorsLimit)
	}
	if err := d.p.checkOrders(); err != nil {
		t.Error(err)
	}
	t.Logf("%d orders failed within %s, %d went through", len(failed), lasted.Round(time.Second), customer.ordered.Load())
}

// images are those that the stack's outputs name.
func (d *delivery) images(t *testing.T) string {
	t.Helper()
	return d.p.shell(t, "pulumi stack output images --json --stack local")
}

// findsDrift changes things by hand, finds each in the report, and runs the commands that the report shows.
func (d *delivery) findsDrift(t *testing.T) {
	d.settings.restore(t)
	d.p.shell(t, "kubectl -n techcommerce scale deployment/order-api --replicas 3 && "+
		"kubectl -n techcommerce scale deployment/product-api --replicas 3 && "+
		"kubectl -n techcommerce label service/frontend-service owner=somebody && "+
		"kubectl -n techcommerce delete poddisruptionbudget/frontend")
	text, err := d.try("drift")
	if err == nil {
		t.Fatalf("make drift finds nothing:\n%s", text)
	}
	for _, want := range []string{
		"Deployment techcommerce/order-api spec.replicas is 3, declared as 2",
		"by hand, with kubectl-label, last at 20",
		`Service techcommerce/frontend-service metadata.labels.owner is "somebody", not declared`,
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
		if said, err := d.shell(revert[1]); err != nil {
			t.Fatalf("%s: %v\n%s", revert[1], err, said)
		}
	}
	if text := d.run(t, "drift"); !strings.Contains(text, "everything is as declared") {
		t.Errorf("after the revert:\n%s", text)
	}
}

// takesAway destroys the stack, and looks for what is left of it on the cluster.
func (d *delivery) takesAway(t *testing.T) {
	d.run(t, "destroy CONFIRM=local")
	d.p.shell(t, "make deployer STACK=local ARGS=-remove")
	d.p.orders = nil
	// What the cluster itself has of ours has a colon in its name.
	of := regexp.MustCompile(`(?m)^(persistentvolume/.*|.*/(techcommerce|monitoring)[^:\n]*)$`)
	eventually(t, 20*time.Second, func() error { // volumes go a moment after their claims
		left := d.p.kubectl(t, "", "get", "-o", "name",
			"namespaces,persistentvolumes,clusterroles,clusterrolebindings,validatingadmissionpolicies")
		found := slices.DeleteFunc(of.FindAllString(left, -1), func(name string) bool {
			return name == "namespace/techcommerce-deployers" // the next account is made there
		})
		if len(found) > 0 {
			return fmt.Errorf("destroy left %q", found)
		}
		return nil
	})
}
