package images_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/techcommerce/platform/tools/local/internal/images"
)

func build(t *testing.T, content string) v1.Image {
	t.Helper()
	source := filepath.Join(t.TempDir(), "binary")
	if err := os.WriteFile(source, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	image, err := images.Build(images.Spec{
		Name: "shop", User: "1001:1001", Entrypoint: []string{"/shop"},
		Files: []images.File{
			{Path: "/etc/ssl/certs/ca-certificates.crt", Source: source}, {Path: "/shop", Source: source, Executable: true},
		},
	}, "amd64")
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func digest(t *testing.T, image v1.Image) string {
	t.Helper()
	d, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestTheSameContentIsTheSameImage(t *testing.T) {
	t.Parallel()
	if first, second := digest(t, build(t, "a")), digest(t, build(t, "a")); first != second {
		t.Errorf("the same content: got %s and %s", first, second)
	}
	if first, second := digest(t, build(t, "a")), digest(t, build(t, "b")); first == second {
		t.Errorf("other content: got %s twice", first)
	}
}

func TestAnImageHoldsTheBinaryAndCertificatesAndNothingElse(t *testing.T) {
	t.Parallel()
	image := build(t, "content")
	files := mutate.Extract(image)
	defer files.Close()
	var got []string
	for reader := tar.NewReader(files); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			got = append(got, header.Name)
		}
	}
	want := []string{"etc/ssl/certs/ca-certificates.crt", "shop"}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("files: got %q, want %q", got, want)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Config.User != "1001:1001" || config.OS != "linux" || config.Architecture != "amd64" {
		t.Errorf("got user %q on %s/%s", config.Config.User, config.OS, config.Architecture)
	}
}

func TestAFolderIsAnImage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, mode := range map[string]os.FileMode{"bin/sh": 0o755, "etc/passwd": 0o644, "tools": 0o755} {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, mode)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("sh", folder+"/bin/ls"), os.Symlink("bin", folder+"/sbin")); err != nil {
		t.Fatal(err)
	}
	built, err := images.Workshop{Dir: t.TempDir()}.BuildFolder("tools", folder)
	if err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(built.Image)
	defer files.Close()
	got := map[string]string{}
	for reader := tar.NewReader(files); ; {
		header, err := reader.Next()
		if err != nil {
			break // the end
		}
		got[header.Name] = header.FileInfo().Mode().String() + header.Linkname
	}
	want := map[string]string{
		"bin": "drwxr-xr-x", "bin/sh": "-rwxr-xr-x", "bin/ls": "Lrwxrwxrwxsh",
		"etc": "drwxr-xr-x", "etc/passwd": "-rw-r--r--", "sbin": "Lrwxrwxrwxbin", "tools": "-rwxr-xr-x",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if config := mustConfig(t, built.Image); !slices.Equal(config.Entrypoint, []string{"/tools"}) {
		t.Errorf("starts %q, want the program of its own name", config.Entrypoint)
	}
}

func TestArchiveIsNamedByContent(t *testing.T) {
	t.Parallel()
	image, dir := build(t, "content"), t.TempDir()
	archived, err := images.Archive(image, "shop", dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := images.Registry + "/shop@" + digest(t, image); archived.Ref != want {
		t.Errorf("ref: got %s, want %s", archived.Ref, want)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("want one file and nothing half written, got %v (%v)", entries, err)
	}
}

// TestArchiveIsADockerArchiveToo reads it as `docker load` does where images are in Docker's classic store.
func TestArchiveIsADockerArchiveToo(t *testing.T) {
	t.Parallel()
	image := build(t, "content")
	archived, err := images.Archive(image, "shop", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	hash, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(images.Registry + "/shop:" + hash.Hex[:12])
	if err != nil {
		t.Fatal(err)
	}
	read, err := tarball.ImageFromPath(archived.Path, &tag)
	if err != nil {
		t.Fatal(err)
	}
	// The format has no manifest of its own; its identity is that of the configuration.
	want, err := image.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.ConfigName(); err != nil || got != want {
		t.Errorf("got configuration %v (%v), want %v", got, err, want)
	}
	got, err := read.Layers()
	if err != nil || len(got) != 1 {
		t.Fatalf("got %d layers (%v), want the image's one", len(got), err)
	}
	content, err := got[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if hash, _, err := v1.SHA256(content); err != nil || hash != config.RootFS.DiffIDs[0] {
		t.Errorf("its layer is %v (%v), and the configuration says %v", hash, err, config.RootFS.DiffIDs[0])
	}
}

func TestPushReturnsANameThatCanBePulled(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(registry.New())
	defer server.Close()
	image := build(t, "content")
	ref, err := images.Push(context.Background(), image, strings.TrimPrefix(server.URL, "http://")+"/shop/frontend")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := name.NewDigest(ref)
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := remote.Image(parsed)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digest(t, pulled), digest(t, image); got != want {
		t.Errorf("pulled %s, pushed %s", got, want)
	}
}

func TestAnIndexHoldsEveryArchitectureAndIsTheSameTwice(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(registry.New())
	defer server.Close()
	var refs []string
	for range 2 {
		index := images.Index(map[string]v1.Image{"amd64": build(t, "one"), "arm64": build(t, "another")})
		ref, err := images.PushIndex(context.Background(), index, strings.TrimPrefix(server.URL, "http://")+"/shop/frontend")
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	if refs[0] != refs[1] {
		t.Errorf("the same content twice: got %q", refs)
	}
	parsed, err := name.NewDigest(refs[0])
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(parsed)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range manifest.Manifests {
		got = append(got, m.Platform.String())
	}
	if want := []string{"linux/amd64", "linux/arm64"}; !slices.Equal(got, want) {
		t.Errorf("platforms: got %q, want %q", got, want)
	}
}
