package preflight

import (
	"context"

	authorizationv1 "k8s.io/api/authorization/v1"
)

// right is what the user must be allowed to make. Outside namespaces a user may be allowed one name of a kind.
type right struct{ group, resource, name string }

// rights are one kind of object for each way in which a user is usually restricted; who may make these may make the
// rest.
func (n Needs) rights() []right {
	return []right{
		{"", "namespaces", n.Namespace}, {"", "secrets", ""}, {"", "resourcequotas", ""}, {"apps", "deployments", ""},
		{"networking.k8s.io", "networkpolicies", ""},
		{"admissionregistration.k8s.io", "validatingadmissionpolicies", n.AdmissionPolicy},
	}
}

func (c *check) permissions(ctx context.Context) {
	var questions []func(context.Context)
	for _, r := range c.needs.rights() {
		questions = append(questions, func(ctx context.Context) { c.permission(ctx, r) })
	}
	c.all(ctx, questions...)
}

func (c *check) permission(ctx context.Context, r right) {
	review := authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: c.needs.Namespace, Verb: "create", Group: r.group, Resource: r.resource, Name: r.name,
			},
		},
	}
	review.APIVersion, review.Kind = "authorization.k8s.io/v1", "SelfSubjectAccessReview"
	err := c.api.Post(ctx, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, &review)
	switch {
	case err != nil:
		c.unanswered("whether the user may create "+r.resource, err)
	case !review.Status.Allowed:
		c.missing("the user may not create %s in %s", r.resource, c.needs.Namespace)
	}
}
