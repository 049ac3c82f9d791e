package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/images"
	"github.com/techcommerce/platform/tools/local/internal/step"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// kubeContext is a context of the user's kubeconfig.
type kubeContext string

// looksLikeProduction matches names that a person would not try things out on.
var looksLikeProduction = regexp.MustCompile(`(?i)(^|[^a-z])(prod|production|prd|live)([^a-z]|$)`)

// useContext checks that the context is there, reachable and meant, and gives the session a kubeconfig of that context
// alone, so that a later change of the current context changes nothing here.
func (s *session) useContext(ctx context.Context, name string) (kubeContext, error) {
	if looksLikeProduction.MatchString(name) && os.Getenv("CONFIRM_CONTEXT") != name {
		return "", &step.Problem{
			What: fmt.Sprintf("the context %q looks like production", name),
			Mend: fmt.Sprintf("If it is meant, say so: make up KUBE_CONTEXT=%s CONFIRM_CONTEXT=%[1]s", name),
		}
	}
	kubectl, err := s.kubectlProgram(ctx)
	if err != nil {
		return "", err
	}
	config, err := exec.CommandContext(ctx, kubectl, "config", "view", "--minify", "--flatten", "--context", name).Output()
	if err != nil {
		return "", &step.Problem{
			What: fmt.Sprintf("there is no context %q in your kubeconfig", name),
			Mend: "kubectl config get-contexts lists those there are; KUBECONFIG says which files are read.",
		}
	}
	path := s.path("context.kubeconfig")
	if err := os.WriteFile(path, config, 0o600); err != nil {
		return "", err
	}
	output, err := exec.CommandContext(ctx, kubectl, "--kubeconfig", path, "get", "--raw", "/readyz",
		"--request-timeout", "10s").CombinedOutput()
	if err != nil {
		return "", &step.Problem{
			What:  fmt.Sprintf("the cluster of context %q does not answer", name),
			Cause: fmt.Errorf("%s", strings.TrimSpace(string(output))),
			Mend:  "Start it (minikube start, kind create cluster), or check its address and your credentials.",
		}
	}
	return kubeContext(name), replaceLink(s.path("kubeconfig"), path)
}

// kubectlProgram is the machine's kubectl, or the one of our toolchain where there is none.
func (s *session) kubectlProgram(ctx context.Context) (string, error) {
	if path, err := exec.LookPath("kubectl"); err == nil {
		return path, nil
	}
	if err := s.ensure(ctx, toolchain.Kubernetes); err != nil {
		return "", err
	}
	return s.programs["kubectl"], nil
}

// load makes the cluster know the shop's images: kind and minikube take archives, any other pulls from the registry
// that IMAGE_REGISTRY names.
func (k kubeContext) load(ctx context.Context, s *session, built map[string]images.Archived) error {
	name := string(k)
	registry := imageRegistry()
	var command func(archive string) []string
	switch {
	case registry != "":
		return s.pushImages(ctx, registry, built)
	case strings.HasPrefix(name, "kind-"):
		command = func(archive string) []string {
			return []string{"kind", "load", "image-archive", archive, "--name", strings.TrimPrefix(name, "kind-")}
		}
	case strings.HasPrefix(name, "minikube"):
		command = func(archive string) []string {
			return []string{"minikube", "image", "load", archive, "--profile", name}
		}
	default:
		return &step.Problem{
			What: fmt.Sprintf("the cluster of context %q must pull the shop's images from somewhere", name),
			Mend: "Say which registry, logged in to with docker login or the like: make up IMAGE_REGISTRY=registry.example.com/shop",
		}
	}
	for _, image := range built {
		line := command(image.Path)
		if output, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, output)
		}
	}
	return nil
}

// pushImages pushes the images and writes their names in the registry for the Pulumi program.
func (s *session) pushImages(ctx context.Context, registry string, built map[string]images.Archived) error {
	refs := map[string]string{}
	for name, image := range built {
		ref, err := images.Push(ctx, image.Image, registry+"/"+name)
		if err != nil {
			return err
		}
		refs[name] = ref
	}
	return images.WriteReleases(s.path("images.json"), refs)
}
