package e2e_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// elsewhere brings a second checkout's shop up on this cluster as on anybody's: by a context of a kubeconfig, with images
// that the node pulls from a registry.
func (p *platform) elsewhere(t *testing.T) {
	guest := &platform{dir: checkout(t)}
	p.lendCluster(t, guest, p.lendRegistry(t))
	t.Cleanup(func() { guest.make(t, "down") })
	inOrder(t,
		step{"make up finds the shop at the node's address", func(t *testing.T) {
			said := guest.make(t, "up")
			guest.url = regexp.MustCompile(`http://10\.[0-9.]+:30253`).FindString(said)
			if guest.url == "" {
				t.Fatalf("it does not say where the shop is:\n%s", said)
			}
			guest.order(t)
		}},
		step{"where no way in leads here, kubectl carries it", func(t *testing.T) {
			p.closeNodePort(t, "30253")
			if said := guest.make(t, "up"); !strings.Contains(said, "kubectl --namespace guest port-forward service/frontend-service 8080:3000") {
				t.Errorf("it does not say how to get there:\n%s", said)
			}
		}},
		step{"make down takes its own and nothing else", func(t *testing.T) {
			guest.make(t, "down")
			if left, err := p.tryKubectl(t, "", "get", "namespace", "guest"); err == nil {
				t.Errorf("the namespace is left: %s", left)
			}
			if err := p.checkOrders(); err != nil {
				t.Errorf("the host's shop: %v", err)
			}
		}},
	)
}

// lendCluster gives the guest a kubeconfig with the cluster as one context among others, and the variables to use it.
func (p *platform) lendCluster(t *testing.T, guest *platform, registry string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	config := p.kubectl(t, "", "config", "view", "--minify", "--flatten")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", path)
	kubectl := func(args ...string) {
		p.kubectl(t, "", append([]string{"--kubeconfig", path, "config"}, args...)...)
	}
	kubectl("rename-context", p.kubectl(t, "", "config", "current-context"), "lent")
	kubectl("set-context", "another", "--cluster=nowhere")
	kubectl("use-context", "another")
	t.Setenv("KUBE_CONTEXT", "lent")
	t.Setenv("IMAGE_REGISTRY", registry+"/shop")
	// Their local stack is that of somebody who has a namespace on a cluster that is not theirs alone.
	settings := tinyShop("namespace: guest", "cluster: {enforcesPolicies: true}", "edge: {nodePort: 30253, nodeHost: localhost}") +
		"encryptionsalt: " + p.salt(t) + "\n"
	if err := os.WriteFile(filepath.Join(guest.dir, "Pulumi.local.yaml"), []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
}

// salt is that of the local stack, which its passphrase fits.
func (p *platform) salt(t *testing.T) string {
	t.Helper()
	var file struct{ EncryptionSalt string }
	mustRead(t, []byte(p.settings), &file)
	return file.EncryptionSalt
}

// lendRegistry runs a registry on this machine's loopback and, under the same name, on the node's.
func (p *platform) lendRegistry(t *testing.T) string {
	t.Helper()
	registry := filepath.Join(t.TempDir(), "registry")
	output(t, filepath.Join(p.dir, "tools", "local"), "go", "build", "-o", registry, "github.com/google/go-containerregistry/cmd/registry")
	onNode := p.listenOnNode(t)
	_, port, err := net.SplitHostPort(onNode.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(registry, "-port", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() }) // it keeps everything in memory
	go func() {
		for {
			connection, err := onNode.Accept()
			if err != nil {
				return // the test has ended
			}
			go carry(connection, "localhost:"+port)
		}
	}()
	eventually(t, 10*time.Second, func() error {
		connection, err := net.Dial("tcp", "localhost:"+port)
		if err != nil {
			return err
		}
		return connection.Close()
	})
	return "localhost:" + port
}

// carry connects a connection with an address until both have ended.
func carry(connection net.Conn, to string) {
	defer connection.Close()
	other, err := net.Dial("tcp", to)
	if err != nil {
		return // the node is told by the end of its connection
	}
	defer other.Close()
	go func() { _, _ = io.Copy(other, connection) }()
	_, _ = io.Copy(connection, other)
}

// closeNodePort lets nobody into the node by a port, as where nodes are in a virtual machine or in a cloud's own network.
func (p *platform) closeNodePort(t *testing.T, port string) {
	t.Helper()
	p.ruleOnNode(t, "raw", "PREROUTING -i eth0 -p tcp --dport "+port+" -j DROP")
}
