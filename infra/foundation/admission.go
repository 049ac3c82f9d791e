package foundation

import (
	"encoding/json"
	"fmt"

	admissionv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/admissionregistration/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rule is one thing that the API server demands of everything in the namespace, whoever sends it.
type rule struct {
	// expression is CEL that is true for what may pass.
	expression string
	// message tells whoever is refused what to do.
	message string
}

// policy is a set of rules about one kind of object.
type policy struct {
	name             string
	group, resources string
	// judged is CEL for the part of an object that the rules look at.
	judged    string
	variables [][2]string
	rules     []rule
}

// pods is the policy about every pod.
const pods = "pods"

// PodPolicy is the name of the admission policy about a namespace's pods.
func PodPolicy(namespace string) string { return policyName(namespace, pods) }

// policies are the admission rules. An update that leaves alone what they look at may pass, whatever the rules are by
// now: a pod that runs could else not be cleaned up after a registry is no longer allowed, and its Job never ended.
//
// The first is about pods, however they come about, and about containers that are put
// into a running one, as kubectl debug does: that is a request of its own. The second is about what makes
// pods that shall stay: only there a missing probe is a fault, and only there a missing size can still be seen, since
// the LimitRange has given the pod itself one.
func policies(registries []string) ([]policy, error) {
	list, err := json.Marshal(registries)
	if err != nil {
		return nil, err
	}
	return []policy{
		{
			name: pods, group: "", resources: "pods,pods/ephemeralcontainers", judged: "spec",
			variables: [][2]string{
				{"images", "object.spec.containers.map(c, c.image) + " +
					"object.spec.?initContainers.orValue([]).map(c, c.image) + " +
					"object.spec.?ephemeralContainers.orValue([]).map(c, c.image)"},
				{"registries", string(list)},
			},
			rules: podRules(),
		},
		{
			name: "workloads", group: "apps", resources: "deployments,replicasets,statefulsets,daemonsets", judged: "spec.template",
			variables: [][2]string{{"containers", "object.spec.template.spec.containers"}},
			rules:     workloadRules(),
		},
	}, nil
}

func podRules() []rule {
	return []rule{
		{
			"variables.images.all(i, i.contains('@sha256:') || (i.matches(':[^/]+$') && !i.endsWith(':latest')))",
			"every image needs a digest, or a tag other than latest",
		},
		{
			"variables.images.all(i, variables.registries.exists(r, i == r || " +
				"['/', ':', '@'].exists(s, i.startsWith(r + s))))",
			"every image must come from a registry that the stack allows (images.registries)",
		},
		{
			"!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && " +
				"!object.spec.?hostIPC.orValue(false)",
			"pods must not share the node's network, processes or IPC",
		},
	}
}

func workloadRules() []rule {
	return []rule{
		{
			"variables.containers.all(c, has(c.readinessProbe) && has(c.livenessProbe))",
			"every container needs a readinessProbe and a livenessProbe",
		},
		{
			"variables.containers.all(c, has(c.resources) && has(c.resources.requests) && " +
				"'cpu' in c.resources.requests && 'memory' in c.resources.requests && " +
				"has(c.resources.limits) && 'memory' in c.resources.limits)",
			"every container needs requests for cpu and memory, and a memory limit",
		},
	}
}

// admit declares the policies and binds them to this namespace. They are not namespaced, so their names carry it.
func (f *Foundation) admit(ctx *pulumi.Context, name string, args Args) error {
	list, err := policies(args.Registries)
	if err != nil {
		return err
	}
	for _, p := range list {
		child := pulumi.Parent(f)
		policy, err := admissionv1.NewValidatingAdmissionPolicy(ctx, name+"-"+p.name, admissionPolicy(args, p), child)
		if err != nil {
			return fmt.Errorf("admission policy %s: %w", p.name, err)
		}
		bound := binding(args, p, policy.Metadata.Name().Elem(), f.Namespace)
		if _, err := admissionv1.NewValidatingAdmissionPolicyBinding(ctx, name+"-"+p.name, bound, child); err != nil {
			return fmt.Errorf("admission binding %s: %w", p.name, err)
		}
	}
	return nil
}
