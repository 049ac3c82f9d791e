package backend

import "sync"

const (
	// budgetMost is how many retries may come at once, after a time without any.
	budgetMost = 10
	// budgetPart is how many retries each request pays for: a backend in trouble gets a tenth more to do, not twice more.
	budgetPart = 0.1
)

// budget bounds retries to a part of the requests.
type budget struct {
	mu   sync.Mutex
	left float64
}

func newBudget() *budget { return &budget{left: budgetMost} }

// pay notes a request, which pays for a part of a retry.
func (b *budget) pay() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+budgetPart, budgetMost)
}

// spend says whether a retry may be made.
func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
