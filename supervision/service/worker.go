package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Settle is one step of a worker: it stores, for every order that is due now,
// the transitions that time has made (R02, R27), in batches, and returns how
// many orders it moved. No answer depends on it, only what is stored and
// relayed. Orders that others changed meanwhile are left to the next step.
// Orders that fail are skipped and named in an [*OrdersError]; any other error
// ended the step early.
func (s *Service) Settle(ctx context.Context) (int, error) {
	var step step
	err := s.settle(ctx, &step)
	s.observer.settled(ctx, step.done, len(step.failed))
	if step.done > 0 {
		s.log.InfoContext(ctx, "settled", "orders", step.done)
	}
	if err != nil {
		return step.done, err
	}
	return step.done, step.err()
}

func (s *Service) settle(ctx context.Context, step *step) error {
	at := s.Now()
	var after supervision.Position
	for {
		batch, err := s.store.Due(ctx, at, after, s.batch)
		if err != nil {
			return err
		}
		if err := s.settleBatch(ctx, batch, at, step); err != nil {
			return err
		}
		if len(batch) < s.batch {
			return nil
		}
		last := batch[len(batch)-1]
		after = supervision.Position{At: last.Due, ID: last.ID}
	}
}

func (s *Service) settleBatch(ctx context.Context, batch []DueOrder, at time.Time, step *step) error {
	changes := make([]Change, 0, len(batch))
	for _, due := range batch {
		if due.Err != nil {
			step.fail(due.ID, due.Err)
			continue
		}
		order, records := due.Order.Settle(at)
		if len(records) > 0 {
			changes = append(changes, Change{Order: order, Before: due.Order.Version, Records: records, Relay: s.relay})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	saved, err := s.save(ctx, changes...)
	step.done += saved
	if err != nil {
		return s.settleEach(ctx, changes, step)
	}
	return nil
}

// settleEach saves the changes of a failed batch one at a time, so that one bad
// order does not hold up the others.
func (s *Service) settleEach(ctx context.Context, changes []Change, step *step) error {
	for _, change := range changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		saved, err := s.save(ctx, change)
		step.done += saved
		if err != nil {
			step.fail(change.Order.ID, err)
		}
	}
	return ctx.Err()
}

// save stores changes and returns how many; a conflict only means that somebody
// else was faster.
func (s *Service) save(ctx context.Context, changes ...Change) (int, error) {
	err := s.store.Save(ctx, changes...)
	var conflict *ConflictError
	switch {
	case errors.As(err, &conflict):
		return len(changes) - len(conflict.Orders), nil
	case err != nil:
		return 0, err
	}
	return len(changes), nil
}

// Relay is the other step of a worker: it claims records of the outbox, hands
// each to publish, and acknowledges those for which it returned nil. It returns
// how many. Records are handed over at least once, those of one order in
// sequence; a receiver tells repetitions by order and sequence number. Where
// publish fails, the order's later records wait with it until the lease ends,
// and the order is named in an [*OrdersError]; any other error ended the step
// early.
func (s *Service) Relay(ctx context.Context, publish func(context.Context, supervision.Record) error) (int, error) {
	records, err := s.store.Claim(ctx, s.Now(), s.lease, s.batch)
	if err != nil {
		return 0, err
	}
	var step step
	var done []supervision.RecordID
	failed := make(map[string]bool)
	for _, r := range records {
		if failed[r.Order] || ctx.Err() != nil {
			continue
		}
		if err := publish(ctx, r); err != nil {
			failed[r.Order] = true
			step.fail(r.Order, err)
			continue
		}
		done = append(done, r.ID())
	}
	if len(done) > 0 {
		// What has been handed over is acknowledged even if the host is
		// stopping: it would be relayed again otherwise.
		if err := s.store.Acknowledge(context.WithoutCancel(ctx), done...); err != nil {
			return 0, err
		}
	}
	step.done = len(done)
	s.observer.relayed(ctx, step.done, len(step.failed))
	return step.done, errors.Join(step.err(), ctx.Err())
}

// Run settles and, where publish is not nil, relays until the context ends, and
// returns the context's error. It waits the interval when there is nothing to
// do, and longer and longer, up to a minute, while the store fails. Any number
// of workers may run on one store.
func (s *Service) Run(ctx context.Context, publish func(context.Context, supervision.Record) error) error {
	wait := s.interval
	for ctx.Err() == nil {
		busy, err := s.round(ctx, publish)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			s.log.WarnContext(ctx, "worker step failed", "error", err, "wait", wait)
			s.pause(ctx, wait)
			wait = min(2*wait, max(longestBackOff, s.interval))
		case busy:
			wait = s.interval
		default:
			wait = s.interval
			s.pause(ctx, wait)
		}
	}
	return ctx.Err()
}

// round runs both steps once. Orders that fail are logged and neither stop nor
// slow the others.
func (s *Service) round(ctx context.Context, publish func(context.Context, supervision.Record) error) (busy bool,
	err error) {
	settled, err := s.Settle(ctx)
	err = s.tolerate(ctx, "settle", err)
	if publish == nil {
		return settled > 0, err
	}
	relayed, relayErr := s.Relay(ctx, publish)
	return settled > 0 || relayed > 0, errors.Join(err, s.tolerate(ctx, "relay", relayErr))
}

func (s *Service) tolerate(ctx context.Context, step string, err error) error {
	var failed *OrdersError
	if !errors.As(err, &failed) {
		return err
	}
	s.log.WarnContext(ctx, "orders failed", "step", step, "orders", len(failed.Failed), "first", failed.Failed[0].Order,
		"error", failed.Failed[0].Err)
	return nil
}

func (s *Service) pause(ctx context.Context, d time.Duration) {
	timer := s.clock.Timer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// OrdersError names the orders that a step of a worker could not do; the others
// are done.
type OrdersError struct {
	Failed []OrderError
}

// OrderError is one order's failure.
type OrderError struct {
	Order string
	Err   error
}

// Error tells how many failed and why the first did.
func (e *OrdersError) Error() string {
	first := e.Failed[0]
	return fmt.Sprintf("supervision: %d order(s) failed, the others are done; first %q: %v", len(e.Failed), first.Order,
		first.Err)
}

// Unwrap returns the orders' errors.
func (e *OrdersError) Unwrap() []error {
	list := make([]error, len(e.Failed))
	for i, f := range e.Failed {
		list[i] = f.Err
	}
	return list
}

// step counts what one step of a worker does.
type step struct {
	done   int
	failed []OrderError
}

func (s *step) fail(order string, err error) { s.failed = append(s.failed, OrderError{order, err}) }

func (s *step) err() error {
	if len(s.failed) == 0 {
		return nil
	}
	return &OrdersError{s.failed}
}
