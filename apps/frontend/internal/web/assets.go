package web

import (
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"github.com/gorilla/mux"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages refer to, by name.
type assets map[string]asset

type asset struct {
	content     []byte
	contentType string
	// compressed is the content in gzip, nil where that saves nothing.
	compressed []byte
	version    string
}

func loadAssets() (assets, error) {
	entries, err := fs.ReadDir(assetFiles, "assets")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	all := assets{}
	for _, entry := range entries {
		content, err := assetFiles.ReadFile(path.Join("assets", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		sum := sha256.Sum256(content)
		compressed, err := compress(content, gzip.BestCompression)
		if err != nil {
			return nil, fmt.Errorf("assets: %w", err)
		}
		if len(compressed) > len(content)*9/10 {
			compressed = nil
		}
		all[entry.Name()] = asset{
			content:     content,
			compressed:  compressed,
			contentType: contentType(path.Ext(entry.Name())),
			version:     hex.EncodeToString(sum[:6]),
		}
	}
	return all, nil
}

// contentType does not rely on the system's table of types alone, which a minimal image lacks.
func contentType(extension string) string {
	if extension == ".ico" {
		return "image/x-icon"
	}
	return mime.TypeByExtension(extension)
}

// url is where a page finds an asset: its version is in the query, so that it can be cached for ever.
func (a assets) url(name string) (string, error) {
	file, ok := a[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/assets/" + name + "?v=" + file.version, nil
}

// asset answers GET /assets/{name}.
func (s *Site) asset(w http.ResponseWriter, r *http.Request) { s.serveAsset(w, r, mux.Vars(r)["name"]) }

// favicon answers GET /favicon.ico, which browsers ask for unasked.
func (s *Site) favicon(w http.ResponseWriter, r *http.Request) { s.serveAsset(w, r, "favicon.ico") }

func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := s.assets[name]
	if !ok {
		s.notFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", file.contentType)
	content, tag := file.content, file.version
	if file.compressed != nil {
		header.Add("Vary", "Accept-Encoding")
		if takesGzip(r) {
			content, tag = file.compressed, file.version+"-gzip"
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	// During a release a page of the new version may ask a replica of the old one. It gets what there is, and asks again.
	header.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == file.version {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == header.Get("ETag") {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.write(w, r, content)
}
