package supervision_test

import (
	"cmp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

func TestR31_AmendsAtEveryStatusThatIsNotFinal(t *testing.T) {
	strict := supervision.Guide()
	strict.Name, strict.Appeal.Silence = "strict", 3*day
	for _, status := range append(open[:5:5], supervision.Frozen) {
		s := arrive(t, supervision.Guide(), status).wait(time.Hour)
		before := s.order
		s.do(mia,
			supervision.Amend{Policy: strict, ScheduledEnd: bought.Add(500*day + 999), Buyer: "merged", Seller: "sold",
				Reason: "Two companies became one."})
		before.Version, before.UpdatedAt = before.Version+1, s.at
		before.Policy, before.ScheduledEnd, before.Buyer, before.Seller = strict, bought.Add(500*day), "merged", "sold"
		assert.Equal(t, before, s.order, "and nothing else, no clock, no counter")
		order, err := supervision.Replay(s.records)
		require.NoError(t, err)
		assert.Equal(t, s.order, order)
	}
	for _, status := range []supervision.Status{supervision.Completed, supervision.Canceled} {
		assert.Equal(t, supervision.ReasonFinal, arrive(t, supervision.Guide(), status).refused(mia, amend).Reason)
	}
}

// Whatever zone an instant was recorded in, an order has it in UTC.
func TestR31_EndsAndReceiptsAreInUTC(t *testing.T) {
	s := begin(t, supervision.Guide()).do(mia, supervision.Amend{ScheduledEnd: bought.Add(500 * day), Reason: "x"})
	change := s.records[1].Action.(supervision.Amend)
	change.ScheduledEnd = change.ScheduledEnd.In(time.FixedZone("", 3600))
	s.records[1].Action = change
	order, err := supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, order)

	s = shipped(t).wait(day).do(host, receive)
	last := len(s.records) - 1
	receipt := s.records[last].Action.(supervision.ReportReceipt)
	receipt.ReceivedAt = receipt.ReceivedAt.In(time.FixedZone("", 3600))
	s.records[last].Action = receipt
	order, err = supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, order)
}

func TestR31_TheNewPolicyJudgesFromThenOn(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(4 * day)
	s.refused(ben, appealOn(appeal.SellerSilent))
	strict := supervision.Guide()
	strict.Name, strict.Appeal.Silence = "", 3*day // a name is optional
	s.do(mia, supervision.Amend{Policy: strict, Reason: "Agreed."}).do(ben, appealOn(appeal.SellerSilent))
}

func TestR31_TheNewAccountIsTheParty(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
	s.do(mia, supervision.Amend{Seller: "merged", Reason: "A merger."})
	_, err := s.order.Permit(sue, supervision.OpDeliver, s.at)
	require.ErrorIs(t, err, supervision.ErrNotFound, "the old one's no more (R22)")
	s.do(supervision.Seller("merged"), deliver)
	assert.Equal(t, "merged", s.order.Listing().Seller)
	assert.Equal(t, ben.ID, s.order.Listing().Buyer)
}

// Whoever sells it now, an order stays on the templates that it was opened on
// (R04).
func TestR31_AnOrderStaysPinned(t *testing.T) {
	for _, c := range []struct {
		request, delivery int
		seller            string
	}{{0, 0, ""}, {3, 0, sue.ID}, {0, 2, sue.ID}, {3, 2, sue.ID}} {
		opening := anOpening(supervision.Guide())
		opening.RequestTemplateVersion, opening.DeliveryTemplateVersion = c.request, c.delivery
		s := beginAs(t, opening)
		s.do(mia, supervision.Amend{Seller: sue.ID, Reason: "It is hers."})
		assert.Empty(t, s.order.TemplateSeller, "the seller stays")
		for _, seller := range []string{"merged", "sold"} {
			s.do(mia, supervision.Amend{Seller: seller, Reason: "A merger."})
			assert.Equal(t, c.seller, s.order.TemplateSeller, "%+v", c)
			assert.Equal(t, cmp.Or(c.seller, seller), s.order.Form(supervision.OpDeliver).Seller)
			assert.Equal(t, seller, s.order.Listing().Seller, "whoever's they are")
			_, err := s.order.For(sue)
			require.ErrorIs(t, err, supervision.ErrNotFound, "the order is not (R22)")
		}
	}
}

func TestR31_AManagerMakesNoCaseItsOwn(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
	for _, a := range []supervision.Amend{{Buyer: mia.ID, Reason: "x"}, {Seller: mia.ID, Reason: "x"}} {
		refusal := s.refused(mia, a)
		assert.Equal(t, supervision.ReasonOwnCase, refusal.Reason)
		assert.Equal(t, supervision.R13, refusal.Rule)
	}
}

func TestR31_CheckedLikeAnOpening(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(time.Hour)
	faulty := supervision.Guide()
	faulty.CompletionDelay, faulty.Appeal.Rejections = 0, 0
	for name, c := range map[string]struct {
		amend supervision.Amend
		want  map[string]string
	}{
		"nothing":       {supervision.Amend{}, map[string]string{"": "required", "reason": "required"}},
		"only a reason": {supervision.Amend{Reason: "x"}, map[string]string{"": "required"}},
		"a faulty policy": {supervision.Amend{Policy: faulty, Reason: "x"},
			map[string]string{"policy.completion_delay": "out_of_range", "policy.appeal.rejections": "out_of_range"}},
		"another start": {supervision.Amend{Policy: supervision.License(), Reason: "x"},
			map[string]string{"policy.start": "out_of_range"}},
		"an end before the instant": {supervision.Amend{ScheduledEnd: s.at.Add(-tick), Reason: "x"},
			map[string]string{"scheduled_end": "out_of_range"}},
		"an end at the instant": {supervision.Amend{ScheduledEnd: s.at, Reason: "x"},
			map[string]string{"scheduled_end": "out_of_range"}},
		"an end in the instant's tick": {supervision.Amend{ScheduledEnd: s.at.Add(tick - 1), Reason: "x"},
			map[string]string{"scheduled_end": "out_of_range"}},
		"faulty ids": {supervision.Amend{Buyer: "\n", Seller: "\xff", Reason: "x"},
			map[string]string{"buyer": "line_break", "seller": "not_utf8"}},
	} {
		_, _, err := s.order.Apply(mia, c.amend, s.at)
		assert.Equal(t, c.want, faultsOf(t, err), name)
	}
	s.do(mia, supervision.Amend{ScheduledEnd: s.at.Add(tick), Reason: "x"})
}

func TestR31_NoEndThatIsPastClosesAnOrder(t *testing.T) {
	end := bought.Add(365 * day)
	for _, action := range []supervision.EndAction{supervision.EndCancel, supervision.EndAccept} {
		for at, fits := range map[time.Time]bool{end.Add(-tick): true, end: false, end.Add(tick): false} {
			s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).until(at)
			change := supervision.Amend{Policy: closing(action), Reason: "x"}
			_, _, err := s.order.Apply(mia, change, s.at)
			if fits {
				assert.NoError(t, err)
				continue
			}
			assert.Equal(t, map[string]string{"scheduled_end": "out_of_range"}, faultsOf(t, err), action)
			change.ScheduledEnd = at.Add(day)
			s.do(mia, change)
			assert.Equal(t, at.Add(day), s.order.NextDue())
		}
	}
	change := supervision.Amend{Policy: closing(supervision.EndCancel), Clock: true, Reason: "x"}
	ahead := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).until(end.Add(30*day)).do(mia, intervene)
	for at, fits := range map[time.Time]bool{end.Add(-tick): true, end: false, end.Add(tick): false} {
		_, _, err := ahead.order.Apply(mia, change, at)
		assert.Equal(t, fits, err == nil, "%s: a freeze that a fast clock began begins there", at)
	}

	frozen := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).until(end.Add(-day)).do(mia, intervene)
	frozen.wait(30*day).do(mia, supervision.Amend{Policy: closing(supervision.EndCancel), Reason: "x"}, resume)
	assert.Equal(t, frozen.at.Add(day), frozen.order.NextDue(), "the end moves by the freeze (R17)")
}

func TestR31_ATimerThatIsOverdueThenIsDueAtOnce(t *testing.T) {
	hasty := supervision.Guide()
	hasty.CompletionDelay = time.Hour
	s := arrive(t, supervision.Guide(), supervision.Accepted).wait(2 * time.Hour)
	s.do(mia, supervision.Amend{Policy: hasty, Reason: "x"})
	assert.Equal(t, s.at, s.order.NextDue())
	assert.Equal(t, s.at, s.now().ClosedAt, "an order's time never runs backwards")
}

// A host whose clock is behind the newest record finds what is overdue with it
// settled all the same: by reading, by listing, and by the version it expects.
func TestR31_WhatIsOverdueStandsForASlowerClock(t *testing.T) {
	hasty := noticing(supervision.Notices{OpenFor: day})
	hasty.CompletionDelay = time.Hour
	s := arrive(t, supervision.Guide(), supervision.Accepted).wait(2 * time.Hour)
	s.do(mia, supervision.Amend{Policy: hasty, Reason: "x"})
	assert.Empty(t, s.order.Notices(), "it is not open any more (R33)")
	for _, behind := range []time.Duration{0, tick, time.Hour} {
		at := s.at.Add(-behind)
		settled, records := s.order.Settle(at)
		assert.Equal(t, supervision.Completed, settled.Status, behind)
		assert.Equal(t, s.at, records[0].At, behind)
		assert.Equal(t, supervision.Completed, s.order.Listing().StatusAt(at), behind)
		steps := s.order.Steps(at)
		assert.Equal(t, supervision.Step{Status: supervision.Completed, State: supervision.StepDone},
			steps[len(steps)-1], behind)
	}
	assert.Equal(t, s.at, s.order.Listing().Due, "a worker still has to store it")
}

func TestR31_AProposalLapsesWithItsRule(t *testing.T) {
	s := arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery).do(ben, propose)
	assert.NotZero(t, s.fork().do(mia, amend).order.Proposal)
	other := supervision.Rules2025()
	other.Name, other.CompletionDelay = "2026", time.Hour
	assert.Equal(t, s.order.Proposal, s.fork().do(mia, supervision.Amend{Policy: other, Reason: "x"}).order.Proposal,
		"it rests on the other as well")
	assert.Zero(t, s.fork().do(mia, intervene, supervision.Amend{Policy: supervision.Guide(), Reason: "x"}).
		order.Proposal, "frozen as well")
	assert.Zero(t, s.do(mia, supervision.Amend{Policy: supervision.Guide(), Reason: "x"}).order.Proposal)
}
