package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// judgesEphemeralContainers asks to put a container into a running pod of the shop, as kubectl debug does. That is a
// request of its own, which rules about pods do not meet by themselves.
func (p *platform) judgesEphemeralContainers(t *testing.T) {
	const namespace = "techcommerce"
	var pods corev1.PodList
	mustRead(t, []byte(p.kubectl(t, "", "-n", namespace, "get", "pods", "-l", "app=frontend",
		"--field-selector=status.phase=Running", "-o", "json")), &pods)
	if len(pods.Items) == 0 {
		t.Fatal("the shop has no frontend that runs")
	}
	pod := pods.Items[0]
	own := pod.Spec.Containers[0]
	repository, _, _ := strings.Cut(own.Image, "@")
	for _, ephemeral := range []struct{ name, image, want string }{
		{"the pod's own image", own.Image, ""},
		{"another registry", "docker.io/library/busybox:1", needsRegistry},
		{"the tag latest", repository + ":latest", needsTag},
	} {
		with := pod.DeepCopy()
		with.Spec.EphemeralContainers = append(with.Spec.EphemeralContainers, corev1.EphemeralContainer{
			EphemeralContainerCommon: corev1.EphemeralContainerCommon{
				Name: "ephemeral", Image: ephemeral.image, SecurityContext: own.SecurityContext,
				TerminationMessagePolicy: corev1.TerminationMessageReadFile, ImagePullPolicy: corev1.PullIfNotPresent,
			},
		})
		request, err := json.Marshal(with)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.tryKubectl(t, string(request), "replace", "-f", "-", "--raw",
			"/api/v1/namespaces/"+namespace+"/pods/"+pod.Name+"/ephemeralcontainers?dryRun=All")
		switch {
		case ephemeral.want == "" && err != nil:
			t.Errorf("%s: want it admitted, got %v", ephemeral.name, err)
		case ephemeral.want != "" && err == nil:
			t.Errorf("%s: admitted, want it refused", ephemeral.name)
		case ephemeral.want != "" && !strings.Contains(err.Error(), ephemeral.want):
			t.Errorf("%s: want it refused with %q, got %v", ephemeral.name, ephemeral.want, err)
		}
	}
}
