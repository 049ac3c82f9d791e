package review

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/internal/owner"
)

// holdsData says whether what the resource is goes with it.
var holdsData = []string{"PersistentVolumeClaim", "PersistentVolume", "Namespace", "StatefulSet"}

func dataLoss(s step) []Finding {
	backup := s.kind() == "CronJob" && strings.Contains(s.name(), "backup")
	if s.gone() && (slices.Contains(holdsData, s.kind()) || backup) {
		why := "what it holds is deleted with it"
		if backup {
			why = "no backups are made any more"
		}
		if s.OldState != nil && s.OldState.Protect {
			why += "; it is protected, so the update will refuse"
		}
		if s.OldState != nil && s.OldState.RetainOnDelete {
			why += "; it is retained: the object stays in the cluster, and nothing uses it"
		}
		return []Finding{{Risk: DataLoss, Why: why}}
	}
	if path := "spec.resources.requests.storage"; less(s.will(path), s.was(path)) {
		return []Finding{{Risk: DataLoss, Why: fmt.Sprintf("the volume shrinks from %v to %v", s.was(path), s.will(path))}}
	}
	return nil
}

// serves lists the kinds that requests need.
var serves = []string{"Deployment", "StatefulSet", "Service", "Ingress", "Namespace"}

func downtime(s step) []Finding {
	if s.gone() && slices.Contains(serves, s.kind()) {
		return []Finding{{Risk: Downtime, Why: "nothing answers in its place until it is there again"}}
	}
	if s.will("spec.replicas") == float64(0) && s.was("spec.replicas") != float64(0) {
		return []Finding{{Risk: Downtime, Why: "no pod is left"}}
	}
	return nil
}

func fixedName(s step) []Finding {
	if !s.replaced() || s.generated() {
		return nil
	}
	why := "deleted first, then made anew under the same name, because of " + list(s.replaces())
	return []Finding{{Risk: FixedName, Why: why}}
}

// generated says that each object of the resource has a name of its own, so that the new one is there before the old one goes.
func (s step) generated() bool {
	return s.will(`metadata.annotations["pulumi.com/autonamed"]`) == "true"
}

// replaces lists the paths that force a replacement.
func (s step) replaces() []string {
	var paths []string
	for path, diff := range s.DetailedDiff {
		if strings.HasSuffix(diff.Kind, "-replace") {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func exposure(s step) []Finding {
	var whys []string
	switch s.kind() {
	case "Deployment":
		whys = append(whys, shown(s)...)
	case "Service":
		if to := s.will("spec.type"); to != s.was("spec.type") && (to == "NodePort" || to == "LoadBalancer") {
			whys = append(whys, fmt.Sprintf("reachable from outside as %v", to))
		}
	case "Ingress":
		if s.Op == "create" || len(s.changed("spec")) > 0 {
			whys = append(whys, fmt.Sprintf("a way in from outside: %v", s.will("spec.rules[0].host")))
		}
	case "NetworkPolicy":
		if s.Op == "delete" && s.was("spec.ingress") == nil && s.was("spec.egress") == nil {
			whys = append(whys, "what it forbids is allowed")
		} else if wider := s.changed("spec.ingress", "spec.egress", "spec.podSelector"); s.Op == "update" && len(wider) > 0 {
			whys = append(whys, "other connections are allowed: "+list(wider))
		}
		if s.Op == "create" && open(s.will("spec.ingress")) {
			whys = append(whys, "lets everybody connect to the pods that it selects")
		}
	case "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding":
		if s.Op == "create" || len(s.changed("rules", "subjects", "roleRef")) > 0 {
			whys = append(whys, "somebody may do more in the cluster")
		}
	case "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
		if s.Op == "delete" {
			whys = append(whys, "its rules are enforced no more")
		}
	}
	if weaker := s.changed(`metadata.labels["pod-security.kubernetes.io/enforce"]`); len(weaker) > 0 {
		whys = append(whys, "another Pod Security level")
	}
	return each(Exposure, whys)
}

// shown lists what a service begins to show to whoever reaches it.
func shown(s step) (whys []string) {
	for variable, why := range map[string]string{
		contract.EnvOpenOrders:  "everybody's orders are shown to anybody",
		contract.EnvPublicAdmin: "the operator's pages answer whoever reaches the shop",
	} {
		if variableOf(s.will(environment), variable) == "true" && variableOf(s.was(environment), variable) != "true" {
			whys = append(whys, why)
		}
	}
	slices.Sort(whys)
	return whys
}

// environment is where a Deployment of ours has its variables.
const environment = "spec.template.spec.containers[0].env"

// variableOf is a variable's value in a container's env, nil where it is not there.
func variableOf(env any, name string) any {
	entries, _ := env.([]any)
	for _, entry := range entries {
		if at(entry, "name") == name {
			return at(entry, "value")
		}
	}
	return nil
}

// open says whether a policy's rules have one that names no peer.
func open(rules any) bool {
	entries, _ := rules.([]any)
	return slices.ContainsFunc(entries, func(rule any) bool { return at(rule, "from") == nil })
}

// sizes is what counts as capacity.
var sizes = regexp.MustCompile(`(^spec\.(replicas|minReplicas|maxReplicas|hard\b)|\.resources\.(requests|limits))`)

func capacity(s step) []Finding {
	var whys []string
	for _, path := range slices.Sorted(maps.Keys(s.DetailedDiff)) {
		if sizes.MatchString(path) && s.Op == "update" {
			whys = append(whys, fmt.Sprintf("%s %s → %s", short(path), show(s.was(path)), show(s.will(path))))
		}
	}
	if s.kind() == "HorizontalPodAutoscaler" && s.Op != "update" {
		whys = append(whys, "what decides how many pods there are")
	}
	if len(whys) == 0 {
		return nil
	}
	return []Finding{{Risk: Capacity, Why: strings.Join(whys, ", ")}}
}

// secrets never looks at a value: the preview hides them, and so do we.
func secrets(s step) []Finding {
	if s.kind() != "Secret" {
		return nil
	}
	return []Finding{{Risk: Secrets, Why: "its values are not shown"}}
}

func builds(s step) []Finding {
	var whys []string
	for path := range s.DetailedDiff {
		if strings.HasSuffix(path, ".image") {
			whys = append(whys, fmt.Sprintf("%s → %s", build(s.was(path)), build(s.will(path))))
		}
	}
	slices.Sort(whys)
	return each(Release, whys)
}

// build shortens an image reference to its name and 12 digits of its digest.
func build(ref any) string {
	text := fmt.Sprint(ref)
	name, digest, ok := strings.Cut(text, "@sha256:")
	if !ok || len(digest) < 12 {
		return "`" + text + "`"
	}
	return "`" + name[strings.LastIndex(name, "/")+1:] + "@" + digest[:12] + "`"
}

// bookkeeping is what the program writes down with each release.
func bookkeeping(s step) []Finding {
	if s.Op != "update" || s.kind() != "Namespace" {
		return nil
	}
	for path := range s.DetailedDiff {
		if !strings.Contains(path, owner.Release) { // the engine quotes it or not
			return nil
		}
	}
	if len(s.DetailedDiff) == 0 {
		return nil
	}
	return []Finding{{Risk: Other, Why: "notes which release it holds"}}
}

func less(a, b any) bool {
	first, second := quantity(a), quantity(b)
	return first != nil && second != nil && first.Cmp(*second) < 0
}

func quantity(value any) *resource.Quantity {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return nil
	}
	return &q
}

func each(risk Risk, whys []string) []Finding {
	var found []Finding
	for _, why := range whys {
		found = append(found, Finding{Risk: risk, Why: why})
	}
	return found
}
