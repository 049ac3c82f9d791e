package workload

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Args is everything about one HTTP service that its cluster must know.
type Args struct {
	// App names the service and is the source of every label and selector.
	App kube.App
	// Namespace is where the objects go.
	Namespace pulumi.StringInput
	// Image names a build by its content.
	Image string
	// Host is the Service's name, and thereby the service's name in DNS.
	Host string
	// Port is where the service listens: container, Service, probes and policies use this one number.
	Port int
	// NodePort opens Port on every node; 0 does not.
	NodePort int
	// ExternalTrafficPolicy says how NodePort finds a pod, "Cluster" or "Local".
	ExternalTrafficPolicy string
	// InternalPort serves metrics. It is on the container only.
	InternalPort int
	// Probes says where the service tells its health.
	Probes Probes
	// UID is the user that the container runs as.
	UID int
	// Env holds plain environment variables.
	Env map[string]string
	// SecretEnv holds environment variables whose values are in Secrets.
	SecretEnv map[string]kube.SecretKey
	// Volume is mounted, if there is one.
	Volume *Volume
	// Config is mounted read-only, if there is one.
	Config *Config
	// Replicas is the number of pods where Autoscale is nil.
	Replicas int
	// Autoscale hands the number of pods to an autoscaler.
	Autoscale *Autoscale
	// CPU and Memory are what one pod asks for, and the most that it gets.
	CPU, Memory kube.Range
	// Apart never puts two pods on one node; otherwise that is only preferred.
	Apart bool
	// GracePeriod is the seconds between SIGTERM and SIGKILL; the service's own drain must fit in.
	GracePeriod int
	// RolloutDeadline is the seconds that a rollout may stand still before it has failed.
	RolloutDeadline int
	// Annotations tell whoever watches pods how to.
	Annotations map[string]string
	// Callers may open connections to Port.
	Callers []kube.Peer
	// Scrapers may open connections to InternalPort.
	Scrapers []kube.Peer
	// Callees are who the service may open connections to.
	Callees []Callee

	account pulumi.StringOutput
}

// Probes are paths on Port.
type Probes struct {
	// Health says that the process works.
	Health string
	// Ready says that it can serve.
	Ready string
}

// Volume is a claim and where it is mounted.
type Volume struct {
	Claim pulumi.StringInput
	Path  string
}

// Config is a ConfigMap and where its files are mounted.
type Config struct {
	Name pulumi.StringInput
	Path string
}

// Autoscale bounds the number of pods and says what load each shall have.
type Autoscale struct {
	Min, Max int
	// CPU is the utilisation to hold, in percent of the request.
	CPU int
	// ShrinkAfter is how many seconds the load must have been lower before pods are taken away.
	ShrinkAfter int
}

// Callee is the other end of an outgoing connection. Port 0 is any: a policy is about the ports of pods, which those of a
// Service elsewhere do not tell.
type Callee struct {
	Peer kube.Peer
	Port int
}

func (a Args) validate() error {
	var problems []error
	for field, value := range map[string]string{
		"App.Name": a.App.Name, "Image": a.Image, "Host": a.Host,
		"Probes.Health": a.Probes.Health, "Probes.Ready": a.Probes.Ready,
	} {
		if value == "" {
			problems = append(problems, fmt.Errorf("%s is empty", field))
		}
	}
	if a.Port == a.InternalPort {
		problems = append(problems, fmt.Errorf("port %d is public and internal", a.Port))
	}
	if a.Namespace == nil {
		problems = append(problems, errors.New("namespace is nil"))
	}
	if a.Replicas < 1 && a.Autoscale == nil {
		problems = append(problems, fmt.Errorf("replicas: %d, want at least 1", a.Replicas))
	}
	return errors.Join(problems...)
}

// inputs is what the state remembers of the component itself.
func (a Args) inputs() pulumi.Map {
	return pulumi.Map{"image": pulumi.String(a.Image), "port": pulumi.Int(a.Port)}
}
