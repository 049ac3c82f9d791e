package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// deadPerPage bounds how many dead letters a page shows.
const deadPerPage = 100

// adminEventsView is what is sent to webhooks, and what is not any more.
type adminEventsView struct {
	Receivers []receiverView
	// More is the address of the next page of dead letters; empty where there is none.
	More string
}

// receiverView is a webhook's receiver with the dead letters of this page.
type receiverView struct {
	backend.Receiver
	// Oldest is how long the oldest pending event has waited, in words; empty where nothing waits.
	Oldest string
	Orders []deadOrder
}

// deadOrder is an order some of whose changes a receiver is not sent any more.
type deadOrder struct {
	Receiver string
	ID       int64
	Reason   string
	Changes  []deadChange
}

type deadChange struct {
	Status status
	At     string
}

func newAdminEventsView(events backend.Events) adminEventsView {
	view := adminEventsView{}
	for _, r := range events.Receivers {
		shown := receiverView{Receiver: r}
		if r.Pending > 0 {
			shown.Oldest = (time.Duration(r.OldestSeconds) * time.Second).String()
		}
		for _, letter := range events.DeadLetters {
			if letter.Receiver == r.Name {
				shown.add(letter)
			}
		}
		view.Receivers = append(view.Receivers, shown)
	}
	if events.Next > 0 {
		view.More = "/admin/events?after=" + strconv.FormatInt(events.Next, 10)
	}
	return view
}

// add puts a dead letter to those of the same order.
func (v *receiverView) add(letter backend.DeadLetter) {
	change := deadChange{statusOf(letter.Status), letter.At}
	for i := range v.Orders {
		if v.Orders[i].ID == letter.Order {
			v.Orders[i].Changes = append(v.Orders[i].Changes, change)
			return
		}
	}
	v.Orders = append(v.Orders, deadOrder{Receiver: v.Name, ID: letter.Order, Reason: letter.Reason, Changes: []deadChange{change}})
}

func (s *Site) adminEvents(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	ctx, cancel := patience(r)
	defer cancel()
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		after = 0
	}
	events, err := apis.Events(ctx, after, deadPerPage)
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	s.render(w, r, page{
		Template: "adminevents", Title: "Events", Nav: "admin", Session: s.sessions.Load(r), Content: newAdminEventsView(events),
	})
}

// changeEvents answers POST /admin/events: dead letters are sent again or discarded, those of an order or all of a
// receiver.
func (s *Site) changeEvents(w http.ResponseWriter, r *http.Request, apis backend.Admin) {
	if !s.form(w, r) {
		return
	}
	receiver, id := r.PostForm.Get("receiver"), int64(0)
	if text := r.PostForm.Get("order"); text != "" {
		parsed, err := strconv.ParseInt(text, 10, 64)
		if err != nil || parsed < 1 {
			s.badForm(w, r)
			return
		}
		id = parsed
	}
	do, done := apis.Replay, "will be sent again"
	switch r.PostForm.Get("do") {
	case "replay":
	case "discard":
		do, done = apis.Discard, "discarded"
	default:
		s.badForm(w, r)
		return
	}
	count, err := do(r.Context(), receiver, id)
	if err != nil {
		s.adminFailed(w, r, err)
		return
	}
	s.audit(r, "changed dead letters: "+done, "receiver", receiver, "order", id, "count", count)
	events := "events"
	if count == 1 {
		events = "event"
	}
	s.save(w, r, s.sessions.Load(r).WithNotice(fmt.Sprintf("%d %s %s.", count, events, done)))
	http.Redirect(w, r, "/admin/events", http.StatusSeeOther)
}
