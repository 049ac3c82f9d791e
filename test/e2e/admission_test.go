package e2e_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	tidyImage  = "registry.example.com/frontend@sha256:"
	someDigest = "1111111111111111111111111111111111111111111111111111111111111111"
)

// tidyPod keeps every rule.
func tidyPod(namespace string) *corev1.Pod {
	yes, no, user := true, false, int64(1001)
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: "tidy", Namespace: namespace},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: &no,
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot: &yes, RunAsUser: &user,
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name: "only", Image: tidyImage + someDigest,
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: &no,
					Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
			}},
		},
	}
}

// verdict is a pod and what the API server must say of it; nothing means that it is admitted.
type verdict struct {
	name   string
	change func(pod *corev1.PodSpec)
	want   string
}

func image(ref string) func(*corev1.PodSpec) {
	return func(pod *corev1.PodSpec) { pod.Containers[0].Image = ref }
}

// What the API server says of images, and of what makes pods.
const (
	needsProbes   = "every container needs a readinessProbe and a livenessProbe"
	needsTag      = "every image needs a digest, or a tag other than latest"
	needsRegistry = "every image must come from a registry"
)

func podVerdicts() []verdict {
	yes, root := true, int64(0)
	return []verdict{
		{"a pod without sizes, which the LimitRange gives it", func(*corev1.PodSpec) {}, ""},
		{"a tag", image("registry.example.com/frontend:1.2"), ""},
		{"the tag latest", image("registry.example.com/frontend:latest"), needsTag},
		{"no tag at all", image("registry.example.com/frontend"), needsTag},
		{"no tag, at a registry with a port", image("registry.example.com:5000/frontend"), needsTag},
		{"another registry", image("docker.io/library/frontend:1"), needsRegistry},
		{"a registry that only starts alike", image("registry.example.com/frontend-evil:1"), needsRegistry},
		{"an init container from another registry", func(pod *corev1.PodSpec) {
			other := pod.Containers[0].DeepCopy()
			other.Name, other.Image = "first", "docker.io/library/busybox:1"
			pod.InitContainers = []corev1.Container{*other}
		}, needsRegistry},
		{"root", func(pod *corev1.PodSpec) { pod.SecurityContext.RunAsUser = &root }, "runAsUser=0"},
		{"privileged", func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext.Privileged = &yes }, "privileged"},
		{"a capability", func(pod *corev1.PodSpec) {
			pod.Containers[0].SecurityContext.Capabilities.Add = []corev1.Capability{"NET_RAW"}
		}, "unrestricted capabilities"},
		{"a path of the node", func(pod *corev1.PodSpec) {
			pod.Volumes = []corev1.Volume{{Name: "root", VolumeSource: corev1.VolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: "/"},
			}}}
		}, "hostPath"},
		{"the node's network", func(pod *corev1.PodSpec) { pod.HostNetwork = true }, "host namespaces"},
		{"more memory than the largest container of the stack", memory("16Gi"), "maximum memory usage per Container"},
	}
}

// nodeVerdicts are about what Pod Security refuses first: the rule must hold without it.
func nodeVerdicts() []verdict {
	const want = "pods must not share the node's network, processes or IPC"
	return []verdict{
		{"nothing of the node", func(*corev1.PodSpec) {}, ""},
		{"the node's network", func(pod *corev1.PodSpec) { pod.HostNetwork = true }, want},
		{"the node's processes", func(pod *corev1.PodSpec) { pod.HostPID = true }, want},
		{"the node's IPC", func(pod *corev1.PodSpec) { pod.HostIPC = true }, want},
	}
}

func workloadVerdicts() []verdict {
	const sizes = "every container needs requests for cpu"
	return []verdict{
		{"probes and sizes", func(*corev1.PodSpec) {}, ""},
		{"no readiness probe", func(pod *corev1.PodSpec) { pod.Containers[0].ReadinessProbe = nil }, needsProbes},
		{"no liveness probe", func(pod *corev1.PodSpec) { pod.Containers[0].LivenessProbe = nil }, needsProbes},
		{"no sizes", func(pod *corev1.PodSpec) { pod.Containers[0].Resources = corev1.ResourceRequirements{} }, sizes},
		{"no request for cpu", func(pod *corev1.PodSpec) { delete(pod.Containers[0].Resources.Requests, "cpu") }, sizes},
		{"no memory limit", func(pod *corev1.PodSpec) { pod.Containers[0].Resources.Limits = nil }, sizes},
	}
}

func memory(limit string) func(*corev1.PodSpec) {
	return func(pod *corev1.PodSpec) {
		pod.Containers[0].Resources.Limits = corev1.ResourceList{"memory": resource.MustParse(limit)}
	}
}

// tidyDeployment keeps every rule.
func tidyDeployment(namespace string) *appsv1.Deployment {
	labels := map[string]string{"app": "tidy"}
	pod := tidyPod(namespace)
	probe := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"/true"}}}}
	only := &pod.Spec.Containers[0]
	only.ReadinessProbe, only.LivenessProbe = probe, probe
	only.Resources = corev1.ResourceRequirements{
		Requests: corev1.ResourceList{"cpu": resource.MustParse("10m"), "memory": resource.MustParse("16Mi")},
		Limits:   corev1.ResourceList{"memory": resource.MustParse("16Mi")},
	}
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: "tidy", Namespace: namespace},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: pod.Spec},
		},
	}
}

// bareReplicaSet makes pods without a Deployment to be judged in its stead, and none of them has a probe.
func bareReplicaSet(namespace string) *appsv1.ReplicaSet {
	d := tidyDeployment(namespace)
	only := &d.Spec.Template.Spec.Containers[0]
	only.ReadinessProbe, only.LivenessProbe = nil, nil
	return &appsv1.ReplicaSet{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ReplicaSet"},
		ObjectMeta: d.ObjectMeta,
		Spec:       appsv1.ReplicaSetSpec{Selector: d.Spec.Selector, Template: d.Spec.Template},
	}
}

// refuses holds every rule of a namespace against the real API server, both ways.
func (p *platform) refuses(t *testing.T, namespace string) {
	t.Helper()
	latest := tidyPod(namespace)
	image("registry.example.com/frontend:latest")(&latest.Spec)
	p.inForce(t, latest, "other than latest")
	for _, v := range podVerdicts() {
		pod := tidyPod(namespace)
		v.change(&pod.Spec)
		p.judge(t, v, pod)
	}
	for _, v := range workloadVerdicts() {
		deployment := tidyDeployment(namespace)
		v.change(&deployment.Spec.Template.Spec)
		p.judge(t, v, deployment)
	}
	p.judge(t, verdict{name: "a ReplicaSet of nobody without probes", want: needsProbes}, bareReplicaSet(namespace))
	p.refusesTooMuch(t, namespace)
	elsewhere := tidyPod("default")
	image("docker.io/library/anything:latest")(&elsewhere.Spec)
	p.judge(t, verdict{name: "anything in a namespace that is not ours"}, elsewhere)
	p.kubectl(t, "", "label", "--overwrite", "namespace", namespace, "pod-security.kubernetes.io/enforce=privileged")
	for _, v := range nodeVerdicts() {
		pod := tidyPod(namespace)
		v.change(&pod.Spec)
		p.judge(t, v, pod)
	}
}

// refusesTooMuch asks for more than the quota has.
func (p *platform) refusesTooMuch(t *testing.T, namespace string) {
	t.Helper()
	p.judge(t, verdict{name: "a load balancer", want: "exceeded quota: stack, requested: services.loadbalancers"},
		&corev1.Service{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
			ObjectMeta: metav1.ObjectMeta{Name: "tidy", Namespace: namespace},
			Spec: corev1.ServiceSpec{
				Type: corev1.ServiceTypeLoadBalancer, Ports: []corev1.ServicePort{{Port: 80}},
			},
		})
	p.judge(t, verdict{name: "a volume beyond all others", want: "exceeded quota: stack, requested: requests.storage"},
		&corev1.PersistentVolumeClaim{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
			ObjectMeta: metav1.ObjectMeta{Name: "tidy", Namespace: namespace},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources: corev1.VolumeResourceRequirements{
					Requests: corev1.ResourceList{"storage": resource.MustParse("1Ti")},
				},
			},
		})
}

// judge sends an object and compares what the API server says.
func (p *platform) judge(t *testing.T, v verdict, object any) {
	t.Helper()
	if v.want != "" {
		if err := p.refused(t, mustYAML(t, object), v.want); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
		return
	}
	if _, err := p.tryKubectl(t, mustYAML(t, object), "create", "--dry-run=server", "-f", "-"); err != nil {
		t.Errorf("%s: want it admitted, got %v", v.name, err)
	}
}

// refused reports an object that is admitted, or refused for another reason.
func (p *platform) refused(t *testing.T, object, want string) error {
	t.Helper()
	_, err := p.tryKubectl(t, object, "create", "--dry-run=server", "-f", "-")
	if err == nil {
		return errors.New("admitted, want it refused")
	}
	if !strings.Contains(err.Error(), want) {
		return fmt.Errorf("want it refused with %q, got %w", want, err)
	}
	return nil
}
