package preflight

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/techcommerce/platform/infra/internal/owner"
)

// Claim is what a stack takes to be its own.
type Claim struct {
	// Stack is the stack as its namespaces name it.
	Stack string
	// Namespaces are those that the stack makes.
	Namespaces []string
	// Deployed says that the stack has been deployed before.
	Deployed bool
	// Cluster is the UID of the stack's cluster; empty before the first update.
	Cluster string
}

// home finds out which cluster this is, and refuses one that is not the stack's.
func (c *check) home(ctx context.Context) {
	var system corev1.Namespace
	if err := c.api.Get(ctx, &system, "/api/v1/namespaces/kube-system"); err != nil {
		c.unanswered("which cluster this is", err)
		return
	}
	found := string(system.UID)
	c.mu.Lock()
	c.report.Cluster = found
	c.mu.Unlock()
	if c.claim.Cluster != "" && found != c.claim.Cluster {
		c.missing("%s", owner.Elsewhere(c.claim.Cluster, found))
	}
}

// owners refuses namespaces that belong to another stack. Those of a stack that was deployed before namespaces had owners
// are its own.
func (c *check) owners(ctx context.Context) {
	for _, name := range c.claim.Namespaces {
		var namespace corev1.Namespace
		err := c.api.Get(ctx, &namespace, "/api/v1/namespaces/"+name)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			c.unanswered("whose the namespace "+name+" is", err)
			continue
		}
		switch of := namespace.Annotations[owner.Stack]; {
		case of == c.claim.Stack:
		case of != "":
			c.missing("%s", owner.Conflict(name, of, c.claim.Stack))
		case !c.claim.Deployed && c.inhabited(ctx, name):
			c.missing("%s", owner.Unclaimed(name, c.claim.Stack))
		}
	}
}

// inhabited reports whether the program has deployed workloads into a namespace.
func (c *check) inhabited(ctx context.Context, namespace string) bool {
	var list appsv1.DeploymentList
	err := c.api.Get(ctx, &list, "/apis/apps/v1/namespaces/"+namespace+"/deployments",
		"labelSelector", "app.kubernetes.io/part-of=techcommerce,app.kubernetes.io/managed-by=pulumi")
	return err == nil && len(list.Items) > 0
}
