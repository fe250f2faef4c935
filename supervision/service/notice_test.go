package service_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// noticing is the guide with notices.
func noticing() supervision.Policy {
	p := supervision.Guide()
	p.Name, p.Notices = "noticing", supervision.Notices{AppealOpens: day, Completion: time.Hour, OpenFor: 180 * day,
		RulingOverdue: -day}
	return p
}

// told is a receiver of notices: it keeps what it is handed over.
type told struct {
	events []service.Event
	// empty counts what was neither notices nor a record.
	empty int
	err   error
}

func (in *told) publish(_ context.Context, e service.Event) error {
	if e.Notices == nil && e.Record.Action == nil {
		in.empty++
	}
	if len(e.Notices) > 0 && in.err == nil {
		in.events = append(in.events, e)
	}
	if len(e.Notices) > 0 {
		return in.err
	}
	return nil
}

// work gives and relays what is due, and returns the kinds of the notices that
// came.
func (b *bench) work(in *told) (kinds []supervision.DeadlineKind) {
	b.t.Helper()
	before := len(in.events)
	_, err := b.Service.Settle(b.ctx)
	require.NoError(b.t, err)
	_, err = b.Service.Notice(b.ctx)
	require.NoError(b.t, err)
	for range 5 {
		_, err = b.Service.Relay(b.ctx, in.publish)
		require.NoError(b.t, err)
	}
	for _, e := range in.events[before:] {
		for _, n := range e.Notices {
			kinds = append(kinds, n.Kind)
		}
	}
	return kinds
}

var opens = []supervision.DeadlineKind{supervision.DeadlineAppealOpens}

func TestR33_ANoticeGoesOutOnceWhenItIsDue(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	b.open("o-1")
	order := b.do("o-1", ben, submit)
	due := b.Clock.Now().Add(4*day + tick)
	var in told
	for _, c := range []struct {
		at   time.Time
		want []supervision.DeadlineKind
	}{{due.Add(-tick), nil}, {due, opens}, {due, nil}, {due.Add(tick), nil}, {due.Add(100 * day), nil}} {
		b.Clock.Set(c.at)
		assert.Equal(t, c.want, b.work(&in), c.at)
	}
	event := in.events[0]
	assert.Equal(t, supervision.NoticeID("o-1", due), event.ID)
	assert.Equal(t, []string{ben.ID, sue.ID, "p-1"}, []string{event.Buyer, event.Seller, event.Product})
	assert.Equal(t, order, event.Order)
	assert.Zero(t, event.Record)
	assert.Equal(t, due.Add(day), event.Notices[0].At)
	assert.Equal(t, order, b.stored("o-1"), "a notice changes nothing")
	b.do("o-1", sue, acceptRequest, service.IfVersion(order.Version))
}

// After an amendment has turned a fast clock back (R31), what was given early is
// not given again, and what is counted anew is.
func TestR33_AClockThatWasTurnedBackGivesNothingTwice(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	begins := b.Clock.Now()
	b.open("o-1")
	b.do("o-1", ben, submit)
	var in told
	b.Clock.Add(400 * day)
	b.do("o-1", sue, acceptRequest)
	require.Equal(t, []supervision.DeadlineKind{supervision.DeadlineOpenFor}, b.work(&in))
	b.Clock.Set(begins.Add(day))
	b.do("o-1", mia, supervision.Amend{Clock: true, Reason: "A clock was fast."})
	for _, c := range []struct {
		at   time.Time
		want []supervision.DeadlineKind
	}{{begins.Add(5 * day), nil}, {begins.Add(5*day + tick), opens}, {begins.Add(181 * day), nil}} {
		b.Clock.Set(c.at)
		assert.Equal(t, c.want, b.work(&in), c.at)
	}
}

// A worker's step gives a notice at the instant at which it is due, and not a
// tick earlier.
func TestR33_EachKindOfNoticeIsDueToATick(t *testing.T) {
	kinds := map[supervision.DeadlineKind]struct {
		notices supervision.Notices
		at      supervision.Status
		due     time.Duration // since the order came there
	}{
		supervision.DeadlineAppealOpens: {supervision.Notices{AppealOpens: day}, supervision.AwaitingConfirmation,
			4*day + tick},
		supervision.DeadlineCompletion: {supervision.Notices{Completion: time.Hour}, supervision.Accepted,
			2 * time.Hour},
		supervision.DeadlineAutoAccept: {supervision.Notices{AutoAccept: 2 * day}, supervision.AwaitingAcceptance,
			8 * day},
		supervision.DeadlineScheduledEnd: {supervision.Notices{ScheduledEnd: 30 * day}, supervision.AwaitingDelivery,
			335 * day},
		supervision.DeadlineBlackoutBegins: {supervision.Notices{BlackoutBegins: 7 * day},
			supervision.AwaitingDelivery, 343 * day},
		supervision.DeadlineBlackoutEnds: {supervision.Notices{BlackoutEnds: day}, supervision.AwaitingDelivery,
			364 * day},
		supervision.DeadlineReminder: {supervision.Notices{Reminder: time.Hour}, supervision.AwaitingDelivery,
			23 * time.Hour},
		supervision.DeadlineRulingOverdue: {supervision.Notices{RulingOverdue: -day}, supervision.Frozen,
			4*day + tick},
		supervision.DeadlineOpenFor: {supervision.Notices{OpenFor: 180 * day}, supervision.AwaitingRequest, 180 * day},
	}
	assert.ElementsMatch(t, supervision.DeadlineKinds(), slices.Collect(maps.Keys(kinds)))
	for kind, c := range kinds {
		for late, want := range map[time.Duration][]supervision.DeadlineKind{-tick: nil, 0: {kind}, tick: {kind}} {
			p := autoAccepting()
			p.Notices = c.notices
			if kind == supervision.DeadlineScheduledEnd {
				p.AtScheduledEnd = supervision.EndCancel
			}
			b := newBench(t, service.WithPolicy(p))
			order := b.reach(c.at)
			if kind == supervision.DeadlineReminder {
				b.do(order.ID, ben, remind)
			}
			b.Clock.Add(c.due + late)
			var in told
			assert.Equal(t, want, b.work(&in), "%s, %s", kind, late)
			assert.Empty(t, b.work(&in), "%s, once", kind)
		}
	}
}

// A notice of an instant that has come, or that somebody has moved, is none.
func TestR33_ANoticeVanishesIfSomebodyActs(t *testing.T) {
	for name, act := range map[string]func(*bench){
		"before it is given": func(b *bench) { b.do("o-1", sue, report) },
		"while it waits": func(b *bench) {
			_, err := b.Service.Notice(b.ctx)
			require.NoError(b.t,
				err)
			b.do("o-1", sue, report)
		},
		"after an attempt that failed": func(b *bench) {
			_, err := b.Service.Notice(b.ctx)
			require.NoError(b.t, err)
			_, err = b.Service.Relay(b.ctx, (&told{err: errPoison}).publish)
			require.ErrorIs(b.t, err, errPoison)
			b.do("o-1", sue, report)
			b.Clock.Add(time.Second)
		},
		"after its instant came": func(b *bench) { b.Clock.Add(day) },
		"and waits": func(b *bench) {
			_, err := b.Service.Notice(b.ctx)
			require.NoError(b.t,
				err)
			b.Clock.Add(day)
		},
	} {
		b := newBench(t, service.WithPolicy(noticing()))
		b.open("o-1")
		b.do("o-1", ben, submit)
		b.Clock.Add(4*day + tick)
		act(b)
		var in told
		assert.Empty(t, b.work(&in), name)
		assert.Zero(t, in.empty, name)
		claimed, err := b.Store.Claim(b.ctx, b.Clock.Now().Add(day), time.Hour, 10)
		require.NoError(t, err)
		assert.Empty(t, claimed, "%s: nothing of it is left in the outbox", name)
	}
}

// A flow that is open for long is noticed once, whatever happened and happens.
func TestR33_EachInstantIsNoticedOnce(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	b.open("o-1")
	b.Clock.Add(180*day - tick)
	var in told
	assert.Empty(t, b.work(&in))
	b.Clock.Add(tick)
	b.do("o-1", ben, submit) // in the same instant, before the worker's step
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineOpenFor}, b.work(&in))
	b.do("o-1", sue, rejectRequest)
	assert.Empty(t, b.work(&in), "an operation does not bring it again")
	b.Clock.Add(4*day + tick)
	assert.Equal(t, opens, b.work(&in), "and the next one still comes")
}

// Of several notices each comes when it is due, the nearest first, and those of
// one instant come together.
func TestR33_SeveralNoticesComeInTurn(t *testing.T) {
	p := autoAccepting()
	p.Notices = supervision.Notices{AppealOpens: 2 * day, OpenFor: 3*day + tick, AutoAccept: 4 * day,
		BlackoutBegins: 30 * day}
	b := newBench(t, service.WithPolicy(p))
	b.open("o-1")
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{{ben, submit}, {sue, acceptRequest}, {sue, deliver}} {
		b.do("o-1", step.actor, step.action)
	}
	var in told
	b.Clock.Add(3*day + tick)
	assert.ElementsMatch(t, []supervision.DeadlineKind{supervision.DeadlineAppealOpens, supervision.DeadlineOpenFor},
		b.work(&in))
	assert.Len(t, in.events, 1, "at once")
	b.Clock.Add(3*day - tick)
	found, err := b.Store.Noticing(b.ctx, b.Clock.Now(), supervision.Position{}, 10)
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, []time.Time{bought.Add(3*day + tick)}, found[0].Given, "one instant is given once")
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineAutoAccept}, b.work(&in))
}

// giving keeps what is given.
type giving struct {
	service.Store
	given []service.Noticed
}

func (g *giving) Notice(ctx context.Context, list ...service.Noticed) error {
	g.given = append(g.given, list...)
	return g.Store.Notice(ctx, list...)
}

// A step that is late gives each instant once, however many notices it has.
func TestR33_ALateStepGivesEachInstantOnce(t *testing.T) {
	p := autoAccepting()
	p.Notices = supervision.Notices{AutoAccept: 7 * day, AppealOpens: day, OpenFor: 4*day + tick}
	store := &giving{Store: memory.New()}
	b := &bench{supervisiontest.On(store, service.WithPolicy(p)), t, t.Context()}
	delivered := b.reach(supervision.AwaitingAcceptance).UpdatedAt
	b.Clock.Add(4*day + tick)
	var in told
	assert.ElementsMatch(t, []supervision.DeadlineKind{supervision.DeadlineAutoAccept,
		supervision.DeadlineAppealOpens, supervision.DeadlineOpenFor}, b.work(&in))
	require.Len(t, store.given, 1)
	assert.Equal(t, []time.Time{delivered.Add(3 * day), delivered.Add(4*day + tick)}, store.given[0].Due)
}

// Behind the notice that is given several may be to come: the next one is the
// nearest.
func TestR33_NoNoticeIsPassedOver(t *testing.T) {
	p := supervision.Guide()
	p.Notices = supervision.Notices{AppealOpens: day, OpenFor: 180 * day, BlackoutBegins: 7 * day}
	b := newBench(t, service.WithPolicy(p))
	b.reach(supervision.AwaitingDelivery)
	var in told
	for _, c := range []struct {
		at   time.Time
		want supervision.DeadlineKind
	}{
		{bought.Add(4*day + tick), supervision.DeadlineAppealOpens},
		{bought.Add(180 * day), supervision.DeadlineOpenFor},
		{bought.Add(343 * day), supervision.DeadlineBlackoutBegins},
	} {
		b.Clock.Set(c.at)
		assert.Equal(t, []supervision.DeadlineKind{c.want}, b.work(&in), c.at)
	}
}

// An order that cannot be read is named, once, and hides no other.
func TestR33_AnUnreadableOrderHidesNoOther(t *testing.T) {
	store := &unreadableOrders{Store: memory.New(), ids: []string{"o-1", "o-2", "o-4"}}
	b := &bench{supervisiontest.On(store, service.WithPolicy(noticing()), service.WithBatch(2)), t, t.Context()}
	for _, id := range []string{"o-1", "o-2", "o-3", "o-4", "o-5"} {
		b.open(id)
	}
	b.Clock.Add(180 * day)
	n, err := b.Service.Notice(b.ctx)
	assert.Equal(t, 2, n)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, supervision.ErrMalformed)
	var named []string
	for _, f := range failed.Failed {
		named = append(named, f.Order)
	}
	assert.Equal(t, store.ids, named)
}

// unreadableOrders is a store with orders that cannot be read.
type unreadableOrders struct {
	service.Store
	ids []string
}

func (u *unreadableOrders) Noticing(ctx context.Context, at time.Time, after supervision.Position,
	limit int) ([]service.Noticing, error) {
	list, err := u.Store.Noticing(ctx, at, after, limit)
	for i, found := range list {
		if slices.Contains(u.ids, found.ID) {
			list[i].Found = service.Found{Position: found.Position, Err: unreadable(found.ID, 0)}
		}
	}
	return list, err
}

// Time leads an order on, and its notices with it.
func TestR33_NoticesFollowTheOrder(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	b.open("o-1")
	for _, step := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{{ben, submit}, {sue, acceptRequest}, {sue, deliver}, {ben, supervision.AcceptProduct{}}} {
		b.do("o-1", step.actor, step.action)
	}
	var in told
	b.Clock.Add(2*time.Hour - tick)
	assert.Empty(t, b.work(&in))
	b.Clock.Add(tick)
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineCompletion}, b.work(&in))
	b.Clock.Add(200 * day)
	assert.Empty(t, b.work(&in), "of a completed order nobody is told")
}

// What time has moved on is noticed as it is once that is stored, and so once.
func TestR33_WhatTimeHasMovedOnIsSettledFirst(t *testing.T) {
	p := autoAccepting()
	p.Notices.Completion, p.Notices.OpenFor = time.Hour, 5*day
	b := newBench(t, service.WithPolicy(p))
	b.reach(supervision.AwaitingAcceptance)
	for _, later := range []time.Duration{10 * day, 2 * time.Hour} { // accepted by time, and an hour from completion
		b.Clock.Add(later)
		given, err := b.Service.Notice(b.ctx)
		require.NoError(t, err)
		assert.Zero(t, given)
	}
	var in told
	assert.ElementsMatch(t, []supervision.DeadlineKind{supervision.DeadlineCompletion, supervision.DeadlineOpenFor},
		b.work(&in))
	assert.Empty(t, b.work(&in))
}

// A ruling that is late is noticed to the managers.
func TestR33_ALateRulingIsNoticed(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	b.reach(supervision.Frozen)
	b.Clock.Add(4*day + tick)
	var in told
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineRulingOverdue}, b.work(&in))
	assert.Equal(t, []supervision.Role{supervision.RoleManager}, in.events[0].Notices[0].To())
}

// A receiver that fails gets it again, under the same name; whoever is faster
// gives it once.
func TestR33_ANoticeIsRelayedUntilItIsTaken(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	b.open("o-1")
	b.do("o-1", ben, submit)
	var in told
	require.Empty(t, b.work(&in))
	b.Clock.Add(4*day + tick)
	in.err = errors.New("no answer")
	found, err := b.Store.Noticing(b.ctx, b.Clock.Now(), supervision.Position{}, 10)
	require.NoError(t, err)
	require.Len(t, found, 1)
	_, err = b.Service.Notice(b.ctx)
	require.NoError(t, err)
	_, err = b.Service.Relay(b.ctx, in.publish)
	require.Error(t, err)
	in.err = nil
	b.Clock.Add(time.Hour)
	assert.Equal(t, opens, b.work(&in))
	assert.Equal(t, 2, in.events[0].Attempt)

	again := service.Noticed{Order: "o-1", Version: found[0].Order.Version, At: found[0].At}
	assert.ErrorIs(t, b.Store.Notice(b.ctx, again), service.ErrConflict)
}

// What a host has given another one hands over, whose clock is behind.
func TestR33_ASlowClockLosesNoNotice(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()))
	b.open("o-1")
	b.do("o-1", ben, submit)
	b.Clock.Add(4*day + tick)
	_, err := b.Service.Notice(b.ctx)
	require.NoError(t, err)
	b.Clock.Add(-time.Second)
	var in told
	assert.Equal(t, opens, b.work(&in))
}

// A store that fails loses no notice and doubles none.
func TestR33_StoreFailuresLoseNoNotice(t *testing.T) {
	for _, failure := range []supervisiontest.Failure{
		{On: []supervisiontest.Method{supervisiontest.Noticing}},
		{On: []supervisiontest.Method{supervisiontest.Notice}, Times: -1},
		{On: []supervisiontest.Method{supervisiontest.Notice}, Applied: true},
	} {
		b := newBench(t, service.WithPolicy(noticing()))
		b.open("o-1")
		b.do("o-1", ben, submit)
		b.Clock.Add(4*day + tick)
		b.Store.FailOn(failure)
		_, err := b.Service.Notice(b.ctx)
		if failure.Applied {
			require.NoError(t, err, "whatever became of the batch, each of its orders is noticed now")
		} else {
			require.ErrorIs(t, err, supervisiontest.ErrInjected)
		}
		b.Store.Repair()
		var in told
		assert.Equal(t, opens, b.work(&in))
	}
}

// The batch fails, and then its first order by itself: the others are told.
func TestR33_AnOrderThatCannotBeNoticedHoldsUpNoOther(t *testing.T) {
	b := newBench(t, service.WithPolicy(noticing()), service.WithBatch(2))
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		b.open(id)
		b.do(id, ben, submit)
	}
	b.Clock.Add(4*day + tick)
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Notice}, Times: 2})
	n, err := b.Service.Notice(b.ctx)
	var failed *service.OrdersError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Failed, 1)
	assert.Equal(t, "o-1", failed.Failed[0].Order)
	assert.Equal(t, 2, n)
	n, err = b.Service.Notice(b.ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, n, "the next step tells of it")
}
