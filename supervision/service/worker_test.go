package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

var errPoison = errors.New("poison")

// poisoned is a store with orders that cannot be read, and ones that cannot be
// saved.
type poisoned struct {
	service.Store
	unreadable, unsaveable []string
}

func (p *poisoned) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
	error) {
	list, err := p.Store.Due(ctx, at, after, limit)
	return p.spoil(list), err
}

func (p *poisoned) Search(ctx context.Context, f supervision.Filter) ([]service.Found, error) {
	list, err := p.Store.Search(ctx, f)
	return p.spoil(list), err
}

func (p *poisoned) spoil(list []service.Found) []service.Found {
	for i, found := range list {
		if slices.Contains(p.unreadable, found.ID) {
			list[i] = service.Found{Position: found.Position, Err: unreadable(found.ID, 0)}
		}
	}
	return list
}

// unreadable is the error of what cannot be read.
func unreadable(order string, seq int64) error {
	return &service.UnreadableError{Order: order, Seq: seq,
		Err: fmt.Errorf("%w: %w", supervision.ErrMalformed, errPoison)}
}

func (p *poisoned) Save(ctx context.Context, changes ...service.Change) error {
	for _, change := range changes {
		if slices.Contains(p.unsaveable, change.Order.ID) {
			return errPoison
		}
	}
	return p.Store.Save(ctx, changes...)
}

func newPoisoned(t testing.TB, options ...service.Option) (*bench, *poisoned) {
	store := &poisoned{Store: memory.New()}
	b := &bench{supervisiontest.On(store, options...), t, t.Context()}
	b.Clock.Set(bought)
	return b, store
}

// accepted brings n orders to acceptance, each a tick after the one before, and
// waits until all of them are due.
func (b *bench) accepted(n int) (orders []supervision.Order) {
	b.t.Helper()
	for range n {
		orders = append(orders, b.reach(supervision.Accepted))
		b.Clock.Add(tick)
	}
	b.Clock.Add(3 * time.Hour)
	return orders
}

func (b *bench) settle() int {
	b.t.Helper()
	n, err := b.Service.Settle(b.ctx)
	require.NoError(b.t, err)
	return n
}

func howOften(calls []supervisiontest.Method, method supervisiontest.Method) (n int) {
	for _, m := range calls {
		if m == method {
			n++
		}
	}
	return n
}

func TestR02_SettleStoresWhatTimeMade(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Accepted)
	b.Clock.Add(3*time.Hour - tick)
	assert.Zero(t, b.settle())
	assert.Equal(t, order, b.stored(order.ID))
	b.Clock.Add(tick + 999*time.Hour)
	assert.Equal(t, 1, b.settle())
	stored := b.stored(order.ID)
	assert.Equal(t, supervision.Completed, stored.Status)
	assert.Equal(t, order.AcceptedAt.Add(3*time.Hour), stored.ClosedAt, "the due instant, however late the worker")
	b.whole(order.ID)
	assert.Zero(t, b.settle())
}

func TestR27_SettleMakesTwoTransitionsAtOnce(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	order := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(10 * day)
	assert.Equal(t, 1, b.settle())
	assert.Equal(t, supervision.Accepted, b.stored(order.ID).Status)
	other := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(100 * day)
	assert.Equal(t, 2, b.settle())
	assert.Equal(t, other.Version+2, b.stored(other.ID).Version)
	b.whole(other.ID)
}

func TestSettle_InBatches(t *testing.T) {
	b := newBench(t, service.WithBatch(3))
	orders := b.accepted(8)
	b.Store.Repair()
	assert.Equal(t, 8, b.settle())
	assert.Equal(t, 3, howOften(b.Store.Calls(), supervisiontest.Save))
	assert.Equal(t, 3, howOften(b.Store.Calls(), supervisiontest.Due), "8 = 3+3+2: the last was not full")
	for _, order := range orders {
		b.whole(order.ID)
		assert.Equal(t, supervision.Completed, b.stored(order.ID).Status)
	}
}

func TestSettle_PoisonBlocksNoOther(t *testing.T) {
	for _, batch := range []int{1, 2, 3, 200} {
		t.Run(fmt.Sprint("batch ", batch), func(t *testing.T) {
			b, store := newPoisoned(t, service.WithBatch(batch))
			orders := b.accepted(9)
			store.unreadable = []string{orders[0].ID, orders[1].ID, orders[8].ID}
			store.unsaveable = []string{orders[2].ID, orders[5].ID}
			for range 2 { // it is no better the second time
				n, err := b.Service.Settle(t.Context())
				var failed *service.OrdersError
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, err, errPoison)
				require.ErrorIs(t, err, supervision.ErrMalformed)
				var named []string
				for _, f := range failed.Failed {
					named = append(named, f.Order)
				}
				slices.Sort(named)
				assert.Equal(t, []string{orders[0].ID, orders[1].ID, orders[2].ID, orders[5].ID, orders[8].ID}, named)
				assert.ErrorContains(t, err, "5 order(s) failed")
				assert.Contains(t, []int{4, 0}, n)
			}
			for _, i := range []int{3, 4, 6, 7} {
				assert.Equal(t, supervision.Completed, b.stored(orders[i].ID).Status)
			}
		})
	}
}

func TestSettle_WhatOthersSettleIsSkipped(t *testing.T) {
	b := newBench(t)
	orders := b.accepted(4)
	b.interrupt(1, func() {
		at := b.stored(orders[1].ID)
		next, records := at.Settle(b.Service.Now())
		require.NoError(t, b.Store.Save(t.Context(), service.Change{Order: next, Before: at.Version, Records: records}))
	})
	assert.Equal(t, 3, b.settle(), "all but the one that somebody else was faster with")
	for _, order := range orders {
		b.whole(order.ID)
	}
}

// hasty lists orders a day before they are due.
type hasty struct{ service.Store }

func (h hasty) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found,
	error) {
	return h.Store.Due(ctx, at.Add(day), after, limit)
}

func TestSettle_WhatIsNotDueIsNotSaved(t *testing.T) {
	b := &bench{supervisiontest.On(hasty{memory.New()}), t, t.Context()}
	b.Clock.Set(bought)
	order := b.reach(supervision.Accepted)
	b.Store.Repair()
	assert.Zero(t, b.settle())
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Due}, b.Store.Calls())
	assert.Equal(t, order, b.stored(order.ID))
}

func TestSettle_ManyWorkersAtOnce(t *testing.T) {
	b := newBench(t, service.WithBatch(5))
	orders := b.accepted(60)
	done := make(chan int)
	for range 8 {
		go func() {
			n, err := b.Service.Settle(t.Context())
			assert.NoError(t, err)
			done <- n
		}()
	}
	total := 0
	for range 8 {
		total += <-done
	}
	assert.Equal(t, len(orders), total, "each by one of them")
	for _, order := range orders {
		b.whole(order.ID)
		assert.Equal(t, order.Version+1, b.stored(order.ID).Version)
	}
}

func TestSettle_StoreFailures(t *testing.T) {
	b := newBench(t, service.WithBatch(2))
	b.accepted(3)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Due}})
	n, err := b.Service.Settle(t.Context())
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	assert.Zero(t, n)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Due}, Call: 2})
	n, err = b.Service.Settle(t.Context())
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	assert.Equal(t, 2, n, "the first batch is stored")

	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}, Applied: true})
	n, err = b.Service.Settle(t.Context())
	require.NoError(t, err, "whatever became of the batch, each of its orders is settled now")
	assert.Zero(t, n)
	assert.Zero(t, b.settle())
}

func TestSettle_EndsWithItsContext(t *testing.T) {
	for canceled := 1; canceled <= 4; canceled++ { // the save of the batch, or of one of its orders
		b, store := newPoisoned(t)
		orders := b.accepted(3)
		store.unsaveable = []string{orders[2].ID}
		ctx, stop := context.WithCancel(t.Context())
		saves := 0
		b.Store.Repair()
		b.interrupt(canceled, func() {
			if saves++; saves == canceled {
				stop()
			}
		})
		n, err := b.Service.Settle(ctx)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, max(0, canceled-2), n)
		assert.Equal(t, canceled, howOften(b.Store.Calls(), supervisiontest.Save), "nothing is tried in vain")
		for i, order := range orders {
			assert.Equal(t, i < n, b.stored(order.ID).Status == supervision.Completed)
		}
	}
}

// worker runs Run in the background of a synctest bubble, where the mock clock
// is exact: calls returns the instants, since the start, at which a method of
// the store was called. The bubble fails a test that leaves the goroutine
// behind. With options it is another service than the bench's.
type worker struct {
	*bench
	start time.Time
	mu    sync.Mutex
	calls map[supervisiontest.Method][]time.Duration
	stop  context.CancelFunc
	err   error
}

func work(b *bench, publish service.Publish, options ...service.Option) *worker {
	w := &worker{bench: b, start: b.Clock.Now(), calls: make(map[supervisiontest.Method][]time.Duration)}
	running := b.Service.WithStore(timed{b.Store, w})
	if len(options) > 0 {
		var err error
		running, err = service.New(timed{b.Store, w}, append(options, service.WithClock(b.Clock))...)
		require.NoError(b.t, err)
	}
	ctx, stop := context.WithCancel(b.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.err = running.Run(ctx, publish)
	}()
	w.stop = func() {
		stop()
		<-ended
	}
	synctest.Wait()
	return w
}

// timed notes when a worker calls its store. A hook would miss the calls of
// other steps that run at the same time.
type timed struct {
	service.Store
	*worker
}

func (s timed) note(m supervisiontest.Method) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[m] = append(s.calls[m], s.Clock.Now().Sub(s.start))
}

func (s timed) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	s.note(supervisiontest.Due)
	return s.Store.Due(ctx, at, after, limit)
}

func (s timed) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed, error) {
	s.note(supervisiontest.Claim)
	return s.Store.Claim(ctx, at, lease, limit)
}

func (s timed) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	s.note(supervisiontest.Acknowledge)
	return s.Store.Acknowledge(ctx, ids...)
}

// pass moves the clock on in steps, each followed by all that the worker has to
// do then.
func (w *worker) pass(total, step time.Duration) {
	for ; total > 0; total -= step {
		w.Clock.Add(step)
		synctest.Wait()
	}
}

func seconds(list ...int) (durations []time.Duration) {
	for _, s := range list {
		durations = append(durations, time.Duration(s)*time.Second)
	}
	return durations
}

func TestRun_WaitsTheIntervalWhenThereIsNothingToDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := work(newBench(t), nil)
		w.pass(4*time.Second, time.Second/2)
		w.stop()
		require.ErrorIs(t, w.err, context.Canceled)
		assert.Equal(t, seconds(0, 1, 2, 3, 4), w.calls[supervisiontest.Due])
		assert.Empty(t, w.calls[supervisiontest.Claim], "without a publish function it does not relay")
	})
}

func TestRun_SettlesAndRelaysAsSoonAsThereIsSomething(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithInterval(time.Minute), service.WithBatch(2))
		order := b.reach(supervision.Accepted)
		var in inbox
		w := work(b, in.publish)
		assert.Len(t, in.got, 5, "what waits is relayed without a pause")
		w.pass(3*time.Hour+time.Minute, time.Minute) // the relay may have looked before the order was settled
		w.stop()
		assert.Equal(t, supervision.Completed, b.stored(order.ID).Status)
		in.inSequence(t)
		assert.Len(t, in.got, 6)
	})
}

func TestR33_RunGivesNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithInterval(time.Minute))
		b.notices("o-1")
		var in told
		w := work(b, in.publish)
		w.pass(day+2*time.Minute, time.Minute)
		w.stop()
		require.Len(t, in.events, 1)
		assert.Equal(t, supervision.NoticeID("o-1", bought.Add(day)), in.events[0].ID)
	})
}

// silent is a store that answers a relay nothing.
type silent struct{ service.Store }

func (silent) Acknowledge(ctx context.Context, _ ...supervision.RecordID) error {
	<-ctx.Done()
	return ctx.Err()
}

func (silent) Return(ctx context.Context, _ ...service.Waiting) error {
	<-ctx.Done()
	return ctx.Err()
}

// A host that stops waits a lease at most for a store that does not answer:
// whatever was handed over is relayed again in any case.
func TestRun_EndsWhereTheStoreDoesNotAnswer(t *testing.T) {
	for name, answer := range map[string]error{"acknowledging": nil, "giving back": errors.New("no receiver")} {
		synctest.Test(t, func(t *testing.T) {
			b := &bench{supervisiontest.On(silent{memory.New()}, service.WithLease(time.Minute)), t, t.Context()}
			b.open("o-1")
			ctx, stop := context.WithCancel(t.Context())
			began := time.Now()
			err := b.Service.Run(ctx, func(context.Context, service.Event) error {
				stop()
				return answer
			})
			require.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, time.Minute, time.Since(began), name)
		})
	}
}

// A receiver that hangs over one order keeps one publisher waiting until the
// lease ends. The others go on with what comes, as soon as it comes, and an
// order that hangs again and again takes one of them each time.
func TestRun_AReceiverThatHangsHoldsUpNoOtherOrder(t *testing.T) {
	for publishers, free := range map[int]time.Duration{1: time.Minute, 2: 0, 8: 0} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			for _, id := range []string{"hangs", "a", "b"} {
				b.Clock.Add(tick)
				b.open(id)
			}
			start := b.Clock.Now()
			var mu sync.Mutex
			came := make(map[string][]time.Duration)
			w := work(b, func(ctx context.Context, e service.Event) error {
				mu.Lock()
				came[e.ID.Order] = append(came[e.ID.Order], b.Clock.Now().Sub(start))
				mu.Unlock()
				if e.ID.Order == "hangs" {
					<-ctx.Done()
					return ctx.Err()
				}
				return nil
			}, service.WithPublishers(publishers), service.WithRetry(time.Hour, time.Hour))
			w.pass(time.Second, time.Second)
			for _, id := range []string{"o-1", "o-2", "o-3"} {
				b.open(id)
				w.pass(time.Second, time.Second)
			}
			w.pass(2*time.Minute, time.Second)
			w.stop()
			assert.Equal(t, map[string][]time.Duration{
				"hangs": {0}, "a": {free}, "b": {free},
				"o-1": {max(2*time.Second, free)},
				"o-2": {max(3*time.Second, free)},
				"o-3": {max(4*time.Second, free)},
			}, came, "%d publishers", publishers)
		})
	}
}

// Who is still handing over when the host stops is waited for: what it returns
// counts, and what has failed beside it is told.
func TestRun_StopsWhenItsPublishersHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := newBench(t)
		b.open("fails")
		b.open("takes long")
		w := work(b, func(_ context.Context, e service.Event) error {
			if e.ID.Order == "fails" {
				return errPoison
			}
			time.Sleep(map[string]time.Duration{"takes long": time.Second, "takes longer": time.Minute}[e.ID.Order])
			return nil
		}, service.WithPublishers(4), service.WithLogger(logged(&log)))
		b.open("takes longer")
		w.pass(time.Second, time.Second)
		w.stop()
		backlog, err := b.Store.Backlog(b.ctx, 10)
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1}, []int{backlog.Fresh, backlog.Failing})
		assert.Contains(t, log.String(), `msg="orders failed" step=relay orders=1 first=fails error=poison`)
	})
}

// The observer hears of each look at the outbox, also where there is nothing.
func TestRun_ObserverHearsOfEachRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var steps []service.StepEvent
		b := newBench(t, service.WithObserver(service.Observer{
			Relayed: func(_ context.Context, e service.StepEvent) { steps = append(steps, e) }}))
		w := work(b, new(inbox).publish)
		b.open("o-1")
		w.pass(2*time.Second, time.Second)
		w.stop()
		assert.Equal(t, []service.StepEvent{{}, {Done: 1}, {}, {}}, steps)
	})
}

func TestRun_BacksOffWhileTheStoreFails(t *testing.T) {
	for _, method := range []supervisiontest.Method{supervisiontest.Due, supervisiontest.Claim,
		supervisiontest.Acknowledge} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, service.WithLease(time.Microsecond))
			b.reach(supervision.AwaitingRequest)
			b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{method}, Times: 9})
			var in inbox
			w := work(b, in.publish)
			w.pass(250*time.Second, time.Second)
			w.stop()
			assert.Equal(t, seconds(0, 1, 3, 7, 15, 31, 63, 123, 183, 243), w.calls[method][:10],
				"doubled up to a minute")
			if method != supervisiontest.Acknowledge {
				assert.Equal(t, seconds(243, 244, 245), w.calls[method][len(w.calls[method])-8:][:3],
					"and by the interval when it is back")
			}
			assert.NotEmpty(t, in.got)
		})
	}
}

// A step that goes well ends the back-off, if there was something to do as well.
func TestRun_BacksOffAnewAfterASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.accepted(1)
		b.Clock.Add(day)
		for _, f := range []supervisiontest.Failure{{Times: 2}, {Call: 4}} {
			f.On = []supervisiontest.Method{supervisiontest.Due}
			b.Store.FailOn(f)
		}
		w := work(b, nil)
		w.pass(5*time.Second, time.Second)
		w.stop()
		assert.Equal(t, seconds(0, 1, 3, 3, 4, 5), w.calls[supervisiontest.Due])
	})
}

func TestRun_TheBackOffIsNeverShorterThanTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithInterval(time.Hour))
		b.Store.FailOn(supervisiontest.Failure{Times: -1})
		w := work(b, nil)
		w.pass(3*time.Hour, time.Minute)
		w.stop()
		assert.Equal(t, []time.Duration{0, time.Hour, 2 * time.Hour, 3 * time.Hour}, w.calls[supervisiontest.Due])
	})
}

func TestRun_NoBackOffForPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store := newPoisoned(t)
		orders := b.accepted(3)
		store.unreadable, store.unsaveable = []string{orders[0].ID}, []string{orders[1].ID}
		in := inbox{fail: func(r supervision.Record) error {
			if r.Order == orders[2].ID {
				return errPoison
			}
			return nil
		}}
		w := work(b, in.publish)
		w.pass(4*time.Second, time.Second/4)
		w.stop()
		assert.Equal(t, supervision.Completed, b.stored(orders[2].ID).Status)
		assert.Equal(t, seconds(0, 0, 1, 2, 3, 4), w.calls[supervisiontest.Due])
		assert.Len(t, in.got, 5+5, "and the records of the others are relayed")
	})
}

func TestRun_StopsAtOnce(t *testing.T) {
	t.Run("while it waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := work(newBench(t), nil)
			w.stop() // the clock stands still
			require.ErrorIs(t, w.err, context.Canceled)
			assert.Equal(t, w.start, w.Clock.WaitForAllTimers(), "no timer is left behind")
		})
	})
	t.Run("before it begins", func(t *testing.T) {
		b := newBench(t)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		require.ErrorIs(t, b.Service.Run(ctx, nil), context.Canceled)
		assert.Empty(t, b.Store.Calls())
	})
	t.Run("in the middle of a step", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.reach(supervision.AwaitingDelivery)
			ctx, stop := context.WithCancel(t.Context())
			in := inbox{fail: func(supervision.Record) error { stop(); return nil }}
			require.ErrorIs(t, b.Service.Run(ctx, in.publish), context.Canceled)
			assert.Len(t, in.got, 1)
		})
	})
	t.Run("once the last step has ended, without a complaint", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			b := newBench(t, service.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
			b.reach(supervision.AwaitingRequest)
			ended := false
			w := work(b, func(ctx context.Context, _ service.Event) error {
				<-ctx.Done()
				time.Sleep(time.Second)
				ended = true
				return ctx.Err()
			})
			w.stop()
			assert.True(t, ended)
			assert.Empty(t, log.String())
		})
	})
	t.Run("by its deadline", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			require.ErrorIs(t, newBench(t).Service.Run(ctx, nil), context.DeadlineExceeded)
		})
	})
}
