package images

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
)

// Watching lists the images of the monitoring, by the program in them. Each starts its program as the upstream image of
// the same version does, so that one pod runs either.
func Watching() []string {
	return []string{"prometheus", "alertmanager", "node-exporter", "kube-state-metrics"}
}

// BuildWatching builds the images of the monitoring.
func (w Workshop) BuildWatching() (map[string]Archived, error) {
	built := map[string]Archived{}
	for _, name := range Watching() {
		spec := Spec{
			Name: name, User: serviceUser, Entrypoint: []string{"/" + name},
			Files: []File{
				{Path: certificates, Source: certificates},
				{Path: "/" + name, Source: w.Programs[name], Executable: true},
			},
		}
		if name == "prometheus" && w.Pages != "" {
			pages, err := pages(w.Pages)
			if err != nil {
				return nil, err
			}
			spec.Files = append(spec.Files, pages...)
		}
		archived, err := w.archiveOnce(spec)
		if err != nil {
			return nil, err
		}
		built[name] = archived
	}
	return built, nil
}

// pages are the files of Prometheus' web pages, where a Prometheus without built-in ones looks for them: below its
// working directory.
func pages(folder string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		files = append(files, File{Path: "/static/mantine-ui/" + filepath.ToSlash(relative), Source: path})
		return err
	})
	return files, err
}

// archiveOnce archives an image of a program of the toolchain, and notes it beside the archive under the name of the
// program's folder, which says what is in it: to compress a hundred megabytes again takes seconds. An image that was
// archived before comes without its content.
func (w Workshop) archiveOnce(spec Spec) (Archived, error) {
	build := filepath.Base(filepath.Dir(w.Programs[spec.Name]))
	if spec.Name == "prometheus" && w.Pages != "" {
		build += "-" + filepath.Base(w.Pages)
	}
	note := filepath.Join(w.Shared, build+"-"+spec.Name+"-"+w.architecture()+".json")
	var archived Archived
	if text, err := os.ReadFile(note); err == nil && json.Unmarshal(text, &archived) == nil {
		if _, err := os.Stat(archived.Path); err == nil {
			return archived, nil
		}
	}
	archived, err := w.archiveIn(w.Shared, spec)
	if err != nil {
		return Archived{}, err
	}
	text, err := json.Marshal(archived)
	if err != nil {
		return Archived{}, err
	}
	return archived, os.WriteFile(note, text, 0o644)
}
