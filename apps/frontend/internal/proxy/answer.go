package proxy

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/techcommerce/platform/apps/internal/rest"
)

// buffered is how large an answer may be to be taken whole before its first byte is passed on, so that one that breaks
// off is a clean failure.
const buffered = 256 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// answer passes an API's answer on. After an error nothing has been written yet.
func answer(w http.ResponseWriter, response *http.Response) error {
	buffer := buffers.Get().(*bytes.Buffer) //nolint:errcheck // there is nothing else in this pool
	defer buffers.Put(buffer)
	buffer.Reset()
	if _, err := io.CopyN(buffer, response.Body, buffered); err != nil && err != io.EOF {
		return fmt.Errorf("answer: %w", err)
	}
	whole := buffer.Len() < buffered
	if whole {
		// Its place among the API's callers is given up before the client reads, for a client may read slowly.
		_ = response.Body.Close() // it was read
	}
	copyHeader(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	_, err := w.Write(buffer.Bytes())
	if err == nil && !whole {
		_, err = io.Copy(w, response.Body)
	}
	if err != nil {
		// Half an answer must not be taken for a whole one.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// hops are the headers of one connection, and what this service says itself.
var hops = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Connection": true, "Te": true,
	"Trailer": true, "Transfer-Encoding": true, "Upgrade": true, "Date": true,
	rest.RequestIDHeader: true, "X-Content-Type-Options": true,
}

func copyHeader(to, from http.Header) {
	named := from["Connection"]
	for name, values := range from {
		if hops[name] || len(named) > 0 && listed(named, name) {
			continue
		}
		to[name] = append(to[name], values...)
	}
}

// listed says whether a Connection header names another one as its own.
func listed(connection []string, name string) bool {
	for _, list := range connection {
		for entry := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(entry), name) {
				return true
			}
		}
	}
	return false
}
