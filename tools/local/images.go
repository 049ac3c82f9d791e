package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"

	"github.com/techcommerce/platform/tools/local/internal/cluster"
	"github.com/techcommerce/platform/tools/local/internal/images"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// buildImages builds the shop's images, prints them, and imports them where the local cluster runs. There the file that
// the program reads must go on naming what only this cluster has.
func buildImages(ctx context.Context, s *session) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	c, err := s.cluster()
	if err != nil {
		return err
	}
	running, err := c.Running()
	if err != nil {
		return err
	}
	build := s.shopImages
	if running {
		build = s.localImages
	}
	built, err := build(ctx)
	if err != nil {
		return err
	}
	services, err := s.workshop().Services()
	if err != nil {
		return err
	}
	for _, name := range services {
		image := built[name]
		s.console.Sayf("%s  %.1f MB compressed\n  %s", image.Ref, float64(image.Size)/1e6, image.Path)
	}
	if !running {
		return nil
	}
	return s.importImages(ctx, c, built)
}

// printServices prints whose images there are, as JSON: the pipeline has a job for each.
func printServices(_ context.Context, s *session) error {
	services, err := s.workshop().Services()
	if err != nil {
		return err
	}
	text, err := json.Marshal(services)
	if err != nil {
		return err
	}
	s.console.Sayf("%s", text)
	return nil
}

// buildImage makes the image of a folder, makes it known to the local cluster, and prints its name.
func buildImage(ctx context.Context, s *session, name, folder string) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	built, err := s.workshop().BuildFolder(name, folder)
	if err != nil {
		return err
	}
	c, err := s.cluster()
	if err != nil {
		return err
	}
	if err := s.importImages(ctx, c, map[string]images.Archived{name: built}); err != nil {
		return err
	}
	s.console.Sayf("%s", built.Ref)
	return nil
}

// shopImages builds the services' images and writes the file that the Pulumi program takes them from.
func (s *session) shopImages(ctx context.Context) (map[string]images.Archived, error) {
	var built map[string]images.Archived
	err := s.console.Do("images of the shop", func() (err error) {
		built, err = s.workshop().BuildServices(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return built, s.writeReleases(built)
}

// localImages builds the shop's images and, where the stack has monitoring, those of that: our own cluster can pull
// neither.
func (s *session) localImages(ctx context.Context) (map[string]images.Archived, error) {
	built, err := s.shopImages(ctx)
	if err != nil {
		return nil, err
	}
	monitored, err := s.monitored()
	if err != nil || !monitored {
		return built, err
	}
	if err := s.ensure(ctx, toolchain.Watching()...); err != nil {
		return nil, err
	}
	workshop := s.workshop()
	if workshop.Pages, err = s.builder().Pages(ctx); ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		// Nothing else depends on them.
		workshop.Pages = ""
		s.console.Sayf("  Prometheus' web pages are left out, its API answers: %v", err)
	}
	err = s.console.Do("images of the monitoring", func() error {
		watching, err := workshop.BuildWatching()
		maps.Copy(built, watching)
		return err
	})
	if err != nil {
		return nil, err
	}
	return built, s.writeReleases(built)
}

func (s *session) writeReleases(built map[string]images.Archived) error {
	refs := map[string]string{}
	for name, image := range built {
		refs[name] = image.Ref
	}
	return images.WriteReleases(s.path("images.json"), refs)
}

// importImages makes those images known to the local cluster that it does not know yet.
func (s *session) importImages(ctx context.Context, c cluster.Cluster, built map[string]images.Archived) error {
	known := map[string]bool{}
	if text, err := os.ReadFile(s.importedFile()); err == nil {
		if err := json.Unmarshal(text, &known); err != nil {
			return err
		}
	}
	var archives []string
	for _, image := range built {
		if !known[image.Ref] {
			archives = append(archives, image.Path)
			known[image.Ref] = true
		}
	}
	if len(archives) == 0 {
		return nil
	}
	if err := s.console.Do("images imported", func() error { return c.ImportImages(ctx, archives) }); err != nil {
		return err
	}
	text, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return os.WriteFile(s.importedFile(), text, 0o644)
}

// importedFile lists what the cluster has, beside the cluster's data and as long as it.
func (s *session) importedFile() string { return s.path("cluster", "imported.json") }
