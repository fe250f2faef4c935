package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// open are the statuses at which the parties can negotiate (R32).
var open = []supervision.Status{supervision.AwaitingRequest, supervision.AwaitingConfirmation,
	supervision.AwaitingDelivery, supervision.AwaitingAcceptance, supervision.Accepted}

func TestR32_AgreedAtEveryStatusThatIsNotFinal(t *testing.T) {
	for _, status := range open {
		s := arrive(t, supervision.Rules2025(), status).wait(time.Hour).do(ben, propose)
		assert.Equal(t, supervision.Proposal{Amount: half, Reason: propose.Reason, At: s.at}, s.order.Proposal)
		s.wait(time.Hour).do(sue, agreeRefund)
		assert.Equal(t, supervision.Canceled, s.order.Status)
		assert.Equal(t, supervision.Refund{Amount: half, By: supervision.OpAgreeRefund, At: s.at}, s.order.Refund)
		assert.Equal(t, supervision.Cancellation{By: supervision.OpAgreeRefund, From: status}, s.order.Cancellation)
		assert.Equal(t, s.at, s.order.ClosedAt)
		assert.Zero(t, s.order.Proposal)
		assert.Equal(t, supervision.ReasonFinal, s.refused(ben, propose).Reason)
		steps := s.order.Steps(s.at)
		assert.Contains(t, steps, supervision.Step{Status: status, State: supervision.StepCanceled})
	}
}

func TestR32_AProposalChangesNoClockCounterOrStatus(t *testing.T) {
	for _, status := range open {
		s := arrive(t, supervision.Rules2025(), status).wait(time.Hour)
		before := s.order
		s.do(ben, propose).wait(time.Minute).do(sue, decline).wait(time.Minute).do(ben, propose, withdraw)
		before.Version, before.UpdatedAt = before.Version+4, s.at
		assert.Equal(t, before, s.order)
	}
}

func TestR32_WhoMayDoWhat(t *testing.T) {
	none := arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery)
	pending := none.fork().do(ben, propose)
	frozen := pending.fork().do(sue, appealOn("unconditional"))
	for name, c := range map[string]struct {
		on     *story
		actor  supervision.Actor
		action supervision.Action
		reason supervision.Reason
	}{
		"the seller proposes":          {none, sue, propose, supervision.ReasonRole},
		"the buyer agrees with itself": {pending, ben, agreeRefund, supervision.ReasonRole},
		"the seller withdraws":         {pending, sue, withdraw, supervision.ReasonRole},
		"the buyer declines":           {pending, ben, decline, supervision.ReasonRole},
		"a manager agrees":             {pending, mia, agreeRefund, supervision.ReasonRole},
		"a second proposal":            {pending, ben, propose, supervision.ReasonProposed},
		"nothing to withdraw":          {none, ben, withdraw, supervision.ReasonNoProposal},
		"nothing to agree to":          {none, sue, agreeRefund, supervision.ReasonNoProposal},
		"nothing to decline":           {none, sue, decline, supervision.ReasonNoProposal},
		"agreed to another amount": {pending, sue, supervision.AgreeRefund{Amount: paid},
			supervision.ReasonOtherAmount},
		"agreed to as much of another currency": {pending, sue,
			supervision.AgreeRefund{Amount: supervision.Money{Amount: half.Amount, Currency: "USD"}},
			supervision.ReasonOtherAmount},
		"while frozen nobody agrees":    {frozen, sue, agreeRefund, supervision.ReasonFrozen},
		"while frozen nobody withdraws": {frozen, ben, withdraw, supervision.ReasonFrozen},
		"off in Guide": {arrive(t, supervision.Guide(), supervision.AwaitingDelivery), ben,
			propose, supervision.ReasonNotNegotiable},
		"nobody said what was paid":         {unpaid(t), ben, propose, supervision.ReasonNotNegotiable},
		"nothing to agree to without a sum": {unpaid(t), sue, agreeRefund, supervision.ReasonNotNegotiable},
	} {
		refusal := c.on.refused(c.actor, c.action)
		assert.Equal(t, c.reason, refusal.Reason, name)
		if c.reason != supervision.ReasonFrozen {
			assert.Equal(t, supervision.R32, refusal.Rule, name)
		}
	}
	assert.Equal(t, half, frozen.do(mia, resume).do(sue, agreeRefund).order.Refund.Amount, "it outlasts the freeze")
}

func unpaid(t *testing.T) *story {
	opening := anOpening(supervision.Rules2025())
	opening.Paid = supervision.Money{}
	return beginAs(t, opening)
}

func TestR32_Amounts(t *testing.T) {
	s := arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery)
	money := func(amount int64, currency string) supervision.Money {
		return supervision.Money{Amount: amount, Currency: currency}
	}
	for _, c := range []struct {
		amount supervision.Money
		want   map[string]string
	}{
		{money(1, "CNY"), nil},
		{paid, nil},
		{money(paid.Amount+1, "CNY"), map[string]string{"amount.amount": "out_of_range"}},
		{money(0, "CNY"), map[string]string{"amount.amount": "out_of_range"}},
		{money(-1, "CNY"), map[string]string{"amount.amount": "out_of_range"}},
		{money(1, "USD"), map[string]string{"amount.currency": "out_of_range"}},
		{money(1, "cny"), map[string]string{"amount.currency": "malformed"}},
		{money(1, "CNYX"), map[string]string{"amount.currency": "malformed"}},
		{money(1<<60, ""), map[string]string{"amount.amount": "out_of_range", "amount.currency": "malformed"}},
	} {
		_, _, err := s.order.Apply(ben, supervision.ProposeRefund{Amount: c.amount}, s.at)
		if c.want == nil {
			assert.NoError(t, err, c.amount)
			continue
		}
		assert.Equal(t, c.want, faultsOf(t, err), c.amount)
	}
	cheap := anOpening(supervision.Rules2025())
	cheap.Paid = money(1, "CNY")
	beginAs(t, cheap).do(ben, supervision.ProposeRefund{Amount: cheap.Paid})
	unpaid := anOpening(supervision.Guide())
	unpaid.Paid = supervision.Money{}
	ruled := beginAs(t, unpaid).delivery().do(mia, intervene)
	_, _, err := ruled.order.Apply(mia,
		supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: "x", Refund: half}, ruled.at)
	assert.Equal(t, map[string]string{"refund": "out_of_range"}, faultsOf(t, err), "of an order that says no price")
	opening := anOpening(supervision.Guide())
	opening.Paid = money(-5, "x")
	_, _, err = supervision.Open(opening, bought)
	assert.Equal(t, map[string]string{"paid.amount": "out_of_range", "paid.currency": "malformed"}, faultsOf(t, err))
}

func TestR32_AProposalLapsesWithTheOrder(t *testing.T) {
	s := arrive(t, supervision.Rules2025(), supervision.Accepted).do(ben, propose)
	assert.Equal(t, half, s.fork().wait(3*time.Hour-tick).do(sue, agreeRefund).order.Refund.Amount)
	completed := s.fork().wait(3 * time.Hour).now()
	assert.Equal(t, supervision.Completed, completed.Status)
	assert.Zero(t, completed.Proposal)
	assert.Zero(t, completed.Refund)
	for _, late := range []time.Duration{0, tick} {
		assert.Equal(t, supervision.ReasonFinal, s.fork().wait(3*time.Hour+late).refused(sue, agreeRefund).Reason, late)
	}

	both := closing(supervision.EndCancel)
	both.NegotiatedRefund = true
	s = arrive(t, both, supervision.AwaitingDelivery).wait(300*day).do(ben, propose).wait(100 * day)
	canceled := s.now()
	assert.Equal(t, supervision.Refund{Amount: paid, By: supervision.OpCloseAtEnd, At: bought.Add(365 * day)},
		canceled.Refund, "at the scheduled end all is paid back, whatever was proposed")
	assert.Zero(t, canceled.Proposal)
}

func TestR32_ARulingNamesARefund(t *testing.T) {
	for _, outcome := range []supervision.DecideAppeal{cancel, deem} {
		s := arrive(t, supervision.Guide(), supervision.Frozen)
		outcome.Refund = half
		s.do(mia, outcome)
		assert.Equal(t, supervision.Refund{Amount: half, By: supervision.OpDecideAppeal, At: s.at}, s.order.Refund)
		assert.Equal(t, half, s.order.Appeal.Ruling.Refund)
	}
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	for name, c := range map[string]struct {
		ruling supervision.DecideAppeal
		refund supervision.Money
		want   map[string]string
	}{
		"more than was paid": {cancel, supervision.Money{Amount: paid.Amount + 1, Currency: "CNY"},
			map[string]string{"refund.amount": "out_of_range"}},
		"an order that goes on": {resume, half, map[string]string{"refund": "unknown_field"}},
	} {
		c.ruling.Refund = c.refund
		_, _, err := s.order.Apply(mia, c.ruling, s.at)
		assert.Equal(t, c.want, faultsOf(t, err), name)
	}
}

func TestR32_ARefundGoesWithTheAcceptanceThatItCameWith(t *testing.T) {
	ruling := deem
	ruling.Refund = half
	s := arrive(t, supervision.Guide(), supervision.Frozen).do(mia, ruling, intervene)
	assert.Equal(t, half, s.fork().do(mia, resume).order.Refund.Amount, "the acceptance stands")
	assert.Zero(t, s.fork().do(mia, resumeAt(supervision.AwaitingDelivery)).order.Refund)
	assert.Zero(t, s.fork().do(mia, deem).order.Refund, "accepted anew, without one")

	all := propose
	all.Amount = paid
	s = arrive(t, supervision.Rules2025(), supervision.AwaitingDelivery).do(mia, intervene, ruling).do(ben, all).
		wait(time.Hour).do(sue, supervision.AgreeRefund{Amount: paid})
	assert.Equal(t, supervision.Refund{Amount: paid, By: supervision.OpAgreeRefund, At: s.at}, s.order.Refund,
		"what the parties agree on is in its place")
}

func TestR32_ReplayedAndWritten(t *testing.T) {
	s := arrive(t, supervision.Rules2025(), supervision.AwaitingAcceptance).do(ben, propose).do(sue, decline)
	s.do(ben, propose).do(sue, agreeRefund)
	order, err := supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, order)
}
