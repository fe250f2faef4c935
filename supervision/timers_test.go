package supervision_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR02_CompletedThreeHoursAfterAcceptance(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingAcceptance).wait(day).do(ben, acceptProduct)
	due := s.at.Add(3 * time.Hour)
	assert.Equal(t, due, s.order.NextDue())
	for _, c := range []struct {
		at     time.Time
		status supervision.Status
	}{
		{s.at, supervision.Accepted},
		{due.Add(-tick), supervision.Accepted},
		{due, supervision.Completed},
		{due.Add(tick), supervision.Completed},
		{due.Add(1000 * day), supervision.Completed},
	} {
		order, records := s.order.Settle(c.at)
		assert.Equal(t, c.status, order.Status)
		if c.status == supervision.Accepted {
			assert.Equal(t, s.order, order)
			assert.Empty(t, records)
			continue
		}
		assert.Equal(t, due, order.ClosedAt, "the due instant, not the one at which it was noticed")
		assert.Equal(t, s.at, order.AcceptedAt)
		assert.Equal(t, []supervision.Record{{
			Order: "o-1", Seq: s.order.Version + 1, At: due, Actor: supervision.System(),
			Operation: supervision.OpComplete,
			From:      supervision.Accepted, To: supervision.Completed, Action: supervision.Complete{},
		}}, records)
		again, none := order.Settle(c.at)
		assert.Equal(t, order, again)
		assert.Empty(t, none)
	}
}

func TestR02_PolicySetsTheDelay(t *testing.T) {
	policy := supervision.Guide()
	policy.CompletionDelay = tick
	s := arrive(t, policy, supervision.Accepted)
	assert.Equal(t, supervision.Accepted, s.now().Status)
	assert.Equal(t, supervision.Completed, s.wait(tick).now().Status)
}

func TestR27_AutoAccept(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	due := bought.Add(10 * day)
	for _, c := range []struct {
		at      time.Time
		status  supervision.Status
		version int64
	}{
		{due.Add(-tick), supervision.AwaitingAcceptance, 4},
		{due, supervision.Accepted, 5},
		{due.Add(tick), supervision.Accepted, 5},
		{due.Add(3*time.Hour - tick), supervision.Accepted, 5},
		{due.Add(3 * time.Hour), supervision.Completed, 6},
		{due.Add(3*time.Hour + tick), supervision.Completed, 6},
	} {
		order, records := s.order.Settle(c.at)
		assert.Equal(t, c.status, order.Status, c.at)
		assert.Equal(t, c.version, order.Version)
		if c.version >= 5 {
			assert.Equal(t, due, order.AcceptedAt)
			assert.Equal(t, due, records[0].At)
			assert.Equal(t, supervision.OpAutoAccept, records[0].Operation)
			assert.Equal(t, supervision.AutoAccept{}, records[0].Action)
			assert.Equal(t, []supervision.Status{supervision.AwaitingAcceptance, supervision.Accepted},
				[]supervision.Status{records[0].From, records[0].To})
		}
		if c.version == 6 {
			assert.Equal(t, due.Add(3*time.Hour), order.ClosedAt)
			assert.Equal(t, due.Add(3*time.Hour), records[1].At)
			assert.Equal(t, records[0].Seq+1, records[1].Seq)
		}
	}
	off := arrive(t, supervision.Guide(), supervision.AwaitingAcceptance)
	assert.Zero(t, off.order.NextDue(), "off by default")
}

func TestR27_OnlyAnUntouchedDelivery(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	rejected := s.fork().until(bought.Add(10*day-tick)).do(ben, rejectProduct)
	assert.Zero(t, rejected.order.NextDue(), "rejected in time")
	rejected.do(sue, deliver)
	assert.Equal(t, rejected.at.Add(10*day), rejected.order.NextDue(), "each delivery has its own time")

	frozen := s.wait(5*day+tick).do(sue, appealOn(appeal.BuyerSilent)).wait(100*day).do(mia, resume)
	assert.Equal(t, bought.Add(110*day), frozen.order.NextDue(), "a freeze moves it by its length (R17)")
	assert.Equal(t, supervision.AwaitingAcceptance, frozen.fork().until(bought.Add(110*day-tick)).now().Status)
	assert.Equal(t, supervision.Accepted, frozen.until(bought.Add(110*day)).now().Status)
}

func TestR27_NoAppealOnceTimeHasAccepted(t *testing.T) {
	policy := autoAccepting()
	policy.AutoAccept = 5 * day
	s := arrive(t, policy, supervision.AwaitingAcceptance)
	p := s.permit(sue, supervision.OpRaiseAppeal)
	assert.Zero(t, p.From, "the buyer's silence would open it one tick after time has accepted")
	assert.Zero(t, p.Until)
	verdicts, err := s.order.Verdicts(sue, s.at)
	require.NoError(t, err)
	assert.Equal(t, []appeal.Verdict{
		{Ground: appeal.BuyerSilent, Reason: appeal.NotSilentLongEnough,
			Measure: appeal.Measure{Since: bought, Length: 5 * day}},
		{Ground: appeal.RequestRejected, Reason: appeal.TooFewRejections, Measure: appeal.Measure{Need: 3}},
		{Ground: appeal.ProductRejected, Reason: appeal.TooFewRejections, Measure: appeal.Measure{Need: 3}},
	}, verdicts)

	policy.AutoAccept = 5*day + 2*tick
	s = arrive(t, policy, supervision.AwaitingAcceptance)
	p = s.permit(sue, supervision.OpRaiseAppeal)
	assert.Equal(t, bought.Add(5*day+tick), p.From)
	assert.Equal(t, bought.Add(5*day+2*tick), p.Until)
	verdicts, err = s.order.Verdicts(sue, s.at)
	require.NoError(t, err)
	assert.Equal(t, []time.Time{p.From, p.Until}, []time.Time{verdicts[0].From, verdicts[0].Until})
	assert.Equal(t, bought.Add(5*day+2*tick), s.permit(ben, supervision.OpAcceptProduct).Until)
	s.wait(5*day+tick).do(sue, appealOn(appeal.BuyerSilent))
}

// TestR02_ALateCommandGetsThePunctualAnswer compares an order nobody ever
// settled with one that a worker settled on time.
func TestR02_ALateCommandGetsThePunctualAnswer(t *testing.T) {
	for name, s := range map[string]*story{
		"accepted":       arrive(t, supervision.Guide(), supervision.Accepted),
		"auto-accepting": arrive(t, autoAccepting(), supervision.AwaitingAcceptance),
		"deemed":         arrive(t, supervision.Guide(), supervision.Frozen).do(mia, deem),
	} {
		for _, late := range []time.Duration{3*time.Hour - tick, 3 * time.Hour, 3*time.Hour + time.Second, 10 * day,
			10*day + 3*time.Hour + time.Second} {
			t.Run(fmt.Sprint(name, " ", late), func(t *testing.T) {
				punctual, records := s.order, s.records[:len(s.records):len(s.records)]
				for due := punctual.NextDue(); !due.IsZero() && !due.After(s.at.Add(late)); due = punctual.NextDue() {
					punctual, records = settle(punctual, records, due)
				}
				at := s.at.Add(late)
				for op, actions := range attempts() {
					for _, action := range actions {
						for _, actor := range []supervision.Actor{ben, sue, mia} {
							next, added, err := s.order.Apply(actor, action, at)
							want, wantAdded, wantErr := punctual.Apply(actor, action, at)
							assert.Equal(t, wantErr, err, op)
							assert.Equal(t, want, next)
							if err == nil {
								assert.Equal(t, append(records[:len(records):len(records)], wantAdded...),
									append(s.records[:len(s.records):len(s.records)], added...))
							}
						}
					}
				}
				assert.Equal(t, punctual.Steps(at), s.order.Steps(at))
				assert.Equal(t, punctual.Deadlines(at), s.order.Deadlines(at))
				for _, actor := range []supervision.Actor{ben, sue, mia} {
					late, err := s.order.Operations(actor, at)
					require.NoError(t, err)
					want, err := punctual.Operations(actor, at)
					require.NoError(t, err)
					assert.Equal(t, want, late)
				}
			})
		}
	}
}

func TestR02_TheBuyerComesTooLate(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	refusal := s.fork().until(bought.Add(10*day)).refused(ben, rejectProduct)
	assert.Equal(t, supervision.Accepted, refusal.Status)
	assert.Equal(t, supervision.ReasonStatus, refusal.Reason)
	refusal = s.fork().until(bought.Add(10*day+3*time.Hour+time.Second)).refused(ben, rejectProduct)
	assert.Equal(t, supervision.Completed, refusal.Status)
	assert.Equal(t, supervision.ReasonFinal, refusal.Reason)
}

func TestApply_TimeNeverRunsBackwards(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(day).do(sue, report)
	newest := s.at
	s.until(bought).do(ben, remind)
	assert.Equal(t, newest, s.order.Reminder.At, "a slow clock counts as the newest record's instant")
	assert.Equal(t, newest, s.records[len(s.records)-1].At)
	assert.Equal(t, newest.Add(day), s.refused(ben, remind).From)
	assert.Equal(t, newest, s.refused(ben, remind).At)
	p := s.permit(ben, supervision.OpRemind)
	assert.Equal(t, newest.Add(day), p.From, "asking agrees")
}

func TestApply_CutsInstantsToTheTick(t *testing.T) {
	s := begin(t, supervision.Guide())
	next, records,
		err := s.order.Apply(ben, submit, bought.Add(day+999*time.Nanosecond).In(time.FixedZone("CST", 8*60*60)))
	require.NoError(t, err)
	assert.Equal(t, bought.Add(day), next.UpdatedAt)
	assert.Equal(t, bought.Add(day), records[0].At)
	settled, _ := arrive(t, supervision.Guide(), supervision.Accepted).order.Settle(bought.Add(3*time.Hour - 1))
	assert.Equal(t, supervision.Accepted, settled.Status, "a nanosecond early is a tick early")
}

func TestListing_IsWhatSettlingGives(t *testing.T) {
	for _, policy := range []supervision.Policy{supervision.Guide(), autoAccepting(), supervision.Rules2025(),
		supervision.License()} {
		for _, s := range pasts(t, policy) {
			listing := s.order.Listing()
			assert.Equal(t, s.order.NextDue(), listing.Due)
			for _, at := range around(boundaries(s.order)) {
				settled, _ := s.order.Settle(at)
				assert.Equal(t, settled.Status, listing.StatusAt(at), "%s %s at %s", policy.Name, s.order.Status, at)
				later := settled.Listing()
				assert.Equal(t, listing.AcceptedAt, later.AcceptedAt)
				assert.Equal(t, listing.ClosedAt, later.ClosedAt)
				assert.Equal(t, listing.ClosedAs, later.ClosedAs)
				assert.Equal(t, listing.Position(""), later.Position(""))
			}
		}
	}
}

func TestListing_Columns(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	accepted := bought.Add(10 * day)
	assert.Equal(t, supervision.Listing{
		ID: "o-1", Product: "p-1", Buyer: "ben", Seller: "sue", BoughtAt: bought,
		Status:       supervision.AwaitingAcceptance,
		WaitingSince: bought, Due: accepted, AcceptedAt: accepted, ClosedAt: accepted.Add(3 * time.Hour),
		ClosedAs:     supervision.Completed,
		SellerAppeal: bought.Add(5*day + tick), BlackoutBegins: bought.Add(350 * day),
		BlackoutEnds: bought.Add(365 * day),
	}, s.order.Listing())
	completes := bought.Add(3 * time.Hour)
	froze := bought.Add(5*day + tick)
	for status, want := range map[supervision.Status]supervision.Listing{
		supervision.Accepted: {Due: completes, AcceptedAt: bought, ClosedAt: completes,
			ClosedAs: supervision.Completed},
		supervision.Completed: {AcceptedAt: bought, ClosedAt: completes, ClosedAs: supervision.Completed},
		supervision.Frozen:    {HandleBy: froze.Add(3 * day)},
		supervision.Canceled:  {ClosedAt: froze, ClosedAs: supervision.Canceled},
	} {
		want.ID, want.Product, want.Buyer, want.Seller, want.BoughtAt = "o-1", "p-1", ben.ID, sue.ID, bought
		want.Status = status
		assert.Equal(t, want, arrive(t, supervision.Guide(), status).order.Listing(), "nobody is waited for")
	}
}

// What had begun of the blackout when the order was stored has begun for any
// clock; what lies behind it is no more.
func TestListing_Blackout(t *testing.T) {
	begins, ends, purchase := bought.Add(185*day), bought.Add(200*day), bought.Add(-day)
	for at, want := range map[time.Time][2]time.Time{
		begins.Add(-tick): {begins, ends}, begins: {purchase, ends}, ends.Add(-tick): {purchase, ends}, ends: {},
		ends.Add(tick): {},
	} {
		opening := anOpening(supervision.Guide())
		opening.BoughtAt, opening.ScheduledEnd = purchase, ends
		l := beginAs(t, opening).delivery().until(at).do(sue, report).order.Listing()
		assert.Equal(t, want, [2]time.Time{l.BlackoutBegins, l.BlackoutEnds}, at)
	}
}

// A summary says of an order at an instant what the order itself does, whether
// or not a worker has come by (R02), and to each party the same (R34).
func TestListing_ASummaryIsWhatTheOrderSays(t *testing.T) {
	for _, policy := range []supervision.Policy{supervision.Guide(), autoAccepting(), supervision.Rules2025(),
		supervision.License(), closing(supervision.EndAccept), closing(supervision.EndCancel)} {
		for _, s := range pasts(t, policy) {
			for _, at := range around(boundaries(s.order)) {
				summary, err := s.order.Listing().For(mia, at)
				require.NoError(t, err)
				o, _ := s.order.Settle(at)
				afterwards, err := o.Listing().For(mia, at)
				require.NoError(t, err)
				require.Equal(t, summary, afterwards, "settled or not")
				for _, actor := range []supervision.Actor{ben, sue, supervision.System()} {
					view, err := s.order.Listing().For(actor, at)
					require.NoError(t, err)
					require.Equal(t, summary, view)
				}
				said := [...]any{summary.ID, summary.Product, summary.Buyer, summary.Seller, summary.BoughtAt,
					summary.Status, summary.Turn(), summary.OrderStatus()}
				assert.Equal(t, [...]any{o.ID, o.Product, o.Buyer, o.Seller, o.BoughtAt, o.Status, o.Turn(),
					o.OrderStatus()}, said)
				if since := o.Facts().Since; o.Status.Waiting() {
					assert.Equal(t, since, summary.WaitingSince)
				} else {
					assert.Zero(t, summary.WaitingSince)
				}
				if at.Before(s.order.UpdatedAt) {
					continue // a slow clock: what had begun when the order was stored stands
				}
				for actor, opens := range map[supervision.Actor]time.Time{
					ben: summary.BuyerAppeal, sue: summary.SellerAppeal,
				} {
					d, err := o.Permit(actor, supervision.OpRaiseAppeal, at)
					require.NoError(t, err)
					assert.Equal(t, d.Allowed, opens.Equal(at), "%s %s: %+v", actor, o.Status, d)
					if !d.Allowed {
						assert.Equal(t, d.From, opens, "%s %s at %s", actor, o.Status, at)
					}
				}
				assert.Equal(t, o.Appeal.Pending(), !summary.HandleBy.IsZero())
				d, err := o.Permit(sue, supervision.OpDeclineRefund, at)
				require.NoError(t, err)
				var pending supervision.Proposal // which the seller may answer
				if d.Allowed {
					pending = o.Proposal
				}
				assert.Equal(t, pending.Amount, summary.Proposed, "%s at %s", o.Status, at)
				assert.Equal(t, pending.At, summary.ProposedAt, "%s at %s", o.Status, at)
				if o.Status.Final() {
					assert.Equal(t, o.ClosedAt, summary.ClosedAt)
				}
			}
		}
	}
}

func TestListing_SummaryColumns(t *testing.T) {
	accepted, completed := bought.Add(10*day), bought.Add(10*day+3*time.Hour)
	listing := arrive(t, autoAccepting(), supervision.AwaitingAcceptance).order.Listing()
	summary, err := listing.For(ben, bought.Add(999).In(time.FixedZone("CST", 8*60*60)))
	require.NoError(t, err)
	assert.Equal(t, supervision.Summary{
		At: bought, ID: "o-1", Product: "p-1", Buyer: "ben", Seller: "sue", BoughtAt: bought,
		Status: supervision.AwaitingAcceptance, WaitingSince: bought, SellerAppeal: bought.Add(5*day + tick),
		AcceptedAt: accepted, ClosedAt: completed,
	}, summary)
	summary, err = listing.For(sue, accepted)
	require.NoError(t, err)
	assert.Equal(t, supervision.Summary{
		At: accepted, ID: "o-1", Product: "p-1", Buyer: "ben", Seller: "sue", BoughtAt: bought,
		Status: supervision.Accepted, AcceptedAt: accepted, ClosedAt: completed,
	}, summary)

	opening := anOpening(supervision.Rules2025())
	opening.BoughtAt = bought.Add(-2 * day)
	open := beginAs(t, opening).order.Listing()
	summary, err = open.For(ben, bought.Add(-day))
	require.NoError(t, err)
	assert.Equal(t, bought.Add(-day), summary.BuyerAppeal, "open already, also for a clock that is behind")
}

// A store finds every order that has a deadline by what its listing brings
// (R23): of appeals the first for each party that cannot appeal yet. Nobody
// lists reminders.
func TestListing_BringsEveryDeadline(t *testing.T) {
	for _, policy := range []supervision.Policy{supervision.Guide(), autoAccepting(), supervision.Hardware(),
		closing(supervision.EndAccept), closing(supervision.EndCancel)} {
		for _, s := range pasts(t, policy) {
			listing := s.order.Listing()
			for _, at := range around(boundaries(s.order)) {
				opened := make(map[appeal.Party]bool)
				for _, actor := range []supervision.Actor{ben, sue} {
					opened[appeal.Party(actor.Role)] = s.until(at).permit(actor, supervision.OpRaiseAppeal).Allowed
				}
				for _, d := range s.order.Deadlines(at) {
					if d.Kind == supervision.DeadlineReminder || opened[d.Party] {
						continue
					}
					opened[d.Party] = d.Kind == supervision.DeadlineAppealOpens
					require.Contains(t, listing.Brings(d.Kind), d.At, "%s of %s", d.Kind, listing.Status)
				}
			}
		}
	}
}

func TestListing_BringsNothingElse(t *testing.T) {
	completes := bought.Add(3 * time.Hour)
	begins, ends := bought.Add(350*day), bought.Add(365*day)
	for _, c := range []struct {
		policy supervision.Policy
		status supervision.Status
		want   map[supervision.DeadlineKind][]time.Time
	}{
		{autoAccepting(), supervision.AwaitingAcceptance, map[supervision.DeadlineKind][]time.Time{
			supervision.DeadlineCompletion:   {completes.Add(10 * day)},
			supervision.DeadlineAutoAccept:   {bought.Add(10 * day)},
			supervision.DeadlineScheduledEnd: {bought.Add(10 * day)},
			supervision.DeadlineAppealOpens:  {bought.Add(5*day + tick), ends}, supervision.DeadlineBlackoutBegins: {begins},
			supervision.DeadlineBlackoutEnds: {ends},
		}},
		{supervision.Guide(), supervision.Accepted, map[supervision.DeadlineKind][]time.Time{
			supervision.DeadlineCompletion: {completes},
		}},
		{supervision.Guide(), supervision.Frozen, map[supervision.DeadlineKind][]time.Time{
			supervision.DeadlineRulingOverdue: {bought.Add(8*day + 2*tick)},
		}},
		{supervision.Guide(), supervision.Completed, nil}, {supervision.Guide(), supervision.Canceled, nil},
	} {
		listing := arrive(t, c.policy, c.status).order.Listing()
		for _, kind := range supervision.DeadlineKinds() {
			brings := slices.DeleteFunc(listing.Brings(kind), time.Time.IsZero)
			assert.ElementsMatch(t, c.want[kind], brings, "%s of %s", kind, c.status)
		}
	}
}

func TestR22_ASummaryIsForThoseWhoSeeTheOrder(t *testing.T) {
	listing := begin(t, supervision.Guide()).order.Listing()
	for _, stranger := range []supervision.Actor{supervision.Buyer("bob"), supervision.Seller(ben.ID),
		supervision.Buyer(sue.ID), {}} {
		summary, err := listing.For(stranger, bought)
		require.ErrorIs(t, err, supervision.ErrNotFound, "%+v", stranger)
		assert.Zero(t, summary)
	}
}

// The newest come first, or those that have waited longest.
func TestSort_Compare(t *testing.T) {
	first, last := supervision.Position{At: bought, ID: "a"}, supervision.Position{At: bought.Add(tick), ID: "a"}
	alike := supervision.Position{At: bought, ID: "b"}
	for sort, want := range map[supervision.Sort]int{
		"": 1, supervision.Newest: 1, supervision.LongestWaiting: -1, supervision.ByHandling: -1,
		supervision.ByProposal: -1,
	} {
		assert.Equal(t, want, sort.Compare(first, last), sort)
		assert.Equal(t, -want, sort.Compare(last, first), sort)
		assert.Equal(t, want, sort.Compare(first, alike), "%s: ids go the same way", sort)
		assert.Zero(t, sort.Compare(first, first))
		filter := supervision.Filter{Sort: sort, After: first}
		assert.Equal(t, want < 0, filter.Behind(last), sort)
		assert.False(t, filter.Behind(first), "it was on the page before")
	}
	assert.True(t, supervision.Filter{}.Behind(first), "on the first page")
	from := supervision.Filter{After: supervision.Position{At: bought}} // before every id
	assert.False(t, from.Behind(last), "a place may be where no order is")
	assert.True(t, from.Behind(supervision.Position{At: bought.Add(-tick), ID: "z"}))
}

func TestListing_Position(t *testing.T) {
	l := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(day).do(sue, report).order.Listing()
	l.HandleBy, l.ProposedAt = bought.Add(7*day), bought.Add(2*day)
	for sort, at := range map[supervision.Sort]time.Time{
		"": bought, supervision.Newest: bought, supervision.LongestWaiting: bought.Add(day),
		supervision.ByHandling: bought.Add(7 * day), supervision.ByProposal: bought.Add(2 * day),
	} {
		assert.Equal(t, supervision.Position{At: at, ID: "o-1"}, l.Position(sort), sort)
	}
}

func TestPosition_Compare(t *testing.T) {
	a := supervision.Position{At: bought, ID: "a"}
	for _, c := range []struct {
		other supervision.Position
		want  int
	}{
		{a, 0}, {supervision.Position{At: bought, ID: "b"}, -1}, {supervision.Position{At: bought, ID: "A"}, 1},
		{supervision.Position{At: bought.Add(tick), ID: "A"}, -1},
		{supervision.Position{At: bought.Add(-tick), ID: "b"}, 1},
	} {
		assert.Equal(t, c.want, a.Compare(c.other))
	}
}
