package images

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Architectures are those that published images run on, in Go's terms.
var Architectures = []string{"amd64", "arm64"}

// Index joins the images of several architectures under one name: each node takes its own.
func Index(byArchitecture map[string]v1.Image) v1.ImageIndex {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, architecture := range Architectures {
		image, ok := byArchitecture[architecture]
		if !ok {
			continue
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{
			Platform: &v1.Platform{OS: "linux", Architecture: architecture},
		}})
	}
	return index
}

// PushIndex uploads an index and its images under its digest, and returns its full name there.
func PushIndex(ctx context.Context, index v1.ImageIndex, repository string) (string, error) {
	digest, err := index.Digest()
	if err != nil {
		return "", err
	}
	ref, err := name.NewDigest(strings.TrimSuffix(repository, "/") + "@" + digest.String())
	if err != nil {
		return "", fmt.Errorf("registry %q: %w", repository, err)
	}
	options := []remote.Option{remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
	if err := remote.WriteIndex(ref, index, options...); err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	return ref.String(), nil
}
