package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// worthCompressing is from where on fewer bytes are worth the work.
	worthCompressing = 1 << 10
	// compressedPages is how many pages are kept compressed: most visitors look at the same few.
	compressedPages = 128
)

// compressor compresses each content once.
type compressor struct {
	done *lru.Cache[[sha256.Size]byte, []byte]
}

func newCompressor() (compressor, error) {
	done, err := lru.New[[sha256.Size]byte, []byte](compressedPages)
	if err != nil {
		return compressor{}, fmt.Errorf("compressor: %w", err)
	}
	return compressor{done}, nil
}

// page is a page's content in gzip.
func (c compressor) page(content []byte) ([]byte, error) {
	sum := sha256.Sum256(content)
	if compressed, ok := c.done.Get(sum); ok {
		return compressed, nil
	}
	compressed, err := compress(content, gzip.DefaultCompression)
	if err == nil {
		c.done.Add(sum, compressed)
	}
	return compressed, err
}

func compress(content []byte, level int) ([]byte, error) {
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, level)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if _, err := writer.Write(content); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return compressed.Bytes(), nil
}

// takesGzip says whether the client can read gzip. A client that names it with q=0 cannot.
func takesGzip(r *http.Request) bool {
	for entry := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(entry), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight = strings.ReplaceAll(weight, " ", "")
			return !strings.HasPrefix(weight, "q=0") || strings.Trim(weight, "q=0.") != ""
		}
	}
	return false
}
