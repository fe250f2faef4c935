package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
	s.observer.settled(ctx, StepEvent{Done: step.done, Failed: len(step.failed), Err: err})
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
	due := pages(s.batch, func(after supervision.Position) ([]Found, error) {
		return s.store.Due(ctx, at, after, s.batch)
	}, func(f Found) supervision.Position { return f.Position })
	return abreast(s.writers, due, func(batch []Found) error { return s.settleBatch(ctx, batch, at, step) })
}

func (s *Service) settleBatch(ctx context.Context, batch []Found, at time.Time, step *step) error {
	changes := make([]Change, 0, len(batch))
	for _, due := range batch {
		if due.Err != nil {
			step.fail(due.ID, due.Err)
			continue
		}
		order, records := due.Order.Settle(at)
		if len(records) > 0 {
			changes = append(changes,
				Change{Order: order, Before: due.Order.Version, Records: records, Relay: s.outbox})
		}
	}
	return storeEach(ctx, step, changes, func(c Change) string { return c.Order.ID }, s.store.Save)
}

// storeEach stores the changes of a batch together, and where that fails each
// by itself, so that one bad order does not hold up the others.
func storeEach[C any](ctx context.Context, step *step, changes []C, order func(C) string,
	store func(context.Context, ...C) error) error {
	if len(changes) == 0 || stored(ctx, step, changes, store) == nil {
		return nil
	}
	for i := range changes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := stored(ctx, step, changes[i:i+1], store); err != nil {
			step.fail(order(changes[i]), err)
		}
	}
	return ctx.Err()
}

// stored stores changes and counts them; a conflict only means that somebody
// else was faster.
func stored[C any](ctx context.Context, step *step, changes []C, store func(context.Context, ...C) error) error {
	err := store(ctx, changes...)
	var conflict *ConflictError
	done := len(changes)
	if errors.As(err, &conflict) {
		done -= len(conflict.Orders)
		err = nil
	}
	if err == nil {
		step.add(done)
	}
	return err
}

// Run settles and, where publish is not nil, gives notices and relays until the
// context ends, and returns the context's error. None waits for another. Each
// waits the interval when there is nothing to do, and longer and longer, up to
// a minute, while the store fails. Any number of workers may run on one store.
//
// What is being handed over when the context ends is waited for until publish
// returns or the lease ends; then a store has as long as a lease to hear of it.
func (s *Service) Run(ctx context.Context, publish Publish) error {
	var steps sync.WaitGroup
	if publish != nil {
		steps.Go(func() {
			s.loop(ctx, "notice", func() (bool, error) {
				n, err := s.Notice(ctx)
				return n > 0, err
			})
		})
		steps.Go(func() { s.relayAll(ctx, publish) })
	}
	s.loop(ctx, "settle", func() (bool, error) {
		n, err := s.Settle(ctx)
		return n > 0, err
	})
	steps.Wait()
	return ctx.Err()
}

// loop repeats a step until the context ends. A step that was busy is followed
// by another at once. Orders that fail are logged and neither stop nor slow the
// others.
func (s *Service) loop(ctx context.Context, name string, step func() (busy bool, err error)) {
	wait := s.interval
	for ctx.Err() == nil {
		busy, err := step()
		err = s.tolerate(ctx, name, err)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.WarnContext(ctx, "worker step failed", "step", name, "error", err, "wait", wait)
			s.pause(ctx, wait)
			wait = min(2*wait, max(longestWait, s.interval))
		case busy:
			wait = s.interval
		default:
			wait = s.interval
			s.pause(ctx, wait)
		}
	}
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
	return fmt.Sprintf("service: %d order(s) failed, the others are done; first %q: %v", len(e.Failed), first.Order,
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
	mu     sync.Mutex
	done   int
	failed []OrderError
}

func (s *step) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done += n
}

func (s *step) fail(order string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, OrderError{order, err})
}

func (s *step) err() error {
	if len(s.failed) == 0 {
		return nil
	}
	return &OrdersError{s.failed}
}
