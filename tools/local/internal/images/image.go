// Package images builds OCI images of static binaries without Docker and without a registry. An image is named by the
// digest of its content, so unchanged source gives the identical name.
package images

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Spec says what an image holds: these files, and nothing else.
type Spec struct {
	// Name is the image's name without registry and digest.
	Name string
	// Files are the files in the image by their absolute path, each with the file on this machine it comes from.
	Files []File
	// Links are symbolic links by path.
	Links map[string]string
	// Entrypoint is what runs. Without one, whoever runs the image must say.
	Entrypoint []string
	// User is the numeric user and group, "1001:1001"; empty is root.
	User string
}

// File is one file of an image.
type File struct {
	// Path is where it lies in the image.
	Path string
	// Source is where it lies on this machine.
	Source string
	// Executable says whether it may be run.
	Executable bool
}

// created is the date of everything in every image: images of the same content are the same image.
var created = time.Unix(0, 0).UTC()

// Build makes the image for an architecture.
func Build(spec Spec, architecture string) (v1.Image, error) {
	content, err := layer(spec)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", spec.Name, err)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	compressed, err := tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer),
		tarball.WithCompressedCaching)
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", spec.Name, err)
	}
	image, err := mutate.Append(mutate.MediaType(mutate.ConfigMediaType(empty.Image, types.OCIConfigJSON),
		types.OCIManifestSchema1), mutate.Addendum{Layer: compressed, History: v1.History{Created: v1.Time{Time: created}}})
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", spec.Name, err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", spec.Name, err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", architecture
	config.Created = v1.Time{Time: created}
	config.Config = v1.Config{User: spec.User, Entrypoint: spec.Entrypoint, WorkingDir: "/", Env: []string{"PATH=/:/usr/bin:/bin"}}
	return mutate.ConfigFile(image, config)
}

// layer is the image's one layer as a tar archive that depends on nothing but the files' names and content.
func layer(spec Spec) ([]byte, error) {
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	folders := map[string]bool{"": true}
	for _, file := range spec.Files {
		if err := addFolders(writer, folders, file.Path); err != nil {
			return nil, err
		}
		content, err := os.ReadFile(file.Source)
		if err != nil {
			return nil, err
		}
		mode := int64(0o644)
		if file.Executable {
			mode = 0o755
		}
		header := tar.Header{Typeflag: tar.TypeReg, Name: file.Path[1:], Size: int64(len(content)), Mode: mode, ModTime: created}
		if err := writer.WriteHeader(&header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(content); err != nil {
			return nil, err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(spec.Links)) {
		if err := addFolders(writer, folders, path); err != nil {
			return nil, err
		}
		header := tar.Header{Typeflag: tar.TypeSymlink, Name: path[1:], Linkname: spec.Links[path], Mode: 0o777, ModTime: created}
		if err := writer.WriteHeader(&header); err != nil {
			return nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}

// addFolders adds the folders above path that the archive does not have yet.
func addFolders(writer *tar.Writer, have map[string]bool, path string) error {
	parts := strings.Split(path[1:], "/")
	for i := 1; i < len(parts); i++ {
		folder := strings.Join(parts[:i], "/")
		if have[folder] {
			continue
		}
		have[folder] = true
		header := tar.Header{Typeflag: tar.TypeDir, Name: folder + "/", Mode: 0o755, ModTime: created}
		if err := writer.WriteHeader(&header); err != nil {
			return err
		}
	}
	return nil
}
