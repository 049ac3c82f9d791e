package audit

import (
	"math"
	"net/http"
	"time"

	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// Require is Require of the owner's keys: it passes requests on that carry one, and marks what they do as the owner's.
func Require(keys *apikey.Keys, next http.HandlerFunc) http.HandlerFunc {
	return keys.Require(func(w http.ResponseWriter, r *http.Request) {
		next(w, r.WithContext(By(r.Context(), apikey.Carried(r))))
	})
}

// entryView is an entry as the owner reads it.
type entryView struct {
	ID      int64  `json:"id"`
	At      string `json:"at"`
	Key     string `json:"key"`
	Action  string `json:"action"`
	Subject string `json:"subject"`
	Detail  string `json:"detail"`
}

// pageView is a page of entries. Next is what to give as before for the next page; it is absent where there is none.
type pageView struct {
	Entries []entryView `json:"entries"`
	Count   int         `json:"count"`
	Next    int64       `json:"next,omitempty"`
}

// ServeHTTP answers with a page of the log. It is for the owner alone: whoever adds the route asks for the key.
func (l Log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := rest.ReadQuery(r)
	before, limit := int64(query.Int("before", 0, 1, math.MaxInt64)), query.Int("limit", 100, 1, 1000)
	if err := query.Err(); err != nil {
		rest.Error(w, r, err)
		return
	}
	entries, err := l.List(r.Context(), before, limit+1)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	view := pageView{Entries: []entryView{}}
	if len(entries) > limit {
		entries = entries[:limit]
		view.Next = entries[limit-1].ID
	}
	for _, e := range entries {
		view.Entries = append(view.Entries, entryView{e.ID, e.At.UTC().Format(time.RFC3339), e.Key, e.Name, e.Subject, e.Detail})
	}
	view.Count = len(view.Entries)
	w.Header().Set("Cache-Control", "private, no-store")
	rest.Write(w, r, http.StatusOK, view)
}
