package link

import "bytes"

// HTTP tells that a chunk begins an HTTP answer.
func HTTP(chunk []byte) bool { return bytes.HasPrefix(chunk, []byte("HTTP/1.")) }

// Postgres tells that a chunk completes a command outside a transaction, or the commit of one: what was asked has
// happened, and only the word of it is in this chunk. ReadyForQuery with the status idle is its last message.
func Postgres(chunk []byte) bool {
	rest, idle := bytes.CutSuffix(chunk, []byte("Z\x00\x00\x00\x05I"))
	if !idle {
		return false
	}
	for _, tag := range []string{"COMMIT\x00", "INSERT ", "UPDATE ", "DELETE ", "SELECT "} {
		// CommandComplete: a C, four bytes of length, the tag.
		if at := bytes.LastIndex(rest, []byte(tag)); at >= 5 && rest[at-5] == 'C' {
			return true
		}
	}
	return false
}
