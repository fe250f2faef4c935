package service

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision"
)

// Relay is the other step of a worker: it claims records of the outbox, one of
// each order, hands each to publish, and acknowledges those for which it
// returned nil. It returns how many. Records are handed over at least once,
// those of one order in sequence; a receiver tells repetitions by order and
// sequence number.
//
// Where publish fails or panics, where it is still at it when the lease ends,
// and where the record cannot be read, the order is named in an [*OrdersError],
// and its next attempt comes later and later. What is not handed over when the
// lease or the context ends is given back. Any other error ended the step
// early. None relayed does not mean an empty outbox: what waits may be under
// other claims, or wait for its next attempt.
func (s *Service) Relay(ctx context.Context, publish Publish) (int, error) {
	if publish == nil {
		var f faults
		f.Add("publish", fault.Required, "pass a function")
		return 0, f.err()
	}
	idle := newIdle(s.publishers)
	<-idle
	r, err := s.claim(ctx, publish, idle)
	err = r.relay(ctx, err, idle)
	return r.step.done, err
}

// relayAll relays until the context ends. It claims more as soon as a publisher
// has nothing to do, so that one that is kept waiting holds up no other order.
func (s *Service) relayAll(ctx context.Context, publish Publish) {
	idle := newIdle(s.publishers)
	ended := make(chan error)
	var rounds sync.WaitGroup
	s.loop(ctx, "relay", func() (busy bool, err error) {
		for {
			select {
			case err := <-ended:
				return true, err
			case <-idle:
			}
			r, err := s.claim(ctx, publish, idle)
			if len(r.records) == 0 {
				idle <- struct{}{}
				return false, r.relay(ctx, err, idle)
			}
			rounds.Go(func() {
				ended <- r.relay(ctx, err, idle)
				idle <- struct{}{} // not before what came of it is known
			})
		}
	})
	go func() {
		rounds.Wait()
		close(ended)
	}()
	for err := range ended {
		_ = s.tolerate(ctx, "relay", err)
	}
}

// idle are the publishers that have nothing to do.
type idle chan struct{}

func newIdle(n int) idle {
	all := make(idle, n)
	for range n {
		all <- struct{}{}
	}
	return all
}

// take reports whether there is one.
func (i idle) take() bool {
	select {
	case <-i:
		return true
	default:
		return false
	}
}

// round hands over the records of one claim, several at once where the service
// does. It never has two of the same order.
type round struct {
	*Service
	publish Publish
	until   time.Time
	records []Claimed
	// publishers is how many hand them over.
	publishers int
	// handing ends when the host stops, when the lease ends or when the store
	// fails; lease only when the lease does.
	handing, lease context.Context
	stop           context.CancelFunc

	step step

	mu  sync.Mutex
	err error
}

// claim makes a round of what it claims. One publisher is the round's from the
// beginning, and it takes others that are idle, at once: the next claim would
// take them for nothing, and what waits here behind one that hangs would wait
// until the lease ends.
func (s *Service) claim(ctx context.Context, publish Publish, idle idle) (*round, error) {
	at := s.Now()
	records, err := s.store.Claim(ctx, at, s.lease, s.batch)
	r := &round{Service: s, publish: publish, until: at.Add(s.lease), records: records, publishers: 1}
	for r.publishers < len(records) && idle.take() {
		r.publishers++
	}
	return r, err
}

// relay hands the records over and tells what came of it, after a claim with an
// error or none. Its publishers are idle again when nothing is left to be
// handed over; the last one is the caller's to release.
func (r *round) relay(ctx context.Context, err error, idle idle) error {
	if len(r.records) > 0 {
		err = r.run(ctx, idle)
	}
	r.observer.relayed(ctx, StepEvent{Done: r.step.done, Failed: len(r.step.failed), Err: err})
	if err == nil {
		err = errors.Join(r.step.err(), ctx.Err())
	}
	return err
}

func (r *round) run(ctx context.Context, idle idle) error {
	var end context.CancelFunc
	r.lease, end = context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	r.handing, r.stop = context.WithCancel(ctx)
	defer r.stop()
	defer r.clock.AfterFunc(r.until.Sub(r.Now()), func() { end(); r.stop() }).Stop()
	todo := make(chan Claimed, len(r.records))
	for _, c := range r.records {
		todo <- c
	}
	close(todo)
	var busy atomic.Int32
	busy.Store(int32(r.publishers))
	work := func() {
		r.work(ctx, todo)
		if busy.Add(-1) > 0 {
			idle <- struct{}{}
		}
	}
	var others sync.WaitGroup
	for range r.publishers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return r.err
}

// ackAfter is how long what has been handed over goes unacknowledged while more
// is being handed over.
const ackAfter = time.Second

func (r *round) work(ctx context.Context, todo <-chan Claimed) {
	var done []supervision.RecordID
	var back []Waiting
	acknowledged := r.Now()
	var longest time.Duration
	for c := range todo {
		began := r.Now()
		if r.handing.Err() != nil || !began.Add(longest).Before(r.until) { // another like it would not end in time
			back = append(back, c.Waiting)
			continue
		}
		err := r.handOver(c)
		longest = max(longest, r.Now().Sub(began))
		switch {
		case err == nil:
			done = append(done, c.RecordID)
		case ctx.Err() != nil: // interrupted, not failed
			back = append(back, c.Waiting)
		default:
			r.fail(ctx, c, err)
		}
		if r.Now().Sub(acknowledged) >= ackAfter {
			r.acknowledge(ctx, done)
			done, acknowledged = nil, r.Now()
		}
	}
	r.acknowledge(ctx, done)
	r.giveBack(ctx, back...)
}

// handOver makes one attempt and tells the observer.
func (r *round) handOver(c Claimed) error {
	began := r.clock.Now()
	ctx := r.observer.begin(r.handing, "publish")
	err := c.Err
	if err == nil {
		err = r.attempt(ctx, c)
	}
	r.observer.published(ctx, PublishEvent{
		RecordID: c.RecordID, Operation: c.Record.Operation, Attempt: c.Attempts + 1,
		Duration: r.clock.Now().Sub(began), Err: err,
	})
	return err
}

// attempt calls publish, and leaves it behind where it does not return when the
// lease ends: the record is somebody else's by then.
func (r *round) attempt(ctx context.Context, c Claimed) error {
	event, err := r.event(ctx, c)
	if err != nil {
		return err
	}
	if _, ok := c.RecordID.Notice(); ok && event.Notices == nil {
		return nil // it has lapsed
	}
	result := make(chan error, 1)
	go func() { result <- r.guarded(ctx, event) }()
	select {
	case err = <-result:
		return err
	case <-r.lease.Done():
		return fmt.Errorf("service: publish did not return within the lease: %w", context.DeadlineExceeded)
	}
}

// guarded turns a panic into an error, and names only the type of its value:
// that may hold what publish was handed.
func (r *round) guarded(ctx context.Context, event Event) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			kind := fmt.Sprintf("%T", cause)
			r.log.ErrorContext(ctx, "publish panicked", "type", kind, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w with a %s", ErrPanic, kind)
		}
	}()
	return r.publish(ctx, event)
}

// fail returns a record to the outbox with its next attempt, or sets it aside.
func (r *round) fail(ctx context.Context, c Claimed, err error) {
	r.step.fail(c.RecordID.Order, err)
	place := c.Waiting
	place.Attempts++
	if errors.Is(err, ErrSetAside) {
		place.Aside, place.Next = true, time.Time{}
	} else {
		place.Next = r.Now().Add(r.backOff(place.Attempts))
	}
	r.giveBack(ctx, place)
}

// backOff is how long a record waits after a number of failed attempts: twice
// as long after each.
func (s *Service) backOff(attempts int) time.Duration {
	wait := s.retryFirst
	for ; attempts > 1 && wait < s.retryMost; attempts-- {
		wait *= 2
	}
	return min(wait, s.retryMost)
}

// What has been handed over is acknowledged, and what has not is given back,
// even if the host is stopping: it would be relayed again, or later, otherwise.
// After as long as a lease that comes too late, and the host waits no longer.

func (r *round) told(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), r.Service.lease)
}

func (r *round) acknowledge(ctx context.Context, ids []supervision.RecordID) {
	if len(ids) == 0 {
		return
	}
	ctx, cancel := r.told(ctx)
	defer cancel()
	err := r.store.Acknowledge(ctx, ids...)
	if r.end(err); err == nil {
		r.step.add(len(ids))
	}
}

func (r *round) giveBack(ctx context.Context, places ...Waiting) {
	if len(places) == 0 {
		return
	}
	ctx, cancel := r.told(ctx)
	defer cancel()
	r.end(r.store.Return(ctx, places...))
}

// end ends the round where the store fails: what is handed over now could not
// be acknowledged.
func (r *round) end(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = errors.Join(r.err, err)
	r.stop()
}

// SetAside takes records out of the way of their orders' later ones: nobody
// relays them until [Service.Retry]. It is for a record that can never be
// relayed, such as one that cannot be read; publish does the same with an error
// that wraps [ErrSetAside]. Records that do not wait are ignored.
func (s *Service) SetAside(ctx context.Context, ids ...supervision.RecordID) error {
	places := make([]Waiting, len(ids))
	for i, id := range ids {
		places[i] = Waiting{RecordID: id, Aside: true}
	}
	return s.store.Return(ctx, places...)
}

// Retry makes records that were set aside, or wait for their next attempt,
// fresh again. One that was set aside is relayed after later ones of its order.
// Records that do not wait are ignored.
func (s *Service) Retry(ctx context.Context, ids ...supervision.RecordID) error {
	places := make([]Waiting, len(ids))
	for i, id := range ids {
		places[i] = Waiting{RecordID: id}
	}
	return s.store.Return(ctx, places...)
}

// Aside returns the records that are set aside, sorted by order and sequence,
// starting after a record (zero: from the first), at most limit
// ([supervision.DefaultPage] when 0). Errors: [*supervision.InvalidError] for a
// faulty limit, and the store's own.
func (s *Service) Aside(ctx context.Context, after supervision.RecordID, limit int) ([]Waiting, error) {
	return s.delayed(ctx, true, after, limit)
}

// Failing returns the records that wait for another attempt, a page of them as
// [Service.Aside] has it. One without Attempts has not been tried: it waits for
// an earlier one of its order. Why an attempt failed is what [Observer] hears.
func (s *Service) Failing(ctx context.Context, after supervision.RecordID, limit int) ([]Waiting, error) {
	return s.delayed(ctx, false, after, limit)
}

func (s *Service) delayed(ctx context.Context, aside bool, after supervision.RecordID, limit int) ([]Waiting, error) {
	if limit == 0 {
		limit = supervision.DefaultPage
	}
	var f faults
	f.Range("limit", limit, 1, supervision.MaxPage)
	if err := f.err(); err != nil {
		return nil, err
	}
	return s.store.Delayed(ctx, aside, after, limit)
}
