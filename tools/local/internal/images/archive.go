package images

import (
	"archive/tar"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Registry is the name under which images are known that were never pushed anywhere.
const Registry = "techcommerce.local"

// Archived is an image in a file that containerd, kind and minikube import.
type Archived struct {
	// Ref is the image's full name with its digest.
	Ref string
	// Path is the file.
	Path string
	// Size is the compressed size in bytes: what a node would pull.
	Size int64
	// Image is the image itself.
	Image v1.Image `json:"-"`
}

// Archive writes the image into dir, unless it is there already: as an OCI archive that is a Docker archive, too.
func Archive(image v1.Image, name, dir string) (Archived, error) {
	digest, err := image.Digest()
	if err != nil {
		return Archived{}, err
	}
	size, err := compressedSize(image)
	if err != nil {
		return Archived{}, err
	}
	archived := Archived{
		Ref: Registry + "/" + name + "@" + digest.String(), Path: filepath.Join(dir, name+"-"+digest.Hex[:12]+".image.tar"),
		Size: size, Image: image,
	}
	if _, err := os.Stat(archived.Path); err == nil {
		return archived, nil
	}
	return archived, write(image, archived)
}

func compressedSize(image v1.Image) (int64, error) {
	layers, err := image.Layers()
	if err != nil {
		return 0, err
	}
	var total int64
	for _, layer := range layers {
		size, err := layer.Size()
		if err != nil {
			return 0, err
		}
		total += size
	}
	return total, nil
}

func write(image v1.Image, archived Archived) error {
	folder, err := os.MkdirTemp(filepath.Dir(archived.Path), ".partial-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	index, err := layout.Write(filepath.Join(folder, "layout"), empty.Index)
	if err != nil {
		return err
	}
	// This annotation is containerd's name for the image.
	named := layout.WithAnnotations(map[string]string{"io.containerd.image.name": archived.Ref})
	if err := index.AppendImage(image, named); err != nil {
		return err
	}
	if err := describe(image, archived, filepath.Join(folder, "layout", "manifest.json")); err != nil {
		return err
	}
	partial := filepath.Join(folder, "image.tar")
	if err := pack(filepath.Join(folder, "layout"), partial); err != nil {
		return err
	}
	return os.Rename(partial, archived.Path)
}

// describe writes Docker's own table of contents beside OCI's, about the same files: `docker load` knows no other where
// Docker keeps images in its classic store, as minikube's does, and takes no digest for a name.
func describe(image v1.Image, archived Archived, path string) error {
	config, err := image.ConfigName()
	if err != nil {
		return err
	}
	layers, err := image.Layers()
	if err != nil {
		return err
	}
	named, err := name.NewDigest(archived.Ref)
	if err != nil {
		return err
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	of := tarball.Descriptor{
		Config: blob(config), RepoTags: []string{named.Context().Name() + ":" + digest.Hex[:12]},
	}
	for _, layer := range layers {
		digest, err := layer.Digest()
		if err != nil {
			return err
		}
		of.Layers = append(of.Layers, blob(digest))
	}
	text, err := json.Marshal(tarball.Manifest{of})
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// blob is where an OCI layout keeps content.
func blob(digest v1.Hash) string { return "blobs/" + digest.Algorithm + "/" + digest.Hex }

func pack(folder, target string) error {
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	defer file.Close()
	writer := tar.NewWriter(file)
	if err := writer.AddFS(os.DirFS(folder).(fs.ReadDirFS)); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return file.Close()
}
