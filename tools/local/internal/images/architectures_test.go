package images_test

import (
	"bytes"
	"debug/elf"
	"path/filepath"
	"testing"

	"github.com/techcommerce/platform/tools/local/internal/images"
)

// TestEveryServiceIsBuiltForEveryArchitecture compiles them and reads what the binaries are for.
func TestEveryServiceIsBuiltForEveryArchitecture(t *testing.T) {
	t.Parallel()
	repository, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
	for _, architecture := range images.Architectures {
		workshop := images.Workshop{Repository: repository, Dir: t.TempDir(), Architecture: architecture}
		built, err := workshop.BuildServices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		services, err := workshop.Services()
		if err != nil {
			t.Fatal(err)
		}
		for _, service := range services {
			binary, err := elf.NewFile(bytes.NewReader(contents(t, built[service].Image)[service]))
			if err != nil {
				t.Errorf("%s for %s: %v", service, architecture, err)
				continue
			}
			if binary.Machine != machines[architecture] {
				t.Errorf("%s for %s runs on %s", service, architecture, binary.Machine)
			}
			if libraries, err := binary.ImportedLibraries(); err != nil || len(libraries) > 0 {
				t.Errorf("%s for %s wants libraries, of which its image has none: %v %v", service, architecture, libraries, err)
			}
		}
	}
}
