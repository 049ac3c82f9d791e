package images

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// BuildFolder builds the image of a folder: its files are the whole of the image. It starts the program that bears the
// image's name; where there is none, whoever runs it says which one.
func (w Workshop) BuildFolder(name, folder string) (Archived, error) {
	spec := Spec{Name: name, User: serviceUser, Links: map[string]string{}}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return spec.add(path[len(filepath.Clean(folder)):], path, entry)
	})
	if err != nil {
		return Archived{}, err
	}
	if slices.ContainsFunc(spec.Files, func(f File) bool { return f.Path == "/"+name && f.Executable }) {
		spec.Entrypoint = []string{"/" + name}
	}
	return w.archive(spec)
}

// add adds a file or a symbolic link of this machine.
func (s *Spec) add(path, source string, entry fs.DirEntry) error {
	if entry.Type() == fs.ModeSymlink {
		target, err := os.Readlink(source)
		s.Links[path] = target
		return err
	}
	info, err := entry.Info()
	if err != nil {
		return err
	}
	s.Files = append(s.Files, File{Path: path, Source: source, Executable: info.Mode()&0o111 != 0})
	return nil
}
