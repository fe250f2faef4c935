package service

import (
	"context"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// What Order, Do and Records show is stored first (R02): a command that comes
// later, from a slow clock or by a slow save, finds it done.

// shown brings an order to an instant, and stores what time has made due by
// then.
func (s *Service) shown(ctx context.Context, stored supervision.Order, at time.Time) (supervision.Order, error) {
	order, due := stored.Settle(at)
	if len(due) == 0 {
		return order, nil
	}
	err := s.store.Save(ctx, Change{Order: order, Before: stored.Version, Records: due, Relay: s.outbox})
	if err != nil {
		return supervision.Order{}, err
	}
	return order, nil
}

// show loads an order for an actor and returns it as it is at an instant.
func (s *Service) show(ctx context.Context, id string, actor supervision.Actor,
	at time.Time) (order supervision.Order, err error) {
	_, err = s.contend(func() error {
		if order, _, err = s.load(ctx, id, actor, ""); err == nil {
			order, err = s.shown(ctx, order, at)
		}
		return err
	})
	return order, err
}

// contend tries while a concurrent writer is faster, a bounded number of times,
// and tells how often.
func (s *Service) contend(try func() error) (attempts int, err error) {
	for attempts = 1; ; attempts++ {
		if err = try(); !outrun(err) || attempts >= s.attempts {
			return attempts, err
		}
	}
}
