package histories_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/model"
	"github.com/techcommerce/platform/apps/internal/money"
)

// restock is somebody who adds pieces, or takes broken ones away, while others order.
func (h *history) restock(client int, dice *rand.Rand) {
	group := h.onSale(dice)
	call := model.Call{
		Client: client, Kind: model.Restock, Product: group[dice.IntN(len(group))].ID,
		Replica: dice.IntN(len(h.shop.products)), Change: dice.Int64N(5) - 1, Key: strings.ReplaceAll(h.name("restock"), " ", "-"),
	}
	if call.Change == 0 {
		call.Change = 5
	}
	for range attempts {
		if h.change(call) {
			break
		}
		call.Replica = dice.IntN(len(h.shop.products))
	}
	h.seeProduct(client, call.Replica, call.Product)
}

// change asks for a change of stock, and is true once that is answered for good.
func (h *history) change(call model.Call) bool {
	call.Start = h.now()
	got := ask{
		method: http.MethodPost,
		url:    fmt.Sprintf("%s/api/products/%d/stock", h.shop.products[call.Replica].URL, call.Product),
		header: map[string]string{"Authorization": asAdmin["Authorization"], "Idempotency-Key": call.Key},
		body:   map[string]any{"change": call.Change}, patience: 3 * time.Second,
	}.send(h.Context(), apis)
	call.End = h.now()
	switch got.Status {
	case http.StatusOK:
		var said productSaid
		if err := json.Unmarshal(got.Body, &said); err != nil {
			h.Errorf("restock: %s: %v", got, err)
		}
		call.Status, call.Said.Stock = got.Status, said.Stock
	case http.StatusConflict:
		call.Status = got.Status
	case 0, http.StatusServiceUnavailable:
	default:
		h.Errorf("restock: %s", got)
	}
	h.record(call)
	return call.Status != 0
}

// insist repeats the changes of stock that were never answered, so that it is known of each that it has happened, and
// when at the latest.
func (h *history) insist() {
	open := map[string]model.Call{}
	for _, call := range h.calls {
		if call.Kind == model.Restock {
			open[call.Key] = call
			if call.Status != 0 {
				delete(open, call.Key)
			}
		}
	}
	for _, call := range open {
		if !h.change(call) {
			h.Errorf("restock %s of product %d is not answered by a shop in which nothing is wrong any more", call.Key, call.Product)
		}
	}
}

// reprice is somebody who changes prices while others order. Where nobody says whether a price is changed, it is left
// as it is, so that the books tell in the end.
func (h *history) reprice(client int, dice *rand.Rand) {
	group := h.onSale(dice)
	product := group[dice.IntN(len(group))].ID
	if h.unsure[product] {
		return
	}
	call := model.Call{
		Client: client, Kind: model.Reprice, Product: product, Replica: dice.IntN(len(h.shop.products)), Start: h.now(),
		Said: model.Said{Price: money.Cents(1000 + dice.IntN(1_000_000))},
	}
	got := ask{
		method: http.MethodPatch,
		url:    fmt.Sprintf("%s/api/products/%d", h.shop.products[call.Replica].URL, product),
		header: asAdmin, body: map[string]any{"price": call.Said.Price}, patience: 3 * time.Second,
	}.send(h.Context(), apis)
	call.End = h.now()
	if got.Status == http.StatusOK {
		call.Status = got.Status
	} else {
		h.unsure[product] = true
	}
	h.record(call)
	h.seeProduct(client, call.Replica, product)
}
