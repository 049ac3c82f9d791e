//go:build !lean

package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// releaseToken is the Kubernetes provider's resource for a Helm release.
const releaseToken = "kubernetes:helm.sh/v3:Release"

// released is what the agent's release is given, as JSON; empty where there is none.
func released(t *testing.T, declaration *declare.Declaration) string {
	t.Helper()
	for _, r := range declaration.Resources {
		if r.Type == releaseToken {
			text, err := json.Marshal(r.Plain())
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	return ""
}

// TestTheAgentOfACluster: what a stack says of its cluster decides where the agent comes from and how it is installed.
func TestTheAgentOfACluster(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, change, by string
		want, never      []string
	}{
		{"from Datadog's repository", "agent: null", "agent: {}",
			[]string{`"chart":"datadog"`, `"version":"3.240.0"`, `"repo":"https://helm.datadoghq.com"`, `"tags":["env:test"]`},
			[]string{"tlsVerify", `"registry"`}},
		{"from an archive in the checkout, images from a mirror", "agent: null", "agent: {archive: charts/datadog.tgz, registry: mirror.example.com/dd}",
			[]string{`"chart":"../charts/datadog.tgz"`, `"registry":"mirror.example.com/dd"`}, []string{"repositoryOpts", `"version"`}},
		{"of several environments", "agent: null", "agent: {shared: true}", []string{`"tags":[]`}, []string{`"env:`}},
		{"with kubelets that sign their own certificates", "datadog: {cluster: c1, agent: null}",
			"datadog: {cluster: c1}\n  techcommerce:cluster: {kubeletCertificates: unsigned}", []string{`"kubelet":{"tlsVerify":false}`}, nil},
		{"on minikube, which signs no certificates of kubelets", "datadog: {cluster: c1, agent: null}",
			"datadog: {cluster: c1}\n  techcommerce:cluster: {kind: minikube}", []string{`"kubelet":{"tlsVerify":false}`}, nil},
	} {
		text := strings.Replace(attached, c.change, c.by, 1)
		got := released(t, mustDeclare(t, mustDecode(t, stackstest.Text(t, "test", text, stackstest.Secrets()))))
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: want %s in %s", c.name, want, got)
			}
		}
		for _, never := range c.never {
			if got == "" || strings.Contains(got, never) {
				t.Errorf("%s: %s is in %s", c.name, never, got)
			}
		}
	}
}

// TestASecondStackInstallsNoAgent: two on one cluster would clash, and everything would be paid for twice.
func TestASecondStackInstallsNoAgent(t *testing.T) {
	t.Parallel()
	declaration := mustDeclare(t, mustDecode(t, stackstest.Text(t, "test", attached, stackstest.Secrets())))
	names := map[string]bool{}
	for _, r := range declaration.Resources {
		names[r.Type+" "+r.Name] = true
		if strings.HasPrefix(r.Type, "kubernetes:") && strings.HasPrefix(r.Name, "datadog") {
			t.Errorf("declares %s %s", r.Type, r.Name)
		}
	}
	if monitor := "datadog:index/monitor:Monitor "; !names[monitor+"HighErrorRate"] || names[monitor+"AgentDown"] {
		t.Error("want its own monitors, and none of the agent, which the other stack watches")
	}
}
