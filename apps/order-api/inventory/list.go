package inventory

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

// Reservations implements order.Inventory.
func (c *Client) Reservations(ctx context.Context, after string, most int, age time.Duration) ([]order.Held, error) {
	query := url.Values{"limit": {strconv.Itoa(most)}, "min_age": {strconv.Itoa(int(age.Seconds()))}}
	if after != "" {
		query.Set("after", after)
	}
	var listed struct {
		Reservations []struct {
			ID     string       `json:"id"`
			Status string       `json:"status"`
			Items  []order.Item `json:"items"`
		} `json:"reservations"`
	}
	if err := c.do(ctx, call{method: http.MethodGet, path: "?" + query.Encode()}, &listed); err != nil {
		return nil, err
	}
	var page []order.Held
	for _, r := range listed.Reservations {
		page = append(page, order.Held{Name: r.ID, Confirmed: r.Status == confirmed, Items: r.Items})
	}
	return page, nil
}
