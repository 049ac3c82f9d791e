package sqlstore

import (
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

// recorded is the column history with one more status in it, which a statement's parameter names.
func (s *Store) recorded(status string) string {
	return `history || ` + status + ` || '@' || CAST(` + s.now() + ` AS TEXT) || ' '`
}

// readHistory reads the column history. It is for people to look at: what cannot be read is left out, for that is no
// reason to refuse the order.
func readHistory(text string) (events []order.Event) {
	for entry := range strings.FieldsSeq(text) {
		status, at, _ := strings.Cut(entry, "@")
		if ms, err := strconv.ParseInt(at, 10, 64); err == nil {
			events = append(events, order.Event{Status: order.Status(status), At: time.UnixMilli(ms)})
		}
	}
	return events
}
