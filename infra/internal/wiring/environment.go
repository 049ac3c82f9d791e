package wiring

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/apps/contract"
)

// environment demands that a service's variables are ones that it reads, that addresses in them exist, and that it
// listens where the cluster thinks it does.
func (c *checker) environment(p pod) {
	for _, container := range p.containers() {
		if _, ours := c.stack.Images[p.name]; ours {
			c.variables(p, container)
			c.listeners(p, container)
		}
		c.keeps(p, container)
		for _, e := range container.Env {
			// Receivers of events are elsewhere: names with URLs, which are no Services of the stack.
			if to, ok := address(e.Value); ok && e.Name != contract.EnvWebhooks {
				c.reaches(p, "variable "+e.Name, to)
			}
		}
	}
}

func (c *checker) variables(p pod, container *corev1.Container) {
	seen := map[string]bool{}
	for _, e := range container.Env {
		if seen[e.Name] {
			c.fail(p.owner, "variable %s is there twice", e.Name)
		}
		seen[e.Name] = true
		referred := slices.ContainsFunc(container.Env, func(other corev1.EnvVar) bool {
			return strings.Contains(other.Value, "$("+e.Name+")")
		})
		if !slices.Contains(c.stack.Variables, e.Name) && !referred {
			c.fail(p.owner, "variable %s: no service reads it (apps/contract)", e.Name)
		}
	}
	if len(container.EnvFrom) > 0 {
		c.fail(p.owner, "envFrom hands over variables that are meant for others")
	}
}

// listeners demands that the port that a service is told to listen on is the one that its container declares.
func (c *checker) listeners(p pod, container *corev1.Container) {
	for variable, name := range map[string]string{
		contract.EnvListenAddress: "http", contract.EnvInternalAddress: "internal",
	} {
		value := valueOf(container, variable)
		_, text, err := net.SplitHostPort(value)
		if err != nil {
			c.fail(p.owner, "variable %s: %q is no address", variable, value)
			continue
		}
		number, ok := p.port(name, 0)
		if !ok || text != strconv.Itoa(int(number)) {
			c.fail(p.owner, "listens on %s, but its port %s is %d", value, name, number)
		}
	}
}

// keeps demands that what must be kept is on a claim: a database file, a server's folder, a backup.
func (c *checker) keeps(p pod, container *corev1.Container) {
	file, embedded := strings.CutPrefix(valueOf(container, contract.EnvDatabaseURL), "sqlite://")
	if embedded && p.folder(container, file) == "" {
		c.fail(p.owner, "%s is on no volume that outlives the pod", file)
	}
	if data := valueOf(container, "PGDATA"); data != "" && p.folder(container, data) == "" {
		c.fail(p.owner, "%s is on no volume that outlives the pod", data)
	}
	if valueOf(container, "KEEP_DAYS") != "" && p.folder(container, "/backups/x") == "" {
		c.fail(p.owner, "backups are on no volume that outlives the pod")
	}
}

// drain demands that a pod may live as long as its own shutdown takes.
func (c *checker) drain(p pod) {
	for _, container := range p.containers() {
		delay, err := time.ParseDuration(valueOf(container, contract.EnvDrainDelay))
		if err != nil {
			continue
		}
		timeout, err := time.ParseDuration(valueOf(container, contract.EnvDrainTimeout))
		if err != nil {
			c.fail(p.owner, "variable %s: %v", contract.EnvDrainTimeout, err)
			continue
		}
		grace := time.Duration(*p.template.Spec.TerminationGracePeriodSeconds) * time.Second
		if grace <= delay+timeout {
			c.fail(p.owner, "is killed after %s, but drains for %s", grace, delay+timeout)
		}
	}
}

func valueOf(container *corev1.Container, variable string) string {
	for _, e := range container.Env {
		if e.Name == variable {
			return e.Value
		}
	}
	return ""
}

// target is an address inside the cluster.
type target struct {
	host string
	port int32
}

// address reads a URL; a password in it is a reference that no URL parser knows.
func address(value string) (target, bool) {
	if !strings.Contains(value, "://") || strings.HasPrefix(value, "sqlite:") || strings.HasPrefix(value, "https:") {
		return target{}, false
	}
	parsed, err := url.Parse(strings.NewReplacer("$(", "", ")", "").Replace(value))
	if err != nil {
		return target{host: value}, true
	}
	port, err := strconv.ParseInt(parsed.Port(), 10, 32)
	if err != nil {
		return target{host: parsed.Hostname()}, true
	}
	return target{host: parsed.Hostname(), port: int32(port)}, true
}
