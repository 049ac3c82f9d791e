package order

import (
	"context"
	"crypto/rand"
)

// Cancel ends an order that is not yet shipped and gives its stock back, at the latest when somebody resumes.
// allow decides whether it may be cancelled at all. Cancelling again changes nothing.
func (s *Service) Cancel(ctx context.Context, id int64, allow func(Order) error) (Order, error) {
	found, err := s.Store.Find(ctx, id)
	if err != nil {
		return Order{}, err
	}
	if err := allow(found); err != nil || found.Status == Cancelled {
		return found, err
	}
	cancelled, err := s.move(ctx, id, Transition{To: Cancelled})
	if err != nil {
		return Order{}, err
	}
	if err := s.release(ctx, cancelled); err != nil {
		s.Log.WarnContext(ctx, "stock will be given back later", "order", id, "error.message", err.Error())
		s.Wake()
	}
	return cancelled, nil
}

// RenewAccess gives an order another secret, so that the one before opens nothing any more. allow decides whether it may.
func (s *Service) RenewAccess(ctx context.Context, id int64, allow func(Order) error) (Order, error) {
	found, err := s.Store.Find(ctx, id)
	if err != nil {
		return Order{}, err
	}
	if err := allow(found); err != nil {
		return Order{}, err
	}
	return s.Store.SetAccess(ctx, id, rand.Text())
}

// Move brings a confirmed order on: to processing, shipped, delivered.
func (s *Service) Move(ctx context.Context, id int64, to Status) (Order, error) {
	return s.move(ctx, id, Transition{To: to})
}

// move takes a step that may have been taken before. If the answer is lost, it looks whether the step was taken.
func (s *Service) move(ctx context.Context, id int64, step Transition) (Order, error) {
	became, moved, err := s.Store.Move(ctx, id, step)
	if unavailable(err) {
		looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
		defer cancel()
		found, problem := s.Store.Find(looking, id)
		if problem != nil || found.Status != step.To {
			return Order{}, err
		}
		became, moved, err = found, true, nil
	}
	switch {
	case err != nil:
		return Order{}, err
	case moved && step.To == Cancelled:
		s.Ended(Cancelled)
	case !moved && became.Status != step.To:
		return Order{}, errStatus(became.Status, step.To)
	}
	return became, nil
}
