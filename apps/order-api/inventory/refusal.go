package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// answer is what product-api says where it does not do what it was asked.
type answer struct {
	Error   string            `json:"error"`
	Fields  map[string]string `json:"fields"`
	Details map[string]any    `json:"details"`
}

// refusal is a refusal of product-api as the fault that it is for whoever ordered. Only a word on the order itself is
// the customer's: too little stock, other prices, an unknown product, or a reservation that was released for good.
// Anything else is about how the two services speak with each other, a 400 or 401 in the middle of an upgrade for
// example, and may pass, and the order with it.
func refusal(status int, content []byte) error {
	var said answer
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber() // amounts stay as they are written
	if err := decoder.Decode(&said); err != nil || said.Error == "" {
		return down(fmt.Errorf("status %d without a reason", status))
	}
	refused := &fault.Error{Message: said.Error, Fields: said.Fields, Details: said.Details}
	switch {
	case status == http.StatusConflict && said.aboutTheOrder():
		refused.Kind = fault.Conflict
	case status == http.StatusUnprocessableEntity && len(said.Fields) > 0:
		refused.Kind = fault.Unprocessable
	default:
		return down(fmt.Errorf("status %d: %w", status, errors.New(said.Error)))
	}
	return refused
}

func (a answer) aboutTheOrder() bool {
	for _, detail := range []string{"shortages", "lines", "status"} {
		if _, ok := a.Details[detail]; ok {
			return true
		}
	}
	return false
}
