package images_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/techcommerce/platform/tools/local/internal/images"
)

const certificates = "etc/ssl/certs/ca-certificates.crt"

// TestTheDockerfileBuildsTheSame builds a service both ways. Its base image cannot be pulled here, so one is made of
// this machine's Go, a shell and the certificates, and modules and
// what is compiled already come from this machine's caches.
func TestTheDockerfileBuildsTheSame(t *testing.T) {
	b := newBuildah(t)
	b.makeBase(t)
	const service = "frontend"
	b.run(t, "bud", "--pull-never", "--build-arg", "APP="+service, "--tag", service,
		"--volume", goEnv(t, "GOMODCACHE")+":/modules:ro", "--volume", goEnv(t, "GOCACHE")+":/builds", b.repository)
	got := b.image(t, service)
	if config := mustConfig(t, got); config.User != "1001:1001" {
		t.Errorf("runs as %q, want 1001:1001", config.User)
	}
	workshop := images.Workshop{Repository: b.repository, Dir: t.TempDir()}
	built, err := workshop.BuildServices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files, ours := contents(t, got), contents(t, built[service].Image)
	for path := range files {
		if path != "app" && path != certificates {
			t.Errorf("holds %s beside the binary and the certificates", path)
		}
	}
	if len(files["app"]) == 0 || !bytes.Equal(files["app"], ours[service]) {
		t.Errorf("its binary (%d bytes) is not that of make images (%d bytes)", len(files["app"]), len(ours[service]))
	}
	if !bytes.Equal(files[certificates], ours[certificates]) {
		t.Error("its certificates are not those of make images")
	}
}

// buildah runs buildah on a storage of its own, without a daemon.
type buildah struct{ dir, repository string }

func newBuildah(t *testing.T) buildah {
	t.Helper()
	if _, err := exec.LookPath("buildah"); err != nil || os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("this needs root and buildah: test/install-packages installs it")
		}
		t.Skip("SKIPPED: this needs root and buildah")
	}
	repository, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	return buildah{dir: t.TempDir(), repository: repository}
}

func (b buildah) run(t *testing.T, args ...string) string {
	t.Helper()
	storage := []string{"--storage-driver", "vfs", "--root", filepath.Join(b.dir, "root"),
		"--runroot", filepath.Join(b.dir, "run")}
	command := exec.Command("buildah", append(storage, args...)...)
	command.Env = append(os.Environ(), "BUILDAH_ISOLATION=chroot", "TMPDIR="+b.dir)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("buildah %s: %v\n%s%s", strings.Join(args, " "), err, output, stderr.String())
	}
	return strings.TrimSpace(string(output))
}

// makeBase makes what the Dockerfile calls its base.
func (b buildah) makeBase(t *testing.T) {
	t.Helper()
	container := b.run(t, "from", "scratch")
	for target, source := range map[string]string{
		"/usr/local/go":    goEnv(t, "GOROOT"),
		"/tmp":             t.TempDir(),
		"/bin/sh":          "/bin/busybox",
		"/" + certificates: "/" + certificates,
	} {
		b.run(t, "copy", container, source, target)
	}
	b.run(t, "config", "--env", "PATH=/usr/local/go/bin:/bin", "--env", "GOPATH=/go", "--env", "HOME=/root",
		"--env", "GOPROXY=file:///modules/cache/download", "--env", "GOCACHE=/builds", container)
	b.run(t, "commit", "--quiet", "--rm", container, "docker.io/library/golang:1.26")
}

func (b buildah) image(t *testing.T, name string) v1.Image {
	t.Helper()
	path := filepath.Join(b.dir, "layout")
	b.run(t, "push", "--quiet", name, "oci:"+path)
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	image, err := index.Image(manifest.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func mustConfig(t *testing.T, image v1.Image) v1.Config {
	t.Helper()
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return file.Config
}

// contents has an image's regular files by path.
func contents(t *testing.T, image v1.Image) map[string][]byte {
	t.Helper()
	stream := mutate.Extract(image)
	defer stream.Close()
	files := map[string][]byte{}
	for reader := tar.NewReader(stream); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(header.Name, "/")] = content
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	output, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(output))
}
