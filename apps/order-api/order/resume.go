package order

import (
	"context"
	"fmt"
)

// Claim leases what is due: orders that were left pending by a crash or an outage, and reservations to release. Any
// number of replicas may do so at once. Each order is to be given to Resume at once, for its lease has begun.
func (s *Service) Claim(ctx context.Context, most int) ([]Claimed, error) {
	return s.Store.Claim(ctx, lease, most)
}

// Resume does what is left to do for an order that was claimed. It takes less time than the lease lasts.
func (s *Service) Resume(ctx context.Context, claimed Claimed) error {
	working, cancel := context.WithTimeout(ctx, work)
	defer cancel()
	o, err := s.resume(working, claimed)
	if err == nil {
		err = s.release(working, o)
	}
	if err == nil {
		return nil
	}
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	wait := pause
	if o.Status == Pending && o.Damaged != nil {
		// Nobody can process it as it is. It counts as pending, so that people hear of it, and ends by its age.
		s.SetAside()
		wait = max(s.MaxAge-claimed.Age, pause)
	}
	if _, problem := s.Store.Postpone(ctx, o, wait); problem != nil {
		s.Log.WarnContext(ctx, "an order stays leased", "order", o.ID, "error.message", problem.Error())
	}
	return err
}

func (s *Service) resume(ctx context.Context, claimed Claimed) (Order, error) {
	o := claimed.Order
	switch {
	case o.Status != Pending:
		return o, nil
	case o.Key == "":
		return s.end(ctx, o, Transition{To: Rejected, Problem: errAbandoned})
	case claimed.Age >= s.MaxAge:
		return s.end(ctx, o, Transition{To: Rejected, Problem: errTooOld})
	}
	became, err := s.process(ctx, o)
	if err != nil {
		return o, fmt.Errorf("resume: %w", err)
	}
	return became, nil
}
