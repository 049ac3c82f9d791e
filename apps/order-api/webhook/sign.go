package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Headers of the Standard Webhooks specification, with which receivers verify an event and tell duplicates.
const (
	HeaderID        = "webhook-id"
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// Key is a symmetric key of the Standard Webhooks specification. Its text is whsec_ and 24 to 64 bytes in base64.
type Key struct{ bytes []byte }

const keyPrefix = "whsec_"

var errKey = errors.New("want whsec_ and 24 to 64 bytes in base64")

// ParseKey reads a key. Its error does not repeat the text.
func ParseKey(text string) (Key, error) {
	encoded, ok := strings.CutPrefix(text, keyPrefix)
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(decoded) < 24 || len(decoded) > 64 {
		return Key{}, errKey
	}
	return Key{decoded}, nil
}

// Sign makes the value of HeaderSignature, with an entry for each key: a receiver that knows any of them accepts the event.
func Sign(keys []Key, id string, at time.Time, body []byte) string {
	var entries []string
	for _, key := range keys {
		sum := hmac.New(sha256.New, key.bytes)
		sum.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		sum.Write(body)
		entries = append(entries, "v1,"+base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	}
	return strings.Join(entries, " ")
}
