// Package preflight asks a cluster, before anything is declared on it, whether it has what a stack needs. It only reads,
// and knows nothing of Pulumi.
package preflight

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/stacks"
)

// Needs is what a stack needs of its cluster.
type Needs struct {
	// Namespace is where the stack will live.
	Namespace string
	// AdmissionPolicy is the name of one of its admission policies.
	AdmissionPolicy string
	// Autoscaling says that something is scaled by its load.
	Autoscaling bool
	// Volumes lists the storage classes of volumes; an empty name means the default class.
	Volumes []string
	// OneNode says that data is where only one node can reach it.
	OneNode bool
	// IngressClass is the class of the way in; empty means none.
	IngressClass string
	// Policies says that network policies must be held, and that nobody has seen to it yet.
	Policies bool
	// Kubelets says that something of the stack asks them, KubeletsAre what the stack says of their certificates.
	Kubelets    bool
	KubeletsAre stacks.KubeletCertificates
}

// Report is what a cluster lacks.
type Report struct {
	// Missing makes the stack impossible.
	Missing []string
	// Warnings make it less than it could be.
	Warnings []string
	// Cluster is the UID of the cluster's namespace kube-system, empty where the user may not ask.
	Cluster string
	// Kubelets is what the cluster says of its kubelets' certificates, empty where it was not asked or did not answer.
	Kubelets stacks.KubeletCertificates
}

// Err is what is missing as one error, nil for nothing.
func (r Report) Err() error {
	var problems []error
	for _, text := range r.Missing {
		problems = append(problems, errors.New("cluster: "+text))
	}
	return errors.Join(problems...)
}

// ErrUnreachable means that no answer came from the cluster at all.
var ErrUnreachable = errors.New("the cluster cannot be reached")

// limit is how long the questions may take together.
const limit = 10 * time.Second

// Check asks the cluster. The error is ErrUnreachable with its cause, or nil.
func Check(ctx context.Context, config *rest.Config, needs Needs, claim Claim) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	client, err := api.Connect(config)
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	c := &check{api: client, needs: needs, claim: claim}
	if err := c.version(ctx); err != nil {
		return Report{}, fmt.Errorf("%w: %s: %w", ErrUnreachable, config.Host, err)
	}
	c.all(ctx, c.metrics, c.storage, c.nodes, c.ingress, c.policies, c.kubelets, c.permissions, c.home, c.owners)
	slices.Sort(c.report.Missing)
	slices.Sort(c.report.Warnings)
	return c.report, nil
}

// check collects answers that come at the same time.
type check struct {
	api    api.Client
	needs  Needs
	claim  Claim
	mu     sync.Mutex
	report Report
}

func (c *check) all(ctx context.Context, questions ...func(context.Context)) {
	var wait sync.WaitGroup
	for _, question := range questions {
		wait.Go(func() { question(ctx) })
	}
	wait.Wait()
}

func (c *check) missing(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Missing = append(c.report.Missing, fmt.Sprintf(format, args...))
}

func (c *check) warn(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Warnings = append(c.report.Warnings, fmt.Sprintf(format, args...))
}

// unanswered says why a question stays open.
func (c *check) unanswered(question string, err error) {
	c.warn("cannot tell %s: %s", question, reason(err))
}

// reason is why there is no answer: usually the user may not ask.
func reason(err error) string {
	if apierrors.IsForbidden(err) {
		return "the user may not ask"
	}
	return err.Error()
}

// notFound reports whether the cluster does not have what was asked for, or has it without anybody behind it.
func notFound(err error) bool {
	var status *apierrors.StatusError
	if errors.As(err, &status) {
		code := status.Status().Code
		return code == http.StatusNotFound || code == http.StatusServiceUnavailable
	}
	return false
}

// names joins a list for a message.
func names(list []string) string {
	if len(list) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(list, ", ")
}
