package images

import (
	"context"
	"path/filepath"
)

// Images that the local cluster itself runs.
const (
	Pause                = "pause"
	CoreDNS              = "coredns"
	MetricsServer        = "metrics-server"
	LocalPathProvisioner = "local-path-provisioner"
	// Shell is a static busybox, for the pods that make and remove volumes' folders.
	Shell = "shell"
)

// BuildNode builds the images that the local cluster itself runs.
func (w Workshop) BuildNode(ctx context.Context) (map[string]Archived, error) {
	pause, err := w.compile(ctx, filepath.Join(w.Repository, "tools/local"), "./pause", Pause)
	if err != nil {
		return nil, err
	}
	specs := []Spec{
		{Name: Pause, User: "65535:65535", Entrypoint: []string{"/pause"}, Files: []File{
			{Path: "/pause", Source: pause, Executable: true},
		}},
		{Name: Shell, Entrypoint: []string{"/bin/busybox"}, Links: map[string]string{"/bin/sh": "busybox"}, Files: []File{
			{Path: "/bin/busybox", Source: "/bin/busybox", Executable: true},
		}},
	}
	built := map[string]Archived{}
	for _, name := range []string{CoreDNS, MetricsServer, LocalPathProvisioner} {
		built[name], err = w.archiveOnce(Spec{Name: name, User: serviceUser, Entrypoint: []string{"/" + name}, Files: []File{
			{Path: certificates, Source: certificates},
			{Path: "/" + name, Source: w.Programs[name], Executable: true},
		}})
		if err != nil {
			return nil, err
		}
	}
	for _, spec := range specs {
		if built[spec.Name], err = w.archive(spec); err != nil {
			return nil, err
		}
	}
	return built, nil
}
