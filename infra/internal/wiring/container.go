package wiring

import (
	"path"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/apps/contract"
)

// identity demands an account of the pod's own, and a token to use against the API server for those alone that have
// rights there.
func (c *checker) identity(p pod) {
	spec := p.template.Spec
	if spec.ServiceAccountName == "" || spec.ServiceAccountName == "default" {
		c.fail(p.owner, "runs as the namespace's default ServiceAccount")
	}
	token := spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken
	switch rights := c.hasRights(p); {
	case token && !rights:
		c.fail(p.owner, "gets a token for the API server")
	case rights && !token:
		c.fail(p.owner, "has rights at the API server, but no token")
	}
}

var immovable = regexp.MustCompile(`(@sha256:[0-9a-f]{64}|:[\w][\w.-]*)$`)

// images demands that a service runs its own build, by digest, and everything else at least a tag that stays.
func (c *checker) images(p pod) {
	for _, container := range p.containers() {
		tag := immovable.FindString(container.Image)
		if tag == "" || tag == ":latest" {
			c.fail(p.owner, "%s: image %s can change under its name", container.Name, container.Image)
		}
		if want, ours := c.stack.Images[p.name]; ours && container.Image != want {
			c.fail(p.owner, "%s: image %s is not the build of %s (%s)", container.Name, container.Image, p.name, want)
		}
	}
}

// confinement demands what Pod Security "restricted" does, our own user, and a file system that nobody can write.
func (c *checker) confinement(p pod) {
	s := p.template.Spec.SecurityContext
	switch {
	case s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot:
		c.fail(p.owner, "may run as root")
	case s.RunAsUser == nil || *s.RunAsUser != contract.UID:
		c.fail(p.owner, "does not run as user %d", contract.UID)
	case s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
		c.fail(p.owner, "has no seccomp profile")
	}
	if p.template.Spec.HostNetwork || p.template.Spec.HostPID || p.template.Spec.HostIPC {
		c.fail(p.owner, "shares the node's namespaces")
	}
	for _, container := range p.containers() {
		c.confined(p, container)
	}
}

func (c *checker) confined(p pod, container *corev1.Container) {
	s := container.SecurityContext
	if s == nil {
		c.fail(p.owner, "%s: no securityContext", container.Name)
		return
	}
	if s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
		c.fail(p.owner, "%s: can write to its image's file system", container.Name)
	}
	if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation {
		c.fail(p.owner, "%s: may gain privileges", container.Name)
	}
	if s.Capabilities == nil || len(s.Capabilities.Drop) != 1 || s.Capabilities.Drop[0] != "ALL" {
		c.fail(p.owner, "%s: keeps capabilities", container.Name)
	}
}

func (c *checker) resources(p pod) {
	for _, container := range p.containers() {
		r := container.Resources
		if r.Requests.Cpu().IsZero() || r.Requests.Memory().IsZero() || r.Limits.Memory().IsZero() {
			c.fail(p.owner, "%s: wants requests for cpu and memory, and a memory limit", container.Name)
		}
		if r.Limits.Memory().Cmp(*r.Requests.Memory()) < 0 {
			c.fail(p.owner, "%s: memory limit %s is below the request", container.Name, r.Limits.Memory())
		}
	}
}

// probes demands all three where a pod stays, each at a port that the container has and a path that is answered there.
func (c *checker) probes(p pod) {
	if !p.stays {
		return
	}
	for i := range p.template.Spec.Containers {
		container := &p.template.Spec.Containers[i]
		for kind, probe := range map[string]*corev1.Probe{
			"startup": container.StartupProbe, "liveness": container.LivenessProbe, "readiness": container.ReadinessProbe,
		} {
			if probe == nil {
				c.fail(p.owner, "%s: no %s probe", container.Name, kind)
				continue
			}
			c.probe(p, container.Name, kind, probe)
		}
	}
}

func (c *checker) probe(p pod, container, kind string, probe *corev1.Probe) {
	if probe.HTTPGet == nil {
		if probe.Exec == nil {
			c.fail(p.owner, "%s: %s probe asks neither a path nor a command", container, kind)
		}
		return
	}
	at := probe.HTTPGet
	number, ok := p.port(at.Port.StrVal, at.Port.IntVal)
	if !ok {
		c.fail(p.owner, "%s: %s probe asks port %s, which the container does not have", container, kind, at.Port.String())
	}
	if ok && p.internal(number) {
		c.fail(p.owner, "%s: %s probe asks the internal port", container, kind)
	}
	want := healthOf(p.name, kind)
	if at.Path != want {
		c.fail(p.owner, "%s: %s probe asks %s, want %s", container, kind, at.Path, want)
	}
}

// healthOf is the path where a program tells its health: ours as the contract says, others as they do.
func healthOf(program, kind string) string {
	ready := kind == "readiness"
	switch program {
	case "prometheus", "alertmanager":
		if ready {
			return "/-/ready"
		}
		return "/-/healthy"
	case "blackbox-exporter":
		return "/-/healthy"
	case "kube-state-metrics":
		return "/healthz"
	case "node-exporter", "postgres-exporter":
		return "/"
	case "grafana":
		return "/api/health"
	}
	if ready {
		return contract.ReadyPath
	}
	return contract.HealthPath
}

// placement demands that several pods are kept apart and that they can go one by one.
func (c *checker) placement(p pod) {
	if p.replicas < 2 {
		return
	}
	if len(p.template.Spec.TopologySpreadConstraints) == 0 {
		c.fail(p.owner, "nothing spreads its pods")
	}
	for _, s := range p.template.Spec.TopologySpreadConstraints {
		if !p.matches(s.LabelSelector.MatchLabels) {
			c.fail(p.owner, "spread over %s counts other pods", s.TopologyKey)
		}
	}
}

// folder finds the claim that keeps a file of the container, "" if it is not on a claim.
func (p pod) folder(container *corev1.Container, file string) (claim string) {
	for _, mount := range container.VolumeMounts {
		if mount.ReadOnly || !strings.HasPrefix(file, path.Clean(mount.MountPath)+"/") {
			continue
		}
		for _, v := range p.template.Spec.Volumes {
			if v.Name == mount.Name && v.PersistentVolumeClaim != nil {
				return v.PersistentVolumeClaim.ClaimName
			}
		}
	}
	return ""
}
