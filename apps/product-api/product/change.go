package product

import (
	"fmt"
	"strings"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Apply makes the change, if it is allowed.
func (c Change) Apply(p *Product) error {
	if c.Allow != nil {
		if err := c.Allow(*p); err != nil {
			return err
		}
	}
	if c.Name != nil {
		p.Name = *c.Name
	}
	if c.Price != nil {
		p.Price = *c.Price
	}
	if c.Stock != nil {
		p.Stock = *c.Stock
	}
	if c.Withdrawn != nil {
		p.Withdrawn = *c.Withdrawn
	}
	p.Version++
	return nil
}

// Since says in words what is different about the product since it was as before.
func (p Product) Since(before Product) string {
	var changes []string
	if p.Name != before.Name {
		changes = append(changes, fmt.Sprintf("name %q, was %q", p.Name, before.Name))
	}
	if p.Price != before.Price {
		changes = append(changes, fmt.Sprintf("price %s, was %s", p.Price, before.Price))
	}
	if p.Stock != before.Stock {
		changes = append(changes, fmt.Sprintf("stock %d, was %d", p.Stock, before.Stock))
	}
	switch {
	case p.Withdrawn && !before.Withdrawn:
		changes = append(changes, "out of sale")
	case !p.Withdrawn && before.Withdrawn:
		changes = append(changes, "on sale again")
	case len(changes) == 0:
		return "nothing changed"
	}
	return strings.Join(changes, "; ")
}

// Add adds to what is in stock, or takes from it.
func (p *Product) Add(change int64) error {
	switch stock := p.Stock + change; {
	case stock < 0:
		return &fault.Error{Kind: fault.Conflict, Message: "Not enough stock", Fields: map[string]string{
			"change": fmt.Sprintf("%d of %s left", p.Stock, p.Name),
		}}
	case stock > MaxStock:
		return &fault.Error{Kind: fault.Conflict, Message: "Too much stock", Fields: map[string]string{
			"change": fmt.Sprintf("%d of %s are there, and at most %d may be", p.Stock, p.Name, MaxStock),
		}}
	default:
		p.Stock = stock
		return nil
	}
}
