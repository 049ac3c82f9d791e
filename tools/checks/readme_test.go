package checks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	fence      = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	makeTarget = regexp.MustCompile("(?m)(?:`|^|&& )make ([a-z][a-z0-9-]*)")
	target     = regexp.MustCompile(`(?m)^([a-z0-9-]+):`)
	link       = regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	setting    = regexp.MustCompile(`\b([A-Z]+(?:_[A-Z]+)*)=`)
	localPort  = regexp.MustCompile(`http://localhost:(\d+)`)
	nodePort   = regexp.MustCompile(`nodePort: (\d+)`)
	code       = regexp.MustCompile("`([a-z.]+/[A-Za-z0-9_./-]*)`")
)

// TestReadmeCommandsExist: whoever copies a line of the README gets what it says.
func TestReadmeCommandsExist(t *testing.T) {
	t.Parallel()
	readme, makefile := mustRead(t, "README.md"), mustRead(t, "Makefile")
	var targets []string
	for _, found := range target.FindAllStringSubmatch(makefile, -1) {
		targets = append(targets, found[1])
	}
	named := makeTarget.FindAllStringSubmatch(readme, -1)
	if len(named) < 10 {
		t.Fatalf("only %d mentions of make", len(named))
	}
	for _, found := range named {
		if !slices.Contains(targets, found[1]) {
			t.Errorf("README.md: make %s: the Makefile has no such target", found[1])
		}
	}
	// What else the commands call, and who brings it: the machine, or make env.
	others := []string{"eval", "go", "kind", "kubectl", "make", "minikube", "pulumi"}
	for _, block := range fence.FindAllStringSubmatch(readme, -1) {
		for line := range strings.Lines(block[1]) {
			words := slices.DeleteFunc(strings.Fields(line), func(word string) bool { return setting.MatchString(word) && strings.Index(word, "=") > 0 })
			if len(words) > 0 && !slices.Contains(others, words[0]) {
				t.Errorf("README.md: %q calls %s, which nobody brings", strings.TrimSpace(line), words[0])
			}
		}
	}
}

// TestReadmeSettingsAreRead: what is written before or behind make reaches it.
func TestReadmeSettingsAreRead(t *testing.T) {
	t.Parallel()
	sources := mustRead(t, "Makefile") + mustRead(t, "apps/frontend/browsertest/picture_test.go")
	for _, found := range setting.FindAllStringSubmatch(mustRead(t, "README.md"), -1) {
		if !strings.Contains(sources, found[1]) {
			t.Errorf("README.md: %s is read by nothing", found[1])
		}
	}
}

// TestReadmeAddressesAreThoseOfTheLocalStack: the end-to-end test opens them in a browser.
func TestReadmeAddressesAreThoseOfTheLocalStack(t *testing.T) {
	t.Parallel()
	ports := []string{"3000"} // make run's
	for _, found := range nodePort.FindAllStringSubmatch(mustRead(t, "Pulumi.local.yaml"), -1) {
		ports = append(ports, found[1])
	}
	for _, found := range localPort.FindAllStringSubmatch(mustRead(t, "README.md"), -1) {
		if !slices.Contains(ports, found[1]) {
			t.Errorf("README.md: nothing of the local stack answers at port %s, but at %v", found[1], ports)
		}
	}
}

// TestReadmeLinksLead: to files that are there, and to headings.
func TestReadmeLinksLead(t *testing.T) {
	t.Parallel()
	readme := mustRead(t, "README.md")
	for _, found := range link.FindAllStringSubmatch(readme, -1) {
		if strings.HasPrefix(found[1], "http") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, found[1])); err != nil {
			t.Errorf("README.md: %v", err)
		}
		if found[1] == "" && !slices.Contains(anchors(readme), found[2]) {
			t.Errorf("README.md: no heading #%s", found[2])
		}
	}
	for _, found := range code.FindAllStringSubmatch(readme, -1) {
		// What a checkout only has once something was made in it.
		if strings.HasPrefix(found[1], ".local") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, found[1])); err != nil {
			t.Errorf("README.md: %v", err)
		}
	}
}

// TestReadmePictures: those that make pictures writes are shown, and small enough to be loaded with the page.
func TestReadmePictures(t *testing.T) {
	t.Parallel()
	readme := mustRead(t, "README.md")
	files, err := filepath.Glob(filepath.Join(root, "docs", "pictures", "*"))
	if err != nil || len(files) < 5 {
		t.Fatalf("got %d pictures, %v", len(files), err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 150_000 {
			t.Errorf("%s has %d bytes", file, info.Size())
		}
		if name := "](docs/pictures/" + filepath.Base(file) + ")"; !strings.Contains(readme, name) {
			t.Errorf("README.md does not show %s", file)
		}
	}
}

// anchors are a text's headings as links name them.
func anchors(text string) []string {
	var list []string
	for _, found := range heading.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(strings.ReplaceAll(found[1], " ", "-"))
		list = append(list, strings.NewReplacer("`", "", ",", "", ".", "").Replace(name))
	}
	return list
}

func mustRead(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
