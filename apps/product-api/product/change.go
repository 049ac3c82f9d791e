package product

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
	p.Version++
	return nil
}
