package images

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/techcommerce/platform/tools/local/internal/process"
	"github.com/techcommerce/platform/tools/local/internal/step"
)

const (
	certificates = "/etc/ssl/certs/ca-certificates.crt"
	serviceUser  = "1001:1001"
)

// Workshop builds images of what this repository and its toolchain have.
type Workshop struct {
	// Repository is its root.
	Repository string
	// Dir is where binaries and images are kept.
	Dir string
	// Shared is where the images of the toolchain's programs are kept, for every checkout that has the same toolchain.
	Shared string
	// Programs says where each program of the toolchain lies.
	Programs map[string]string
	// Pages is the folder of Prometheus' web pages; empty where they could not be built.
	Pages string
	// Architecture is the images', in Go's terms; empty is this machine's.
	Architecture string
}

// BuildServices builds the shop's images.
func (w Workshop) BuildServices(ctx context.Context) (map[string]Archived, error) {
	services, err := w.Services()
	if err != nil {
		return nil, err
	}
	built := map[string]Archived{}
	for _, name := range services {
		binary, err := w.compile(ctx, w.Repository, "./apps/"+name, name)
		if err != nil {
			return nil, err
		}
		spec := Spec{
			Name: name, User: serviceUser, Entrypoint: []string{"/" + name},
			Files: []File{
				{Path: certificates, Source: certificates},
				{Path: "/" + name, Source: binary, Executable: true},
			},
		}
		if built[name], err = w.archive(spec); err != nil {
			return nil, err
		}
	}
	return built, nil
}

// compile builds a static binary, the same bytes from the same source wherever the repository lies.
func (w Workshop) compile(ctx context.Context, module, pkg, name string) (string, error) {
	binary := filepath.Join(w.Dir, "bin", w.architecture(), name)
	if err := os.MkdirAll(filepath.Dir(binary), 0o755); err != nil {
		return "", err
	}
	command := process.Group(exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
		"-o", binary, pkg))
	command.Dir = module
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS=linux", "GOARCH="+w.architecture())
	if output, err := command.CombinedOutput(); err != nil {
		return "", &step.Problem{
			What:  "building " + name,
			Cause: fmt.Errorf("%w\n%s", err, output),
			Mend:  "Mend the lines named above and run the same command again.",
		}
	}
	return binary, nil
}

func (w Workshop) archive(spec Spec) (Archived, error) {
	return w.archiveIn(filepath.Join(w.Dir, "archives"), spec)
}

func (w Workshop) archiveIn(dir string, spec Spec) (Archived, error) {
	image, err := Build(spec, w.architecture())
	if err != nil {
		return Archived{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Archived{}, err
	}
	return Archive(image, spec.Name, dir)
}

func (w Workshop) architecture() string {
	if w.Architecture != "" {
		return w.Architecture
	}
	return runtime.GOARCH
}

// WriteReleases writes the file that the Pulumi program takes the services' images from.
func WriteReleases(path string, refs map[string]string) error {
	text, err := json.MarshalIndent(map[string]any{"images": refs}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
