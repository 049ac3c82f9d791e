package rest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// Tag is the entity tag of a body.
func Tag(body []byte) string {
	const enough = 12 // bytes of the sum
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:enough]) + `"`
}

// WriteTagged answers with JSON that has an entity tag, or with 304 if the client has just that already. Clients keep
// it, but ask each time, unless Cache-Control says something else already.
func WriteTagged(w http.ResponseWriter, r *http.Request, tag string, body []byte) {
	w.Header().Set("ETag", tag)
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-cache")
	}
	if Matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	WriteBytes(w, http.StatusOK, body)
}

// Describe answers with an API's description in OpenAPI.
func Describe(description []byte) http.HandlerFunc {
	tag := Tag(description)
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(description))
	}
}

// Matches tells whether a list of entity tags, as in If-Match or If-None-Match, has the tag.
func Matches(list, tag string) bool {
	for candidate := range strings.SplitSeq(list, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}
