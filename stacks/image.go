package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var digestForm = regexp.MustCompile(`^[^\s@]+` + digest + `$`)

// Image is a reference with a digest or, for images that are not ours, at least a tag.
type Image string

// Version is what logs, metrics and labels call the build: the first 12 digits of its digest, so that unchanged code
// keeps its version and never rolls a pod; without a digest the tag.
func (i Image) Version() string {
	if _, digest, ok := strings.Cut(string(i), "@sha256:"); ok {
		return digest[:12]
	}
	return strings.TrimPrefix(strings.TrimPrefix(string(i), i.Repository()), ":")
}

// Repository is the reference without tag and digest.
func (i Image) Repository() string {
	name, _, _ := strings.Cut(string(i), "@")
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name = name[:colon]
	}
	return name
}

func checkRef(ref string) error {
	if !digestForm.MatchString(ref) {
		return errors.New("want a reference that ends in @sha256:<64 hex digits>")
	}
	return nil
}

// Resolve finds the image of every service: in refs, else in the file, whose content is given with the error of reading
// it. The error has everything that is wrong.
func (i Images) Resolve(content []byte, readErr error) (map[string]Image, error) {
	images := map[string]Image{}
	for service, ref := range i.Refs {
		images[service] = Image(ref)
	}
	if len(images) == len(serviceNames()) {
		return images, nil
	}
	var file struct {
		Images map[string]string `json:"images"`
	}
	if readErr == nil {
		readErr = json.Unmarshal(content, &file)
	}
	if readErr != nil {
		return nil, fmt.Errorf("images: %s: %w; run make images, or set images.refs", i.File, readErr)
	}
	var problems []error
	for _, service := range serviceNames() {
		if _, ok := images[service]; ok {
			continue
		}
		if err := checkRef(file.Images[service]); err != nil {
			problems = append(problems, fmt.Errorf("images: %s: %s: %q, %w; run make images",
				i.File, service, file.Images[service], err))
		}
		images[service] = Image(file.Images[service])
	}
	return images, errors.Join(problems...)
}

// Others are the images that the file names beside those of services: what the local cluster was given because it cannot
// pull. A file that cannot be read was reported by Resolve.
func (i Images) Others(content []byte) map[string]Image {
	var file struct {
		Images map[string]Image `json:"images"`
	}
	if json.Unmarshal(content, &file) != nil {
		return nil
	}
	maps.DeleteFunc(file.Images, func(name string, _ Image) bool { return isService(name) })
	return file.Images
}

// AllowedRegistries is the prefixes that images of the namespace may have.
func (i Images) AllowedRegistries(images map[string]Image) []string {
	if len(i.Registries) > 0 {
		return i.Registries
	}
	var prefixes []string
	for _, service := range slices.Sorted(maps.Keys(images)) {
		prefixes = append(prefixes, images[service].Repository())
	}
	return prefixes
}
