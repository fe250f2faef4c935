package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// upcoming collects what is upcoming.
func (b *bench) upcoming(from, before time.Time, kinds ...supervision.DeadlineKind) (list []string) {
	b.t.Helper()
	for coming, err := range b.Service.Upcoming(b.ctx, from, before, kinds...) {
		require.NoError(b.t, err)
		list = append(list, said(coming.Deadline, coming.Order))
	}
	return list
}

func said(d supervision.Deadline, o supervision.Order) string {
	return fmt.Sprint(d.At.Format(time.RFC3339Nano), " ", o.ID, " ", d.Kind, " ", d.Party)
}

// Upcoming has of every order what Order.Deadlines says, whether or not a
// worker has stored what was due.
func TestR23_UpcomingIsWhatDeadlinesSay(t *testing.T) {
	b := newBench(t, service.WithBatch(7))
	random := rand.New(rand.NewPCG(9, 10))
	b.crowd(random, 60)
	seen := make(map[supervision.DeadlineKind]int)
	for round := range 40 {
		var all []supervision.Order
		var want []string
		now := b.Service.Now()
		for i := range 60 {
			order := b.order(fmt.Sprintf("o-%d", i))
			all = append(all, order)
			for _, d := range order.Deadlines(now) {
				if counts(order, d, now) && !slices.Contains(want, said(d, order)) { // whatever the ground
					want = append(want, said(d, order))
					seen[d.Kind]++
				}
			}
		}
		have := b.upcoming(now.Add(-10*day), now.Add(1000*day))
		assert.True(t, slices.IsSortedFunc(have, func(x, y string) int { return instantOf(x).Compare(instantOf(y)) }))
		slices.Sort(have)
		slices.Sort(want)
		require.Equal(t, want, have)
		if round%8 == 7 {
			_, err := b.Service.Settle(t.Context())
			require.NoError(t, err)
		}
		b.Clock.Add(b.toSomeBoundary(random, all))
	}
	for _, kind := range supervision.DeadlineKinds() {
		none := kind == supervision.DeadlineReminder || kind == supervision.DeadlineOpenFor ||
			kind == supervision.DeadlineScheduledEnd // by these policies
		assert.Equal(t, none, seen[kind] == 0, kind)
	}
}

func instantOf(said string) time.Time {
	var at string
	_, _ = fmt.Sscan(said, &at)
	t, _ := time.Parse(time.RFC3339Nano, at)
	return t
}

// counts reports whether a list of orders has a deadline: of the appeals that
// open the first for each party that may not appeal yet.
func counts(o supervision.Order, d supervision.Deadline, now time.Time) bool {
	if d.Kind != supervision.DeadlineAppealOpens {
		return d.Kind != supervision.DeadlineReminder
	}
	party := supervision.Buyer(o.Buyer)
	if d.Party == appeal.Seller {
		party = supervision.Seller(o.Seller)
	}
	decision, err := o.Permit(party, supervision.OpRaiseAppeal, now)
	return err == nil && !decision.Allowed && decision.From.Equal(d.At)
}

func TestUpcoming_Bounds(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	opens := order.TurnSince.Add(5*day + tick)
	for _, c := range []struct {
		from, before time.Duration
		found        bool
	}{
		{-tick, 0, false}, {-tick, tick, true}, {0, tick, true}, {0, 0, false}, {tick, day, false}, {day, -day, false},
	} {
		list := b.upcoming(opens.Add(c.from), opens.Add(c.before), supervision.DeadlineAppealOpens)
		assert.Equal(t, c.found, len(list) == 1, "%+v", c)
	}
	b.Clock.Set(opens.Add(-tick))
	assert.Len(t, b.upcoming(bought, opens.Add(tick)), 1, "a tick before it is upcoming")
	b.Clock.Set(opens)
	assert.Empty(t, b.upcoming(bought, opens.Add(tick)), "what has come is not")
	begins := order.ScheduledEnd.Add(-15 * day)
	assert.Equal(t, []string{begins.Format(time.RFC3339Nano) + " " + order.ID + " blackout_begins "},
		b.upcoming(bought, begins.Add(tick), supervision.DeadlineBlackoutBegins, supervision.DeadlineCompletion))
}

// brokenList is a store with orders that cannot be read.
type brokenList struct {
	service.Store
	ids []string
}

func (s *brokenList) Upcoming(ctx context.Context, kinds []supervision.DeadlineKind, from, before time.Time,
	after supervision.Position, limit int) ([]service.Found, error) {
	list, err := s.Store.Upcoming(ctx, kinds, from, before, after, limit)
	for i, found := range list {
		if slices.Contains(s.ids, found.ID) {
			list[i] = service.Found{Position: found.Position, Err: unreadable(found.ID, 0)}
		}
	}
	return list, err
}

func TestUpcoming_AnUnreadableOrderHidesNoOther(t *testing.T) {
	store := &brokenList{Store: memory.New(), ids: []string{"o-0", "o-2"}}
	b := &bench{supervisiontest.On(store, service.WithBatch(2)), t, t.Context()}
	b.Clock.Set(bought)
	for i := range 4 {
		b.open(fmt.Sprintf("o-%d", i))
	}
	met := make(map[string]int)
	for coming, err := range b.Service.Upcoming(t.Context(), bought, bought.Add(1000*day)) {
		var named *service.UnreadableError
		if err != nil {
			require.ErrorAs(t, err, &named)
			met[named.Order]++
			continue
		}
		met[coming.Order.ID]++
	}
	assert.Equal(t, map[string]int{"o-0": 1, "o-1": 3, "o-2": 1, "o-3": 3}, met,
		"the seller's appeal, the blackout and its end; and once what cannot be read")
	for range b.Service.Upcoming(t.Context(), bought, bought.Add(1000*day)) {
		break // who has seen enough may stop
	}
	for _, err := range b.Service.Upcoming(t.Context(), bought, bought.Add(1000*day)) {
		if err != nil {
			break
		}
	}
}

func TestUpcoming_Faults(t *testing.T) {
	b := newBench(t)
	one := func(from, before time.Time, kinds ...supervision.DeadlineKind) error {
		for _, err := range b.Service.Upcoming(t.Context(), from, before, kinds...) {
			return err
		}
		return nil
	}
	invalid(t, one(time.Time{}, time.Unix(-1, 0), "weather"), "from", "before", "kinds")
	invalid(t, one(bought, bought, supervision.DeadlineReminder), "kinds")
	invalid(t, one(bought, bought, supervision.DeadlineOpenFor), "kinds")
	invalid(t, one(bought, bought, supervision.DeadlineCompletion, "weather"), "kinds")
	again := b.Service.Upcoming(t.Context(), bought, bought.Add(day), "weather")
	for range 2 {
		for _, err := range again {
			invalid(t, err, "kinds")
		}
	}
	assert.Empty(t, b.Store.Calls())
	b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Upcoming}})
	require.ErrorIs(t, one(bought, bought.Add(day)), supervisiontest.ErrInjected)
}

// To whom an appeal is open, it does not open at the end of the blackout, even
// if another ground does.
func TestUpcoming_AnAppealThatIsOpenDoesNotOpen(t *testing.T) {
	policy := supervision.Guide()
	policy.SupervisionPeriod = 18 * day
	b := newBench(t, service.WithPolicy(policy))
	b.open("o-1")
	for range 3 {
		b.do("o-1", ben, submit)
		b.do("o-1", sue, supervision.RejectRequest{Reason: "The region is missing."})
	}
	b.do("o-1", ben, submit) // the seller's silence would open an appeal on day 5, were it not for the blackout
	opens := func() []string {
		return b.upcoming(bought, bought.Add(99*day), supervision.DeadlineAppealOpens)
	}
	assert.Empty(t, opens(), "three rejections have opened it")
	b.Clock.Set(bought.Add(3 * day))
	end := bought.Add(18 * day).Format(time.RFC3339Nano)
	assert.Equal(t, []string{end + " o-1 appeal_opens buyer", end + " o-1 appeal_opens seller"}, opens(),
		"in the blackout")
}

// What is open to one party does not keep it from opening to the other.
func TestUpcoming_AnAppealOpensToEachParty(t *testing.T) {
	rejected := appeal.GroundsOf(appeal.RequestRejected)
	for _, c := range []struct {
		buyer, seller appeal.Grounds
		submits       int
		opens         string
	}{
		{rejected, appeal.GroundsOf(appeal.BuyerSilent), 3, "seller"},
		{appeal.GroundsOf(appeal.SellerSilent), rejected, 4, "buyer"},
	} {
		policy := supervision.Guide()
		policy.Appeal.Buyer, policy.Appeal.Seller = c.buyer, c.seller
		b := newBench(t, service.WithPolicy(policy))
		b.open("o-1")
		for n := range c.submits {
			b.do("o-1", ben, submit)
			if n < 3 {
				b.do("o-1", sue, rejectRequest)
			}
		}
		at := bought.Add(5*day + tick).Format(time.RFC3339Nano)
		assert.Equal(t, []string{at + " o-1 appeal_opens " + c.opens},
			b.upcoming(bought, bought.Add(99*day), supervision.DeadlineAppealOpens), "to the other it is open")
	}
}

func TestUpcoming_HasTheOrderAsItIsNow(t *testing.T) {
	b := newBench(t, service.WithPolicy(autoAccepting()))
	order := b.reach(supervision.AwaitingAcceptance)
	b.Clock.Add(10 * day) // no worker has stored the acceptance (R27)
	now := b.Clock.Now()
	var met []supervision.Status
	for coming, err := range b.Service.Upcoming(b.ctx, now, now.Add(day)) {
		require.NoError(t, err)
		assert.Equal(t, order.ID, coming.Order.ID)
		met = append(met, coming.Order.Status)
	}
	assert.Equal(t, []supervision.Status{supervision.Accepted}, met)
}
