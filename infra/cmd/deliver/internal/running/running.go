// Package running says what runs of a stack by asking its cluster: which images, how far their rollouts are, what differs
// from what the stack declares, and whose the namespace is. Histories and states say what was meant; this is what counts
// for a deployment, its rollback, its verification and for drift. It only reads.
package running

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/drift"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/canaries"
	"github.com/techcommerce/platform/infra/internal/owner"
	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/infra/rollout"
)

// State is what runs of a stack.
type State struct {
	// Cluster is the UID of the cluster's namespace kube-system, empty where the account may not ask.
	Cluster string
	// Exists says that the stack's namespace is there.
	Exists bool
	// Owner is the stack that the namespace belongs to, empty where it does not say.
	Owner string
	// Release identifies the release that was deployed last, empty where the namespace does not say.
	Release string
	// Services are the namespace's Deployments, by name.
	Services []Service
	// Changes are the fields that are not as the stack's state says.
	Changes []drift.Change
}

// Service is one Deployment.
type Service struct {
	Name, Image string
	// Want is how many pods there shall be, Updated how many are of this image and settings, Ready how many serve, Total
	// how many there are.
	Want, Updated, Ready, Total int32
	// Done says that the rollout has come to its end.
	Done bool
	// Canary says that it tries a new version beside the service of another Deployment.
	Canary bool
}

// Read asks the cluster. Resources are what the stack's state holds.
func Read(ctx context.Context, client api.Client, namespace string, resources []stack.Resource) (State, error) {
	var s State
	var system, own corev1.Namespace
	if err := client.Get(ctx, &system, "/api/v1/namespaces/kube-system"); err == nil {
		s.Cluster = string(system.UID)
	} else if !apierrors.IsForbidden(err) && !apierrors.IsNotFound(err) {
		return s, fmt.Errorf("the cluster does not answer: %w", err)
	}
	err := client.Get(ctx, &own, "/api/v1/namespaces/"+namespace)
	if apierrors.IsNotFound(err) {
		s.Changes, err = drift.Find(ctx, client, resources)
		return s, err
	}
	if err != nil {
		return s, fmt.Errorf("namespace %s: %w", namespace, err)
	}
	s.Exists, s.Owner, s.Release = true, own.Annotations[owner.Stack], own.Annotations[owner.Release]
	var list appsv1.DeploymentList
	if err := client.Get(ctx, &list, "/apis/apps/v1/namespaces/"+namespace+"/deployments"); err != nil {
		return s, fmt.Errorf("deployments of %s: %w", namespace, err)
	}
	for _, d := range list.Items {
		s.Services = append(s.Services, serviceOf(d))
	}
	slices.SortFunc(s.Services, func(a, b Service) int { return strings.Compare(a.Name, b.Name) })
	s.Changes, err = drift.Find(ctx, client, resources)
	return s, err
}

func serviceOf(d appsv1.Deployment) Service {
	s := Service{
		Name: d.Name, Want: 1, Updated: d.Status.UpdatedReplicas, Ready: d.Status.ReadyReplicas, Total: d.Status.Replicas,
		Done: rollout.Finished(d), Canary: canaries.Is(d.Labels),
	}
	if d.Spec.Replicas != nil {
		s.Want = *d.Spec.Replicas
	}
	if containers := d.Spec.Template.Spec.Containers; len(containers) > 0 {
		s.Image = containers[0].Image
	}
	return s
}

// Check refuses a cluster and a namespace that are not the stack's. The stack is given by its last name: its whole one only
// the program knows, which asks more closely.
func (s State) Check(name, namespace, cluster string) error {
	if cluster != "" && s.Cluster != "" && cluster != s.Cluster {
		return errors.New(owner.Elsewhere(cluster, s.Cluster))
	}
	if s.Owner != "" && s.Owner[strings.LastIndex(s.Owner, "/")+1:] != name[strings.LastIndex(name, "/")+1:] {
		return errors.New(owner.Conflict(namespace, s.Owner, name))
	}
	return nil
}

// Overwritten are the changes that the next update takes back, Undeclared those that it leaves alone: Pulumi takes away
// only what it declared.
func (s State) Overwritten() []drift.Change {
	return s.changes(func(c drift.Change) bool { return c.Remove == "" })
}

// Undeclared are the fields that somebody added beside what is declared.
func (s State) Undeclared() []drift.Change {
	return s.changes(func(c drift.Change) bool { return c.Remove != "" })
}

func (s State) changes(of func(drift.Change) bool) []drift.Change {
	var found []drift.Change
	for _, c := range s.Changes {
		if of(c) {
			found = append(found, c)
		}
	}
	return found
}

// Differs lists all that speaks against the release running whole and as its stack declares it; nothing if it does.
func (s State) Differs(r releases.Record) []string {
	if !s.Exists {
		return []string{"its namespace is not there"}
	}
	var found []string
	if s.Release != "" && s.Release != r.ID() {
		found = append(found, "the cluster was given another release after it")
	}
	for _, one := range s.Services {
		if one.Canary {
			found = append(found, one.Name+" still runs")
			continue
		}
		switch want := r.Images[one.Name]; {
		case want != "" && one.Image != want:
			found = append(found, fmt.Sprintf("%s runs %s, the release has %s", one.Name, build(one.Image), build(want)))
		case !one.Done:
			found = append(found, one.Name+" is still rolling out")
		}
	}
	for _, service := range contract.Services() {
		if r.Images[service.Name] != "" && !slices.ContainsFunc(s.Services, func(one Service) bool { return one.Name == service.Name }) {
			found = append(found, service.Name+" does not run")
		}
	}
	for _, c := range s.Overwritten() {
		found = append(found, c.Sentence())
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Canaries are the Deployments that try a new version of a service.
func (s State) Canaries() []string {
	var names []string
	for _, one := range s.Services {
		if one.Canary {
			names = append(names, one.Name)
		}
	}
	return names
}

// CutOff says whether a deployment after the release was not brought to its end: something of it runs. What people have
// changed by hand does not count.
func (s State) CutOff(r releases.Record) bool {
	if s.Release != "" && s.Release != r.ID() || len(s.Canaries()) > 0 {
		return true
	}
	for _, one := range s.Services {
		if want := r.Images[one.Name]; want != "" && one.Image != want && !s.byHand(one.Name) {
			return true
		}
	}
	return slices.ContainsFunc(s.Changes, func(c drift.Change) bool { return c.Ours })
}

// byHand says whether somebody has set the Deployment's image beside its stack.
func (s State) byHand(deployment string) bool {
	return slices.ContainsFunc(s.Changes, func(c drift.Change) bool {
		return !c.Ours && strings.HasPrefix(c.Object, "Deployment ") && strings.HasSuffix(c.Object, "/"+deployment) &&
			strings.HasSuffix(c.Field, ".image")
	})
}

// Text is what runs, a line for each service.
func (s State) Text() string {
	if !s.Exists || len(s.Services) == 0 {
		return "nothing runs"
	}
	var lines []string
	for _, one := range s.Services {
		line := fmt.Sprintf("%-12s %s, %d of %d pods ready", one.Name, build(one.Image), one.Ready, one.Want)
		if !one.Done {
			line += fmt.Sprintf(", rolling out: %d of %d pods are of this version", one.Updated, max(one.Total, one.Want))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// build is an image by its last name and the first 12 digits of its digest.
func build(image string) string {
	name := image[strings.LastIndex(image, "/")+1:]
	if name, digest, ok := strings.Cut(name, "@sha256:"); ok {
		return name + "@" + digest[:min(12, len(digest))]
	}
	return name
}
