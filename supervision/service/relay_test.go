package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
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

// inbox receives relayed records as a host would, and may fail.
type inbox struct {
	mu   sync.Mutex
	got  []supervision.RecordID
	fail func(supervision.Record) error
}

func (i *inbox) publish(_ context.Context, e service.Event) error {
	if i.fail != nil {
		if err := i.fail(e.Record); err != nil {
			return err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, e.Record.ID())
	return nil
}

// inSequence checks that each order's records came in sequence, each once.
func (i *inbox) inSequence(t testing.TB) {
	t.Helper()
	next := make(map[string]int64)
	for _, id := range i.got {
		next[id.Order]++
		require.Equal(t, next[id.Order], id.Seq, "%s", id.Order)
	}
}

func (b *bench) relay(publish service.Publish) int {
	b.t.Helper()
	n, err := b.Service.Relay(b.ctx, publish)
	require.NoError(b.t, err)
	return n
}

// drain relays until there is nothing to relay.
func (b *bench) drain(publish service.Publish) (total int) {
	b.t.Helper()
	for n := 1; n > 0; total += n {
		n = b.relay(publish)
	}
	return total
}

// failing makes publish fail for some records.
func failing(orders ...supervision.Order) func(supervision.Record) error {
	return func(r supervision.Record) error {
		if slices.ContainsFunc(orders, func(o supervision.Order) bool { return o.ID == r.Order }) {
			return errPoison
		}
		return nil
	}
}

func seqs(order string, list ...int64) (ids []supervision.RecordID) {
	for _, seq := range list {
		ids = append(ids, supervision.RecordID{Order: order, Seq: seq})
	}
	return ids
}

func TestRelay_EveryRecordInSequence(t *testing.T) {
	for _, publishers := range []int{1, 2, 8} {
		b := newBench(t, service.WithBatch(3), service.WithPublishers(publishers))
		waiting := 0
		for _, status := range []supervision.Status{supervision.Completed, supervision.Frozen, supervision.Canceled,
			supervision.AwaitingDelivery, supervision.AwaitingAcceptance} {
			waiting += len(b.records(b.reach(status).ID))
		}
		var in inbox
		b.Store.Repair()
		n := b.relay(in.publish)
		assert.Equal(t, 3, n, "one record of each of as many orders as the batch holds")
		calls := b.Store.Calls()
		assert.Equal(t, supervisiontest.Claim, calls[0])
		assert.LessOrEqual(t, howOften(calls, supervisiontest.Acknowledge), publishers, "once by each publisher")
		assert.NotContains(t, calls, supervisiontest.Return)
		assert.Equal(t, waiting, n+b.drain(in.publish))
		in.inSequence(t)
		assert.Len(t, in.got, waiting, "each once")
	}
}

// A step ends when the last of its publishers has.
func TestRelay_WaitsForAllItsPublishers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithPublishers(8))
		for range 8 {
			b.reach(supervision.AwaitingRequest)
		}
		var begun atomic.Int64
		assert.Equal(t, 8, b.relay(func(context.Context, service.Event) error {
			time.Sleep(time.Duration(begun.Add(1)) * time.Second)
			return nil
		}))
	})
}

func TestRelay_WhatSettlingMadeToo(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Accepted)
	b.Clock.Add(3 * time.Hour)
	b.settle()
	var in inbox
	b.drain(in.publish)
	in.inSequence(t)
	assert.Len(t, in.got, int(order.Version)+1)
}

func TestWithoutOutbox_NothingIsRelayed(t *testing.T) {
	b := newBench(t, service.WithoutOutbox())
	b.reach(supervision.Completed)
	b.accepted(1)
	assert.Equal(t, 1, b.settle())
	_, err := b.Service.WithStore(b.Store).Open(b.ctx, anOpening(supervision.Policy{}))
	require.NoError(t, err)
	assert.Zero(t, b.relay(new(inbox).publish))
}

func TestRelay_NilPublishIsInvalid(t *testing.T) {
	n, err := newBench(t).Service.Relay(t.Context(), nil)
	require.ErrorIs(t, err, supervision.ErrInvalid)
	assert.Zero(t, n)
}

// TestRelay_AnEventIsAddressed: an event has who to tell, and the order as the
// record left it, whether the order has moved on or not.
func TestRelay_AnEventIsAddressed(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Accepted)
	var events []service.Event
	b.drain(func(_ context.Context, e service.Event) error { events = append(events, e); return nil })
	require.Len(t, events, int(order.Version))
	for i, e := range events {
		want, err := supervision.Replay(b.records(order.ID)[:i+1])
		require.NoError(t, err)
		assert.Equal(t, want, e.Order)
		assert.Equal(t, []string{order.Buyer, order.Seller, order.Product}, []string{e.Buyer, e.Seller, e.Product})
		assert.Equal(t, 1, e.Attempt)
	}
	assert.Equal(t, order, events[len(events)-1].Order)
}

// unreadables is a store with records that cannot be read.
type unreadables struct {
	service.Store
	ids []supervision.RecordID
}

func (u *unreadables) Claim(ctx context.Context, at time.Time, lease time.Duration, limit int) ([]service.Claimed,
	error) {
	list, err := u.Store.Claim(ctx, at, lease, limit)
	for i, c := range list {
		if slices.Contains(u.ids, c.RecordID) {
			list[i] = service.Claimed{Waiting: c.Waiting, Err: unreadable(c.RecordID.Order, c.Seq)}
		}
	}
	return list, err
}

func (u *unreadables) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	list, err := u.Store.Records(ctx, id, after, limit)
	for i, f := range list {
		if slices.Contains(u.ids, f.RecordID) {
			list[i] = service.FoundRecord{RecordID: f.RecordID, Err: unreadable(id, f.Seq)}
		}
	}
	return list, err
}

func TestRelay_AnUnreadableRecordStopsNoOther(t *testing.T) {
	store := &unreadables{Store: memory.New()}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	bad, good := b.reach(supervision.AwaitingAcceptance), b.reach(supervision.AwaitingAcceptance)
	store.ids = seqs(bad.ID, 2)
	var in inbox
	var events []service.Event
	publish := func(ctx context.Context, e service.Event) error {
		events = append(events, e)
		return in.publish(ctx, e)
	}
	assert.Equal(t, 2, b.relay(publish))
	n, err := b.Service.Relay(t.Context(), publish)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, supervision.ErrMalformed)
	assert.Equal(t, bad.ID, failed.Failed[0].Order)
	assert.Equal(t, 1, n, "the other order's second")
	assert.Equal(t, 2, b.drain(publish), "and the rest of it")
	assert.Equal(t, seqs(bad.ID, 1), slices.DeleteFunc(slices.Clone(in.got),
		func(id supervision.RecordID) bool { return id.Order == good.ID }), "the bad order waits")

	require.NoError(t, b.Service.SetAside(t.Context(), store.ids...))
	events = nil
	assert.Equal(t, 2, b.drain(publish), "set aside, it blocks its order no longer")
	require.Len(t, events, 2)
	assert.Zero(t, events[0].Order, "it cannot be told without the record that is unreadable")
	assert.Equal(t, bad.Buyer, events[0].Buyer)
	assert.Equal(t, bad, events[1].Order, "but the newest is as stored")
}

// An event has no order that is older than its record, not even where the record
// cannot be read any more once it is claimed.
func TestRelay_AnEventHasNoEarlierOrder(t *testing.T) {
	store := &unreadables{Store: memory.New()}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	order := b.reach(supervision.AwaitingDelivery)
	require.Equal(t, 1, b.relay(new(inbox).publish))
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Records {
			store.ids = seqs(order.ID, 2)
		}
	})
	require.Equal(t, 1, b.relay(func(_ context.Context, e service.Event) error {
		assert.Equal(t, int64(2), e.Record.Seq)
		assert.Zero(t, e.Order)
		return nil
	}))
}

func TestRelay_AFailingOrderWaitsAndTheOthersGoOn(t *testing.T) {
	b := newBench(t)
	bad, good := b.reach(supervision.AwaitingDelivery), b.reach(supervision.AwaitingDelivery)
	in := inbox{fail: failing(bad)}
	n, err := b.Service.Relay(t.Context(), in.publish)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, errPoison)
	assert.Equal(t, []service.OrderError{{Order: bad.ID, Err: errPoison}}, failed.Failed)
	assert.Equal(t, 1, n)
	assert.Equal(t, 2, b.drain(in.publish))
	assert.Equal(t, seqs(good.ID, 1, 2, 3), in.got)

	in.fail = nil
	b.Clock.Add(time.Second - tick)
	assert.Zero(t, b.relay(in.publish))
	b.Clock.Add(tick)
	assert.Equal(t, 3, b.drain(in.publish), "as soon as it has had its rest")
	in.inSequence(t)
}

// TestRelay_FailuresBackOff: an order that fails is tried later and later, and
// no more than an hour later.
func TestRelay_FailuresBackOff(t *testing.T) {
	var attempts []service.PublishEvent
	b := newBench(t, service.WithLease(time.Second), service.WithObserver(service.Observer{
		Published: func(_ context.Context, e service.PublishEvent) { attempts = append(attempts, e) },
	}))
	bad := b.reach(supervision.AwaitingRequest)
	in := inbox{fail: failing(bad)}
	start := b.Clock.Now()
	expected := seconds(0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095, 7695, 11295, 14895)
	for n, at := range expected {
		if n > 0 {
			b.Clock.Set(start.Add(at - tick))
			assert.Zero(t, b.relay(in.publish), "not before %s", at)
		}
		b.Clock.Set(start.Add(at))
		_, err := b.Service.Relay(t.Context(), in.publish)
		require.ErrorIs(t, err, errPoison, "at %s", at)
		require.Len(t, attempts, n+1)
	}
	for i, e := range attempts {
		assert.Equal(t, bad.ID, e.RecordID.Order)
		assert.Equal(t, supervision.OpOpen, e.Operation)
		assert.Equal(t, i+1, e.Attempt)
		assert.Equal(t, errPoison, e.Err)
	}
}

// TestRelay_FailingReceiversStarveNobody: two hundred orders whose receiver is
// slow and fails, and one that is younger.
func TestRelay_FailingReceiversStarveNobody(t *testing.T) {
	b := newBench(t)
	var bad []supervision.Order
	for range 200 {
		bad = append(bad, b.reach(supervision.AwaitingRequest))
	}
	young := b.reach(supervision.AwaitingRequest)
	in := inbox{fail: func(r supervision.Record) error {
		b.Clock.Set(b.Clock.Now().Add(300 * time.Millisecond))
		return failing(bad...)(r)
	}}
	for range 2 {
		_, err := b.Service.Relay(t.Context(), in.publish)
		require.ErrorIs(t, err, errPoison)
	}
	assert.Equal(t, seqs(young.ID, 1), in.got, "in the second minute at the latest")
}

func TestRelay_APanicIsThatOrdersFailure(t *testing.T) {
	var log bytes.Buffer
	b := newBench(t, service.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	bad, good := b.reach(supervision.AwaitingRequest), b.reach(supervision.AwaitingRequest)
	var in inbox
	n, err := b.Service.Relay(t.Context(), func(ctx context.Context, e service.Event) error {
		if e.Record.Order == bad.ID {
			panic("at the disco")
		}
		return in.publish(ctx, e)
	})
	require.ErrorIs(t, err, service.ErrPanic)
	assert.ErrorContains(t, err, "publish panicked with a string")
	assert.Contains(t, log.String(), `level=ERROR msg="publish panicked" type=string stack="goroutine `)
	assert.NotContains(t, err.Error()+log.String(), "disco", "it may be what publish was handed")
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, bad.ID, failed.Failed[0].Order)
	assert.Equal(t, 1, n)
	assert.Equal(t, seqs(good.ID, 1), in.got)
}

func TestRelay_PublishSetsARecordAside(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingConfirmation)
	in := inbox{fail: func(r supervision.Record) error {
		if r.Seq == 1 {
			return fmt.Errorf("%w: %w", service.ErrSetAside, errPoison)
		}
		return nil
	}}
	_, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, errPoison)
	assert.Equal(t, 1, b.drain(in.publish), "its order goes on at once")
	aside, err := b.Service.Aside(t.Context(), supervision.RecordID{}, 0)
	require.NoError(t, err)
	assert.Equal(t, []service.Waiting{{RecordID: seqs(order.ID, 1)[0], Attempts: 1, Aside: true}}, aside)

	in.fail = nil
	require.NoError(t, b.Service.Retry(t.Context(), aside[0].RecordID))
	assert.Equal(t, 1, b.drain(in.publish))
	assert.Equal(t, seqs(order.ID, 2, 1), in.got)
	aside, err = b.Service.Aside(t.Context(), supervision.RecordID{}, 0)
	require.NoError(t, err)
	assert.Empty(t, aside)
}

// A record that is set aside waits for no attempt any more.
func TestRelay_SettingAsideEndsTheBackOff(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingRequest)
	cause := errPoison
	in := inbox{fail: func(supervision.Record) error { return cause }}
	for _, cause = range []error{errPoison, service.ErrSetAside} {
		_, err := b.Service.Relay(b.ctx, in.publish)
		require.ErrorIs(t, err, cause)
		b.Clock.Add(time.Second)
	}
	aside, err := b.Service.Aside(b.ctx, supervision.RecordID{}, 0)
	require.NoError(t, err)
	assert.Equal(t, []service.Waiting{{RecordID: seqs(order.ID, 1)[0], Attempts: 2, Aside: true}}, aside)
}

func TestRelay_SeveralAreSetAsideAndRetried(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	b.open("o-2")
	ids := append(seqs("o-1", 1), seqs("o-2", 1)...)
	require.NoError(t, b.Service.SetAside(t.Context(), ids...))
	assert.Zero(t, b.relay(new(inbox).publish))
	aside, err := b.Service.Aside(t.Context(), supervision.RecordID{}, 1)
	require.NoError(t, err)
	assert.Equal(t, []service.Waiting{{RecordID: ids[0], Aside: true}}, aside)
	require.NoError(t, b.Service.Retry(t.Context(), ids...))
	assert.Equal(t, 2, b.relay(new(inbox).publish))
}

func TestAside_AsManyAsAPageUnlessAskedForMore(t *testing.T) {
	b := newBench(t)
	var ids []supervision.RecordID
	for range supervision.DefaultPage + 1 {
		ids = append(ids, seqs(b.reach(supervision.AwaitingRequest).ID, 1)...)
	}
	require.NoError(t, b.Service.SetAside(b.ctx, ids...))
	for limit, want := range map[int]int{0: supervision.DefaultPage, supervision.MaxPage: len(ids)} {
		aside, err := b.Service.Aside(b.ctx, supervision.RecordID{}, limit)
		require.NoError(t, err)
		assert.Len(t, aside, want)
	}
}

func TestAside_FaultyLimit(t *testing.T) {
	for _, limit := range []int{-1, supervision.MaxPage + 1} {
		_, err := newBench(t).Service.Aside(t.Context(), supervision.RecordID{}, limit)
		require.ErrorIs(t, err, supervision.ErrInvalid)
		_, err = newBench(t).Service.Failing(t.Context(), supervision.RecordID{}, limit)
		require.ErrorIs(t, err, supervision.ErrInvalid)
	}
}

// TestFailing_EverythingIsTriedAgainAtOnce: when the receiver is back, nobody
// has to wait for the next attempts.
func TestFailing_EverythingIsTriedAgainAtOnce(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	b.open("o-2")
	b.do("o-2", ben, supervisiontest.SubmitRequest)
	down := errors.New("it is down")
	_, err := b.Service.Relay(t.Context(), func(context.Context, service.Event) error { return down })
	require.Error(t, err)
	failing, err := b.Service.Failing(t.Context(), supervision.RecordID{}, 0)
	require.NoError(t, err)
	require.NotEmpty(t, failing)
	next := failing[0].Next
	assert.True(t, next.After(b.Clock.Now()), next)
	assert.Equal(t, []service.Waiting{
		{RecordID: seqs("o-1", 1)[0], Attempts: 1, Next: next}, {RecordID: seqs("o-2", 1)[0], Attempts: 1, Next: next},
		{RecordID: seqs("o-2", 2)[0], Next: next},
	}, failing)
	second, err := b.Service.Failing(t.Context(), failing[0].RecordID, 1)
	require.NoError(t, err)
	assert.Equal(t, failing[1:2], second)
	assert.Zero(t, b.relay(new(inbox).publish), "it is not their time yet")

	for _, w := range failing {
		require.NoError(t, b.Service.Retry(t.Context(), w.RecordID))
	}
	assert.Equal(t, 2, b.relay(new(inbox).publish), "the first of each order")
	failing, err = b.Service.Failing(t.Context(), supervision.RecordID{}, 0)
	require.NoError(t, err)
	assert.Empty(t, failing)
}

func TestRelay_GivesBackWhatIsLeftWhenItStops(t *testing.T) {
	b := newBench(t)
	first, second := b.reach(supervision.AwaitingRequest), b.reach(supervision.AwaitingRequest)
	ctx, stop := context.WithCancel(t.Context())
	in := inbox{fail: func(supervision.Record) error { stop(); return nil }} // this one is still handed over
	n, err := b.Service.Relay(ctx, in.publish)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, n)
	assert.Equal(t, 1, b.relay(in.publish), "nobody has to wait for the lease to end")
	assert.Equal(t, append(seqs(first.ID, 1), seqs(second.ID, 1)...), in.got)
}

func TestRelay_WhatStoppingInterruptsHasNotFailed(t *testing.T) {
	b := newBench(t)
	b.reach(supervision.AwaitingRequest)
	ctx, stop := context.WithCancel(t.Context())
	n, err := b.Service.Relay(ctx, func(ctx context.Context, _ service.Event) error { stop(); return ctx.Err() })
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, n)
	assert.Equal(t, 1, b.relay(func(_ context.Context, e service.Event) error {
		assert.Equal(t, 1, e.Attempt)
		return nil
	}), "nor does it wait as a failure would")
}

// Only its own context says that a relay is interrupted.
func TestRelay_ACancellationOfPublishIsAFailure(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingRequest)
	_, err := b.Service.Relay(b.ctx, func(context.Context, service.Event) error { return context.Canceled })
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, []service.OrderError{{Order: order.ID, Err: context.Canceled}}, failed.Failed)
	assert.Zero(t, b.relay(new(inbox).publish), "it waits for its next attempt")
}

// A relay leaves alone what another has claimed since.
func TestRelay_ALateRelayEndsNoClaimOfAnother(t *testing.T) {
	for name, late := range map[string]func(stop func()) error{
		"publish fails":          func(func()) error { return errPoison },
		"publish is interrupted": func(stop func()) error { stop(); return context.Canceled },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, service.WithLease(time.Minute))
			b.open("o-1")
			b.open("o-2")
			ctx, stop := context.WithCancel(b.ctx)
			defer stop()
			another := func() int { // of a host whose clock is a lease ahead
				claimed, err := b.Store.Claim(b.ctx, b.Clock.Now().Add(time.Minute), time.Minute, 2)
				require.NoError(t, err)
				return len(claimed)
			}
			claimed := 0
			_, err := b.Service.Relay(ctx, func(context.Context, service.Event) error {
				claimed += another()
				return late(stop)
			})
			require.Error(t, err)
			assert.Equal(t, 2, claimed)
			assert.Zero(t, another())
		})
	}
}

// The lease counts from before the claim, as the store counts it.
func TestRelay_AClaimThatTakesTheWholeLease(t *testing.T) {
	b := newBench(t, service.WithLease(time.Minute))
	b.reach(supervision.AwaitingRequest)
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Claim {
			b.Clock.Set(b.Clock.Now().Add(time.Minute))
		}
	})
	var in inbox
	assert.Zero(t, b.relay(in.publish))
	assert.Empty(t, in.got, "another may have claimed it by now")
}

// TestRelay_StopsAtTheEndOfTheLease: what is left then is somebody else's.
func TestRelay_StopsAtTheEndOfTheLease(t *testing.T) {
	b := newBench(t, service.WithLease(time.Minute))
	for range 200 {
		b.reach(supervision.AwaitingRequest)
	}
	in := inbox{fail: func(supervision.Record) error {
		b.Clock.Set(b.Clock.Now().Add(400 * time.Millisecond))
		return nil
	}}
	b.Store.Repair()
	assert.Equal(t, 149, b.relay(in.publish), "another would not end in time")
	acknowledged := howOften(b.Store.Calls(), supervisiontest.Acknowledge)
	assert.Greater(t, acknowledged, 40, "acknowledged as it goes")
	assert.Less(t, acknowledged, 75, "and not each by itself")
	assert.Equal(t, 51, b.drain(in.publish))
	in.inSequence(t)
	assert.Len(t, in.got, 200, "each once")
}

// What took longest so far is what another may take.
func TestRelay_BeginsNothingThatMightOutlastTheLease(t *testing.T) {
	b := newBench(t, service.WithLease(time.Minute))
	for range 3 {
		b.reach(supervision.AwaitingRequest)
	}
	takes := seconds(25, 12)
	in := inbox{fail: func(supervision.Record) error {
		b.Clock.Set(b.Clock.Now().Add(takes[0]))
		takes = takes[1:]
		return nil
	}}
	assert.Equal(t, 2, b.relay(in.publish))
}

// TestRelay_APublishThatHangsIsLeftBehind: it holds its order up, and nobody
// else.
func TestRelay_APublishThatHangsIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithLease(time.Minute))
		bad, good := b.reach(supervision.AwaitingRequest), b.reach(supervision.AwaitingRequest)
		var in inbox
		wake := make(chan struct{})
		defer close(wake)
		hang := func(ctx context.Context, e service.Event) error {
			if e.Record.Order == bad.ID {
				<-wake // whatever its context says
			}
			return in.publish(ctx, e)
		}
		ended := make(chan error)
		go func() {
			_, err := b.Service.Relay(b.ctx, hang)
			ended <- err
		}()
		synctest.Wait()
		b.Clock.Add(time.Minute)
		err := <-ended
		var failed *service.OrdersError
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, bad.ID, failed.Failed[0].Order)
		assert.Equal(t, 1, b.relay(hang), "what was behind it")
		assert.Equal(t, seqs(good.ID, 1), in.got)
	})
}

// A lease begins with its claim, however long the store takes to answer.
func TestRelay_AClaimThatTakesAPartOfTheLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithLease(time.Minute))
		b.reach(supervision.AwaitingRequest)
		b.Store.OnCall(func(m supervisiontest.Method) {
			if m == supervisiontest.Claim {
				b.Clock.Set(b.Clock.Now().Add(40 * time.Second))
			}
		})
		ended := make(chan error, 1)
		left := context.Background()
		go func() {
			_, err := b.Service.Relay(b.ctx, func(ctx context.Context, _ service.Event) error {
				left = ctx
				<-ctx.Done()
				return ctx.Err()
			})
			ended <- err
		}()
		synctest.Wait()
		b.Clock.Add(20*time.Second - tick)
		synctest.Wait()
		require.NoError(t, left.Err())
		b.Clock.Add(tick)
		synctest.Wait()
		require.Error(t, left.Err(), "the record is somebody else's by now")
		require.Error(t, <-ended)
	})
}

// TestRelay_SeveralAtOnce: as many as it has publishers, never two of an order.
func TestRelay_SeveralAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithPublishers(3))
		for range 5 {
			b.reach(supervision.AwaitingConfirmation)
		}
		var in inbox
		arrived, leave := make(chan string), make(chan struct{})
		slow := func(ctx context.Context, e service.Event) error {
			arrived <- e.Record.Order
			<-leave
			return in.publish(ctx, e)
		}
		ended := make(chan int)
		go func() { ended <- b.relay(slow) }()
		at := map[string]bool{<-arrived: true, <-arrived: true, <-arrived: true}
		assert.Len(t, at, 3)
		synctest.Wait()
		select {
		case order := <-arrived:
			assert.Fail(t, "a fourth at the same time", order)
		default:
		}
		close(leave)
		<-arrived
		<-arrived
		assert.Equal(t, 5, <-ended)
		in.inSequence(t)
	})
}

// TestRelay_OneAfterTheOtherInATransaction: nobody uses a transaction from
// several goroutines.
func TestRelay_OneAfterTheOtherInATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithPublishers(3))
		for range 3 {
			b.reach(supervision.AwaitingRequest)
		}
		arrived, leave := make(chan struct{}, 3), make(chan struct{})
		ended := make(chan int)
		go func() {
			n, err := b.Service.WithStore(b.Store).Relay(b.ctx, func(context.Context, service.Event) error {
				arrived <- struct{}{}
				<-leave
				return nil
			})
			assert.NoError(t, err)
			ended <- n
		}()
		synctest.Wait()
		assert.Len(t, arrived, 1)
		close(leave)
		assert.Equal(t, 3, <-ended)
	})
}

func TestRelay_TheLeaseRunsOut(t *testing.T) {
	b := newBench(t, service.WithLease(time.Hour))
	b.reach(supervision.AwaitingRequest)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Acknowledge}})
	var in inbox
	n, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	assert.Zero(t, n)
	first := slices.Clone(in.got)

	b.Clock.Add(time.Hour - tick)
	assert.Zero(t, b.relay(in.publish))
	b.Clock.Add(tick)
	assert.Equal(t, 1, b.relay(in.publish))
	assert.Equal(t, append(first, first...), in.got, "handed over again: at least once, in sequence")
}

// TestRelay_StopsWhereItCannotAcknowledge: whatever it went on with would come
// twice as well.
func TestRelay_StopsWhereItCannotAcknowledge(t *testing.T) {
	b := newBench(t)
	for range 10 {
		b.reach(supervision.AwaitingRequest)
	}
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Acknowledge}})
	in := inbox{fail: func(supervision.Record) error {
		b.Clock.Set(b.Clock.Now().Add(time.Second))
		return nil
	}}
	_, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	assert.Len(t, in.got, 1)
	assert.Equal(t, 9, b.relay(in.publish), "the others are given back")
}

func TestRelay_ReturningFails(t *testing.T) {
	b := newBench(t)
	bad := b.reach(supervision.AwaitingRequest)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Return}})
	in := inbox{fail: failing(bad)}
	_, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	in.fail = nil
	assert.Zero(t, b.relay(in.publish))
	b.Clock.Add(time.Minute)
	assert.Equal(t, 1, b.relay(in.publish), "then the lease has to end")
}

func TestRelay_NothingIsNotAcknowledged(t *testing.T) {
	b := newBench(t)
	assert.Zero(t, b.relay(new(inbox).publish))
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Claim}, b.Store.Calls())
	in := inbox{fail: failing(b.open("o-1"))}
	b.Store.Repair()
	_, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, errPoison)
	assert.Equal(t, []supervisiontest.Method{supervisiontest.Claim, supervisiontest.Return}, b.Store.Calls())
}

// The store may fail more than once while a round ends: each error is told.
func TestRelay_EveryErrorOfTheStoreIsTold(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	in := inbox{fail: failing(b.open("o-2"))}
	full := errors.New("the disk is full")
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Return}, Err: full})
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Acknowledge}})
	_, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, full)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
}

func TestRelay_ClaimFails(t *testing.T) {
	var heard []service.StepEvent
	b := newBench(t, service.WithObserver(service.Observer{
		Relayed: func(_ context.Context, e service.StepEvent) { heard = append(heard, e) },
	}))
	b.reach(supervision.AwaitingRequest)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Claim}, Applied: true})
	var in inbox
	_, err := b.Service.Relay(t.Context(), in.publish)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	assert.Empty(t, in.got)
	require.Len(t, heard, 1, "the observer is told of a step that fails")
	require.ErrorIs(t, heard[0].Err, supervisiontest.ErrInjected)
	b.Clock.Add(time.Minute)
	assert.Equal(t, 1, b.relay(in.publish), "a lost claim costs a lease, no record")
}

// TestRelay_AHistoryThatCannotBeFetched is the attempt's failure: the event
// would be told without its order.
func TestRelay_AHistoryThatCannotBeFetched(t *testing.T) {
	b := newBench(t)
	b.reach(supervision.AwaitingConfirmation)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Records}})
	var in inbox
	_, err := b.Service.Relay(t.Context(), in.publish)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, supervisiontest.ErrInjected)
	b.Clock.Add(time.Second)
	assert.Equal(t, 2, b.drain(in.publish))
}

func TestWithRetry(t *testing.T) {
	for _, faulty := range []service.Option{
		service.WithRetry(0, time.Hour), service.WithRetry(time.Hour, time.Minute), service.WithPublishers(0),
		service.WithPublishers(supervision.MaxPage + 1), nil,
	} {
		_, err := service.New(memory.New(), faulty)
		require.ErrorIs(t, err, supervision.ErrInvalid)
	}
	_, err := service.New(memory.New(), service.WithRetry(time.Minute, time.Minute))
	require.NoError(t, err)
}

// A relay whose clock is fast keeps records until that date, by its claim or by
// the next attempt it put down, unless the host has them retried.
func TestRelay_RetryTakesBackWhatAFastClockPutDown(t *testing.T) {
	const ahead = 100 * day
	for name, leave := range map[string]func(b *bench){
		"a claim": func(b *bench) {
			claimed, err := b.Store.Claim(b.ctx, b.Service.Now(), time.Minute, 1)
			require.NoError(b.t, err)
			require.Len(b.t, claimed, 1)
		},
		"an attempt": func(b *bench) {
			_, err := b.Service.Relay(b.ctx, func(context.Context, service.Event) error { return errPoison })
			require.ErrorIs(b.t, err, errPoison)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			order := b.open("o-1")
			b.Clock.Add(ahead)
			leave(b)
			b.Clock.Set(order.OpenedAt.Add(day))
			var in inbox
			require.Zero(t, b.relay(in.publish))
			require.NoError(t, b.Service.Retry(t.Context(), supervision.RecordID{Order: "o-1", Seq: 1}))
			require.Equal(t, 1, b.relay(in.publish))
		})
	}
}
