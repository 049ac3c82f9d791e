package web

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// count is how many orders there are of a kind.
type count struct {
	Label, Icon, Class string
	Number             int
}

// kinds are what people want to know of all orders, by the states that belong to each.
var kinds = []struct {
	count
	states []string
}{
	{count{Label: "In progress", Icon: "cycle", Class: "waiting"}, []string{"pending", "confirmed", "processing"}},
	{count{Label: "Shipped", Icon: "truck", Class: "moving"}, []string{"shipped"}},
	{count{Label: "Delivered", Icon: "parcel", Class: "done-well"}, []string{"delivered"}},
}

// counts asks order-api how many orders there are of each kind, not only on the page that is shown.
func (s *Site) counts(ctx context.Context, visitor backend.Visitor, total int) ([]count, error) {
	all := []count{{Label: "Orders", Icon: "list", Class: "over", Number: total}}
	numbers := map[string]*int{}
	group, ctx := errgroup.WithContext(ctx)
	for _, kind := range kinds {
		for _, state := range kind.states {
			number := new(int)
			numbers[state] = number
			group.Go(func() error {
				page, err := s.backend.Orders(ctx, visitor, state, backend.Span{Limit: 1})
				*number = page.Total
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		sum := kind.count
		for _, state := range kind.states {
			sum.Number += *numbers[state]
		}
		all = append(all, sum)
	}
	return all, nil
}
