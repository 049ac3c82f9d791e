package main

import (
	"context"
	"os"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/techcommerce/platform/tools/local/internal/images"
	"github.com/techcommerce/platform/tools/local/internal/step"
)

// publishImages builds the shop's images for every architecture, pushes them to the registry that IMAGE_REGISTRY names,
// and writes their names for the Pulumi program.
func publishImages(ctx context.Context, s *session) error {
	registry := imageRegistry()
	if registry == "" {
		return &step.Problem{
			What: "there is no registry to publish to",
			Mend: "Say which, logged in to with docker login or the like: make publish IMAGE_REGISTRY=registry.example.com/shop",
		}
	}
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	built := map[string]map[string]v1.Image{}
	for _, architecture := range images.Architectures {
		workshop := s.workshop()
		workshop.Architecture = architecture
		archived, err := workshop.BuildServices(ctx)
		if err != nil {
			return err
		}
		for service, image := range archived {
			if built[service] == nil {
				built[service] = map[string]v1.Image{}
			}
			built[service][architecture] = image.Image
		}
	}
	refs := map[string]string{}
	for service, byArchitecture := range built {
		if refs[service], err = images.PushIndex(ctx, images.Index(byArchitecture), registry+"/"+service); err != nil {
			return err
		}
		s.console.Sayf("%s", refs[service])
	}
	return images.WriteReleases(s.path("images.json"), refs)
}

// imageRegistry is where images are pushed to. Names of images have no capitals, those of the organizations that registries
// make them from may.
func imageRegistry() string { return strings.ToLower(os.Getenv("IMAGE_REGISTRY")) }
