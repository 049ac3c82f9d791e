package e2e_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var client = http.Client{Timeout: 10 * time.Second}

func (p *platform) comesUp(t *testing.T) {
	started := time.Now()
	text := p.make(t, "up")
	p.url = regexp.MustCompile(`http://[0-9.]+:30000`).FindString(text)
	if p.url == "" || !strings.Contains(text, "curl -X POST "+p.url+"/api/orders") {
		t.Fatalf("make up does not end by saying where the shop is and how to order:\n%s", text)
	}
	if strings.Contains(text, "no network policy engine") {
		t.Errorf("make up does not know its own network policy engine:\n%s", text)
	}
	p.order(t)
	p.measure("make up with the toolchain built", time.Since(started), warmUpLimit)
	p.timeStack(t)
}

// timeStack destroys the stack and times what pulumi up alone takes to the first order.
func (p *platform) timeStack(t *testing.T) {
	t.Helper()
	p.shell(t, "pulumi destroy --stack local --yes --skip-preview >/dev/null")
	p.orders = nil
	start := time.Now()
	p.shell(t, "pulumi up --stack local --yes --skip-preview >/dev/null")
	p.order(t)
	p.measure("pulumi up to the first order", time.Since(start), stackLimit)
}

// order places an order for two mice and remembers it.
func (p *platform) order(t *testing.T) {
	t.Helper()
	if err := p.tryToOrder(t, ""); err != nil {
		t.Fatal(err)
	}
}

// tryToOrder places an order, under a key if there is one. A key that was met before is answered with its order.
func (p *platform) tryToOrder(t *testing.T, key string) error {
	t.Helper()
	body := `{"customer":"Ada Lovelace","items":[{"product_id":2,"quantity":2}]}`
	request, err := http.NewRequest(http.MethodPost, p.url+"/api/orders", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("order: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	replayed := response.StatusCode == http.StatusOK && response.Header.Get("Idempotency-Replayed") == "true"
	if err != nil || response.StatusCode != http.StatusCreated && !replayed {
		return fmt.Errorf("order: %s %v: %s", response.Status, err, text)
	}
	var placed struct {
		ID     json.Number
		Total  json.Number
		Status string
		Access string
	}
	if err := json.Unmarshal(text, &placed); err != nil {
		return fmt.Errorf("order: %w: %s", err, text)
	}
	if placed.Total != "59.98" || placed.Status != "confirmed" {
		return fmt.Errorf("order: want a confirmed one of 59.98, got %s", text)
	}
	id, err := placed.ID.Int64()
	if err != nil {
		return err
	}
	p.orders = append(p.orders, placedOrder{id, placed.Access})
	return nil
}

// placedOrder is an order that was acknowledged, and the secret that shows it where orders are private.
type placedOrder struct {
	id     int64
	access string
}

// checkOrders reports an order that was acknowledged and is not there any more.
func (p *platform) checkOrders() error {
	for _, o := range p.orders {
		response, err := client.Get(fmt.Sprintf("%s/api/orders/%d?access=%s", p.url, o.id, o.access))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(text, []byte("confirmed")) {
			return fmt.Errorf("order %d: %s %v: %s", o.id, response.Status, err, text)
		}
	}
	return nil
}

// isClosed checks that the API server knows nobody without a certificate, and that nothing but the cluster's address
// answers.
func (p *platform) isClosed(t *testing.T) {
	server := p.shell(t, "kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'")
	stranger := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // a stranger has no certificate to verify with
	}}
	for _, path := range []string{"/api", "/healthz", "/version"} {
		response, err := stranger.Get(server + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("anonymous GET %s: %s, want 401", path, response.Status)
		}
	}
	listening := output(t, "", "ss", "-ltnH")
	for _, port := range []string{":6443", ":2379", ":10250", ":30000"} {
		for line := range strings.Lines(listening) {
			if strings.Contains(line, port+" ") && !slices.Contains(p.before.listening, strings.Fields(line)[3]) {
				t.Errorf("the machine itself listens: %s", line)
			}
		}
	}
}

func (p *platform) survivesAKilledPod(t *testing.T) {
	for _, service := range []string{"order-api", "product-api"} {
		p.shell(t, "kubectl -n techcommerce delete --grace-period=0 --force --wait=false "+
			"$(kubectl -n techcommerce get pod -l app="+service+" -o name | head -1) 2>&1")
	}
	eventually(t, 30*time.Second, p.checkOrders)
	// The pod may be killed in the middle of this very order: whoever has no answer asks again under the same key.
	eventually(t, 30*time.Second, func() error { return p.tryToOrder(t, "placed-while-pods-are-killed") })
	if err := p.checkOrders(); err != nil {
		t.Fatal(err)
	}
	p.shell(t, "kubectl -n techcommerce rollout status deployment/order-api --timeout=60s")
	p.shell(t, "kubectl -n techcommerce rollout status deployment/product-api --timeout=60s")
}

func (p *platform) isIdempotent(t *testing.T) {
	start := time.Now()
	text := p.make(t, "up")
	p.measure("make up with nothing changed", time.Since(start), noChangeLimit)
	if !regexp.MustCompile(`Resources:\s+\d+ unchanged\n`).MatchString(text) {
		t.Fatalf("make up changed something:\n%s", text)
	}
}

func (p *platform) previewsNothing(t *testing.T) {
	start := time.Now()
	p.shell(t, "pulumi preview --stack local --expect-no-changes")
	p.measure("pulumi preview with nothing changed", time.Since(start), previewLimit)
	if now := output(t, p.dir, "cat", "Pulumi.local.yaml"); now != p.settings {
		t.Errorf("using the stack changed its committed settings:\n%s\nto:\n%s", p.settings, now)
	}
}

func (p *platform) buildsTheSameImages(t *testing.T) {
	first := p.releases(t)
	for _, folder := range []string{"images/bin", "images/archives"} {
		if err := os.RemoveAll(filepath.Join(p.dir, ".local", folder)); err != nil {
			t.Fatal(err)
		}
	}
	text := p.make(t, "images")
	if again := p.releases(t); again != first {
		t.Errorf("unchanged source gave other images:\n%s\n%s", first, again)
	}
	sizes := regexp.MustCompile(`techcommerce.local/([a-z-]+)@\S+  ([0-9.]+) MB`).FindAllStringSubmatch(text, -1)
	if len(sizes) != 3 {
		t.Fatalf("make images names %d images, want 3:\n%s", len(sizes), text)
	}
	for _, size := range sizes {
		megabytes, err := strconv.ParseFloat(size[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		p.measureSize("image "+size[1]+", compressed", megabytes*1e6, imageLimit)
	}
}

func (p *platform) releases(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, ".local", "images.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (p *platform) keeper(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, ".local", "cluster", "keeper.lock"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func (p *platform) fitsInMemory(t *testing.T) {
	p.measureSize("memory of everything at rest", proportionalMemory(t, p.keeper(t)), memoryLimit)
	for _, service := range []string{"product-api", "order-api", "frontend"} {
		pid, err := strconv.Atoi(strings.Fields(output(t, "", "pgrep", "-x", service))[0])
		if err != nil {
			t.Fatal(err)
		}
		p.measureSize("memory of "+service+" at rest", memoryOf(pid), 30<<20)
	}
}

func (p *platform) survivesARestart(t *testing.T) {
	p.make(t, "cluster-down")
	start := time.Now()
	p.make(t, "cluster")
	eventually(t, time.Minute, p.checkOrders)
	p.measure("stopped cluster to a served order", time.Since(start), restartLimit)
	p.order(t)
}

// survivesAKilledUp changes the program's input, kills make up in the middle of pulumi up, and runs it again.
func (p *platform) survivesAKilledUp(t *testing.T) {
	p.shell(t, "pulumi destroy --stack local --yes --skip-preview >/dev/null")
	p.orders = nil
	up := exec.Command("make", "up")
	up.Dir = p.dir
	up.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() error {
		_, err := exec.Command("bash", "-c", "cd "+p.dir+` && eval "$(make -s env)" && kubectl get namespace techcommerce`).Output()
		return err
	})
	if err := syscall.Kill(-up.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = up.Wait() // it was killed
	p.make(t, "up")
	p.cameUp = time.Now()
	p.order(t)
}

func (p *platform) leavesNothing(t *testing.T) {
	p.make(t, "down")
	after := takeFootprint(t)
	for what, left := range map[string][]string{
		"network links": added(p.before.links, after.links), "cgroups": added(p.before.cgroups, after.cgroups),
		"mounts": added(p.before.mounts, after.mounts), "folders": added(p.before.folders, after.folders),
		"iptables rules": added(p.before.iptables, after.iptables), "processes": added(p.before.processes, after.processes),
	} {
		if len(left) > 0 {
			t.Errorf("make down left %s: %q", what, left)
		}
	}
	entries, err := os.ReadDir(filepath.Join(p.dir, ".local"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !slices.Contains([]string{"bin", "lock"}, entry.Name()) {
			t.Errorf("make down left .local/%s", entry.Name())
		}
	}
}
