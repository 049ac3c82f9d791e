package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// order is what the shop answers to one.
type order struct {
	ID     int64  `json:"id"`
	Status string `json:"status"`
	// Access is the secret that opens it.
	Access string `json:"access"`
}

func (o order) path() string { return fmt.Sprintf("/api/orders/%d", o.ID) }

// orders are those of this run that the shop has acknowledged and that are not cancelled.
type orders struct {
	mu           sync.Mutex
	open         map[int64]order
	acknowledged int
	cancelled    int
}

func newOrders() *orders { return &orders{open: map[int64]order{}} }

// answered takes note of an answer to an order or a cancellation.
func (o *orders) answered(what kind, result *vegeta.Result) {
	if what != place && what != cancel {
		return
	}
	var got order
	if json.Unmarshal(result.Body, &got) != nil || got.ID == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case what == place && result.Code < http.StatusMultipleChoices:
		o.acknowledged++
		o.open[got.ID] = got
	case what == cancel && result.Code == http.StatusOK:
		o.cancelled++
		delete(o.open, got.ID)
	}
}

// mostOpen is how many orders may be open at a time: with more, a long run would sell everything that a demo has.
const mostOpen = 100

// many says that no further order should be placed before one is cancelled.
func (o *orders) many() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.open) >= mostOpen
}

// any is one that is open.
func (o *orders) any(random func(n int) int) (order, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.open) == 0 {
		return order{}, false
	}
	skip := random(min(len(o.open), 10)) // a map has no order, and the tenth is as good as any
	for _, found := range o.open {
		if skip--; skip < 0 {
			return found, true
		}
	}
	return order{}, false
}

// takeConfirmed is one that can be cancelled. It is not given out again; if its cancellation fails, left has it.
func (o *orders) takeConfirmed() (order, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, found := range o.open {
		if found.Status == "confirmed" && found.Access != "" {
			taken := found
			found.Status = "being cancelled"
			o.open[id] = found
			return taken, true
		}
	}
	return order{}, false
}

// forget takes an order off the list, cancelled or not.
func (o *orders) forget(gone order) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.open, gone.ID)
}

// left lists what is not known to be cancelled.
func (o *orders) left() []order {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []order
	for _, found := range o.open {
		list = append(list, found)
	}
	return list
}
