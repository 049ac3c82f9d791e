package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// logLevel is what order-api runs with, by the cluster's own account.
const logLevel = `kubectl -n techcommerce get deployment order-api -o jsonpath='{..env[?(@.name=="LOG_LEVEL")].value}'`

// cutOff cuts deployments off in the middle and brings the release before back: what then runs must be that release, all of
// it, and the stack must remember as many releases as before.
func (d *delivery) cutOff(t *testing.T) {
	for _, c := range []struct {
		name string
		by   syscall.Signal
		// whom are the programs that get the signal.
		whom []string
		// after is the command that whoever cut it off is told to run before a rollback.
		after string
	}{
		{"pulumi and the command are killed", syscall.SIGKILL, []string{"deliver", "pulumi"}, "pulumi cancel --yes --stack local"},
		{"Ctrl-C", syscall.SIGINT, []string{"deliver"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d.settings.restore(t)
			t.Cleanup(func() { d.settings.restore(t) })
			before, images := d.remembered(t), d.images(t)
			d.p.shell(t, "pulumi config set logLevel debug --stack local")
			deployment := d.start(t, "deploy")
			eventually(t, 4*time.Minute, func() error {
				if level := d.p.shell(t, logLevel); level != "debug" {
					return fmt.Errorf("order-api still runs with %s", level)
				}
				return nil
			})
			deployment.signal(t, c.by, c.whom)
			said := deployment.wait(t)
			if c.by == syscall.SIGINT {
				for _, want := range []string{"interrupted", "running now", "make rollback STACK=local"} {
					if !strings.Contains(said, want) {
						t.Errorf("want %q said, got:\n%s", want, said)
					}
				}
			}
			if c.after != "" {
				if text, err := d.try("rollback"); err == nil || !strings.Contains(text, c.after) {
					t.Errorf("the lock of a killed pulumi: want %q said, got %v\n%s", c.after, err, text)
				}
				d.p.shell(t, c.after)
			}
			text := d.run(t, "rollback")
			if level := d.p.shell(t, logLevel); level != "info" {
				t.Errorf("order-api runs with %s after the rollback, want info\n%s", level, text)
			}
			if now := d.images(t); now != images {
				t.Errorf("images: got %s, want %s", now, images)
			}
			if now := d.remembered(t); now != before {
				t.Errorf("the stack remembers %d releases, want %d as before", now, before)
			}
			d.run(t, "verify")
		})
	}
}

// atOnce deploys twice at the same time: one waits for the other, and both succeed.
func (d *delivery) atOnce(t *testing.T) {
	d.settings.restore(t)
	var both sync.WaitGroup
	texts := make([]string, 2)
	for i := range texts {
		both.Go(func() {
			var err error
			if texts[i], err = d.try("deploy"); err != nil {
				t.Errorf("deployment %d: %v\n%s", i, err, texts[i])
			}
		})
	}
	both.Wait()
	if all := texts[0] + texts[1]; !strings.Contains(all, "waiting up to") || strings.Contains(all, "rolling back") {
		t.Errorf("want one to wait for the other and none rolled back, got:\n%s\n---\n%s", texts[0], texts[1])
	}
}

// byHand does what a tired person does first, and then deploys: the declaration takes its fields back and says so.
func (d *delivery) byHand(t *testing.T) {
	d.settings.restore(t)
	t.Cleanup(func() { d.settings.restore(t); d.run(t, "deploy") })
	for _, command := range []string{
		"kubectl -n techcommerce scale deployment/order-api --replicas=1",
		`kubectl -n techcommerce patch hpa product-api-hpa --patch '{"spec": {"maxReplicas": 5}}'`,
		"kubectl -n techcommerce rollout restart deployment/frontend",
	} {
		d.p.shell(t, command)
	}
	d.p.shell(t, "pulumi config set logLevel debug --stack local")
	d.run(t, "preview")
	text := d.run(t, "deploy")
	for _, want := range []string{"Deployment techcommerce/order-api spec.replicas is 1, declared as 2", "maxReplicas is 5"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q named as overwritten, got:\n%s", want, text)
		}
	}
	if text := d.run(t, "drift"); !strings.Contains(text, "everything is as declared") {
		t.Errorf("afterwards:\n%s", text)
	}
}

// knowsItsPlace has another stack claim the shop's namespace: by plain pulumi, and nothing of the shop may change.
func (d *delivery) knowsItsPlace(t *testing.T) {
	file := filepath.Join(d.p.dir, "Pulumi.other.yaml")
	if err := os.WriteFile(file, []byte(d.settings.text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.p.shell(t, "pulumi stack rm --yes --force --stack other")
		_ = os.Remove(file) // the command above has removed it, too
	})
	d.p.shell(t, "pulumi stack init other --no-select")
	generations := `kubectl -n techcommerce get deployments -o jsonpath='{range .items[*]}{.metadata.name}={.metadata.generation} {end}'`
	before := d.p.shell(t, generations)
	command := exec.Command("bash", "-c", `environment="$(make -s env)"; eval "$environment"; pulumi up --yes --skip-preview --stack other`)
	command.Dir = d.p.dir
	text, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(text), "belongs to the stack organization/techcommerce/local") {
		t.Errorf("got %v\n%s", err, text)
	}
	if after := d.p.shell(t, generations); after != before {
		t.Errorf("another stack changed the shop: %s, until then %s", after, before)
	}
}

// remembered is how many releases the stack remembers.
func (d *delivery) remembered(t *testing.T) int {
	t.Helper()
	text := d.p.shell(t, "pulumi stack output releases --show-secrets --stack local | jq length")
	number, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// running is a target of make that is at work.
type running struct {
	command *exec.Cmd
	said    *bytes.Buffer
}

func (d *delivery) start(t *testing.T, target string) running {
	t.Helper()
	r := running{d.command("make " + target + " URL=" + d.p.url), &bytes.Buffer{}}
	r.command.Stdout, r.command.Stderr = r.said, r.said
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// signal sends a signal to those programs that the command has started, however deep.
func (r running) signal(t *testing.T, what syscall.Signal, whom []string) {
	t.Helper()
	found := 0
	for _, pid := range below(r.command.Process.Pid) {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil {
			continue // it has ended
		}
		for _, one := range whom {
			if strings.TrimSpace(string(name)) == one && syscall.Kill(pid, what) == nil {
				found++
			}
		}
	}
	if found < len(whom) {
		t.Fatalf("only %d of %q were at work:\n%s", found, whom, r.said)
	}
}

// below are the processes that a process has started, and those that they have.
func below(parent int) []int {
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		if err != nil {
			continue // it has ended
		}
		var pid, of int
		var state string
		_, after, _ := strings.Cut(string(text), ") ")
		if _, err := fmt.Sscanf(string(text), "%d", &pid); err != nil {
			continue
		}
		if _, err := fmt.Sscanf(after, "%s %d", &state, &of); err != nil {
			continue
		}
		children[of] = append(children[of], pid)
	}
	var all []int
	for next := children[parent]; len(next) > 0; next = next[1:] {
		all = append(all, next[0])
		next = append(next, children[next[0]]...)
	}
	return all
}

func (r running) wait(t *testing.T) string {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- r.command.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Errorf("it was cut off and reports success:\n%s", r.said)
		}
	case <-time.After(4 * time.Minute):
		t.Fatal("it does not end")
	}
	return r.said.String()
}
