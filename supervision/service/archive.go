package service

import (
	"context"
	"errors"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// Archive hands the orders that closed before an instant to a sink, each with
// its whole history, and removes each for which the sink returned nil, so that
// nothing is lost: an order is handed over at least once, and again where its
// removal failed or the host stopped in between. An order stays, to be handed
// over another time, while one of its records waits to be relayed. Archive
// returns how many it removed. An order that time has closed is archived once
// that has been stored, as [Service.Run] and [Service.Settle] do.
//
// An order of which records are missing, or do not make it, fails: it stays,
// and the sink never sees it. A sink may refuse an order with other findings.
// The id of a removed order is free: opening it again opens another order
// (R28). While a call that began before the removal may still reach the
// store, leave it alone: to the store two orders of one id are one.
//
// Orders that fail are skipped and named in an [*OrdersError]; any other error
// ended it early.
func (s *Service) Archive(ctx context.Context, closedBefore time.Time,
	sink func(context.Context, History) error) (int, error) {
	var f faults
	closedBefore = f.Instant("closed_before", closedBefore)
	if sink == nil {
		f.Add("sink", fault.Required, "pass a function")
	}
	if err := f.err(); err != nil {
		return 0, err
	}
	var step step
	filter := supervision.Filter{Limit: s.batch} // at no instant: an end that no worker has stored is none
	filter.Closed.Before = closedBefore
	if err := s.archive(ctx, filter, sink, &step); err != nil {
		return step.done, err
	}
	return step.done, step.err()
}

// archive goes through the orders that a filter finds.
func (s *Service) archive(ctx context.Context, filter supervision.Filter,
	sink func(context.Context, History) error, step *step) error {
	for {
		page, err := s.store.Search(ctx, filter)
		if err != nil {
			return err
		}
		for _, found := range page {
			removed, err := s.handOver(ctx, found.ID, filter.Closed.Before, sink)
			if removed {
				step.add(1)
			}
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				step.fail(found.ID, err)
			}
		}
		if len(page) < filter.Limit {
			return nil
		}
		filter.After = page[len(page)-1].Position
	}
}

// handOver reads one order at a time: it can be large, and so can its history.
// By then it may be another order of the same id.
func (s *Service) handOver(ctx context.Context, id string, closedBefore time.Time,
	sink func(context.Context, History) error) (removed bool, err error) {
	order, _, err := s.store.Load(ctx, id, "")
	var history History
	if err == nil {
		history, err = s.history(ctx, order)
	}
	switch {
	case errors.Is(err, supervision.ErrNotFound): // removed by another since it was found
		return false, nil
	case err != nil:
		return false, err
	case !history.Order.Status.Final() || !history.Order.ClosedAt.Before(closedBefore):
		return false, nil
	}
	if err := history.whole(); err != nil {
		return false, err
	}
	if err := sink(ctx, history); err != nil {
		return false, err
	}
	return s.store.Remove(ctx, id, history.Order.Version)
}
