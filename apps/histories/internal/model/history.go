package model

import (
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Product is one that was on sale, as it was at first, and the group that it is in.
type Product struct {
	ID    int64
	Group int
	Stock int64
	Price money.Cents
}

// History is all that is known once everything has come to rest.
type History struct {
	Products []Product
	Calls    []Call
	// Books are the databases in the end, read at End.
	Books books.Books
	End   time.Duration
	// Stale is for how long an answer to a read may be kept and given again by replicas that know of no write since.
	Stale time.Duration
}

// Verdict is what the checker finds of one part of a history.
type Verdict struct {
	// Part says which: a group of products, or an order.
	Part string
	// Result is Unknown if there was no time to decide.
	Result porcupine.CheckResult
	Events int

	model porcupine.Model
	info  porcupine.LinearizationInfo
}

// Draw writes a page that shows the part over time, and where it stops being possible.
func (v Verdict) Draw(path string) error { return porcupine.VisualizePath(v.model, v.info, path) }

// Check checks every part, each for so long at most.
func (h History) Check(within time.Duration) (verdicts []Verdict) {
	all := h.indexed()
	for group, initial := range h.shelves() {
		verdicts = append(verdicts, check("products "+group, stockModel(initial), all.stockOperations(group), within))
	}
	for _, customer := range all.customers {
		verdicts = append(verdicts, check("order of "+customer, orderModel(), all.orderOperations(customer), within))
	}
	return verdicts
}

func check(part string, model porcupine.Model, operations []porcupine.Operation, within time.Duration) Verdict {
	spread(operations)
	v := Verdict{Part: part, Events: len(operations), model: model}
	v.Result, v.info = porcupine.CheckOperationsVerbose(model, operations, within)
	return v
}

// spread puts operations that overlap into different rows of the picture.
func spread(operations []porcupine.Operation) {
	var free []int64 // when each row is free again
	for i, operation := range operations {
		row := 0
		for row < len(free) && free[row] >= operation.Call {
			row++
		}
		if row == len(free) {
			free = append(free, 0)
		}
		free[row] = operation.Return
		operations[i].ClientId = row
	}
}
