package e2e_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// operator is somebody who works on stacks of their own on the platform's cluster, with a backend and settings of their
// own and nothing but the stock tools.
type operator struct {
	p       *platform
	dir     string
	environ []string
	// given are the secret values that were set, by stack.
	given map[string][]string
	// deployed are the stacks that run.
	deployed []string

	// shop is the shop of the stack with PostgreSQL, postgres the image of its server, backup its last backup's name.
	shop             *platform
	postgres, backup string
}

// newOperator makes a project of the platform's program, images and settings files. Only the program itself stays where
// it is: Go would compile it anew anywhere else.
func newOperator(t testing.TB, p *platform) *operator {
	t.Helper()
	o := &operator{p: p, dir: t.TempDir(), given: map[string][]string{}}
	state := filepath.Join(o.dir, ".local", "state")
	output(t, "", "mkdir", "-p", state)
	output(t, p.dir, "bash", "-c", "cp Pulumi.*.yaml "+o.dir+" && cp .local/images.json "+o.dir+"/.local")
	o.describe(t, map[string]any{"main": filepath.Join(p.dir, "infra")})
	o.environ = append(p.tools(t), "PULUMI_BACKEND_URL=file://"+state, "PULUMI_CONFIG_PASSPHRASE=operator")
	t.Cleanup(func() {
		for _, stack := range slices.Clone(o.deployed) {
			o.destroy(t, stack)
		}
	})
	return o
}

// describe makes the project's file: the repository's, with changes.
func (o *operator) describe(t testing.TB, changes map[string]any) {
	t.Helper()
	var project map[string]any
	mustRead(t, []byte(output(t, o.p.dir, "cat", "Pulumi.yaml")), &project)
	maps.Copy(project, changes)
	o.put(t, "Pulumi.yaml", mustYAML(t, project))
}

// put writes a file of the project.
func (o *operator) put(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(o.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tools is the environment of make env.
func (p *platform) tools(t testing.TB) []string {
	t.Helper()
	if p.environ == nil {
		text := output(t, p.dir, "bash", "-c", `set -e; environment="$(make -s env)"; eval "$environment"; env -0`)
		p.environ = strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
	}
	return slices.Clone(p.environ)
}

// create makes a stack with secrets. Where the repository has no file for it, settings are its file.
func (o *operator) create(t testing.TB, stack, settings string, secrets map[string]string) {
	t.Helper()
	if settings != "" {
		o.write(t, stack, settings)
	}
	o.pulumi(t, "stack", "init", stack)
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		o.pulumi(t, "config", "set", "--secret", "--stack", stack, name, secrets[name])
		o.given[stack] = append(o.given[stack], secrets[name])
	}
}

// write makes the stack's file. What the CLI has written into it, which is its salt and secrets, stays.
func (o *operator) write(t testing.TB, stack, settings string) {
	t.Helper()
	name := "Pulumi." + stack + ".yaml"
	var file, wanted map[string]any
	if text, err := os.ReadFile(filepath.Join(o.dir, name)); err == nil {
		mustRead(t, text, &file)
	}
	mustRead(t, []byte(settings), &wanted)
	config, _ := file["config"].(map[string]any)
	for key, value := range config {
		if entry, ok := value.(map[string]any); ok && entry["secure"] != nil {
			wanted["config"].(map[string]any)[key] = value
		}
	}
	if salt, ok := file["encryptionsalt"]; ok {
		wanted["encryptionsalt"] = salt
	}
	o.put(t, name, mustYAML(t, wanted))
}

func mustRead(t testing.TB, text []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// pulumi runs the CLI and fails the test if it fails.
func (o *operator) pulumi(t testing.TB, args ...string) string {
	t.Helper()
	text, err := run(o.dir, o.environ, "", "pulumi", append(args, "--non-interactive")...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// up deploys a stack.
func (o *operator) up(t testing.TB, stack string, args ...string) string {
	t.Helper()
	if !slices.Contains(o.deployed, stack) {
		o.deployed = append(o.deployed, stack)
	}
	return o.pulumi(t, append([]string{"up", "--stack", stack, "--yes", "--skip-preview"}, args...)...)
}

// destroy takes a stack away, at the latest when the group has ended, and looks once more whether its state shows what it
// should not.
func (o *operator) destroy(t testing.TB, stack string) {
	t.Helper()
	state, err := run(o.dir, o.environ, "", "pulumi", "stack", "export", "--stack", stack)
	if err != nil {
		t.Error(err)
	}
	o.p.exposed(t, stack, state)
	o.deployed = slices.DeleteFunc(o.deployed, func(name string) bool { return name == stack })
	text, err := run(o.dir, o.environ, "", "pulumi", "destroy", "--stack", stack, "--yes", "--skip-preview",
		"--non-interactive")
	if err != nil {
		t.Errorf("destroy %s: %v\n%s", stack, err, text)
	}
}

// checkState looks for every secret that was set in the stack's exported state.
func (o *operator) checkState(t testing.TB, stack string) {
	t.Helper()
	state := o.pulumi(t, "stack", "export", "--stack", stack)
	if len(o.given[stack]) == 0 {
		t.Errorf("%s: no secret was set, so none was looked for", stack)
	}
	for _, value := range o.given[stack] {
		if shows(state, value) {
			t.Errorf("pulumi stack export --stack %s shows a secret: %s", stack, value)
		}
	}
}

// kubectl runs kubectl on the platform's cluster and fails the test if it fails.
func (p *platform) kubectl(t testing.TB, input string, args ...string) string {
	t.Helper()
	text, err := p.tryKubectl(t, input, args...)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (p *platform) tryKubectl(t testing.TB, input string, args ...string) (string, error) {
	t.Helper()
	return run(p.dir, p.tools(t), input, "kubectl", args...)
}

// run runs a program of that environment's PATH with an input. The error has what it said.
func run(dir string, environ []string, input, name string, args ...string) (string, error) {
	command := exec.Command("/usr/bin/env", append([]string{name}, args...)...)
	command.Dir, command.Env, command.Stdin = dir, environ, strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return strings.TrimSpace(stdout.String()), nil
}
