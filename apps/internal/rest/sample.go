package rest

import (
	"hash/fnv"
	"net/http"

	"github.com/techcommerce/platform/apps/internal/telemetry"
)

// Sample is of how many successful reads one has a line in the log; 1 and less mean all. Writes, and whatever failed, always
// have one. Whether a read is the one goes by its request id, so that all services that it passed through agree.
type Sample uint32

func (s Sample) skips(r *http.Request, known *record, status int) bool {
	if s <= 1 || !Reads(r.Method) || status >= http.StatusBadRequest || known.err != nil {
		return false
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(telemetry.RequestID(r.Context()))) // a hash takes everything
	return sum.Sum32()%uint32(s) != 0
}
