package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

func TestR14_TimeClosesTheOrderAtItsScheduledEnd(t *testing.T) {
	end := bought.Add(365 * day)
	for action, leads := range map[supervision.EndAction]supervision.Status{
		supervision.EndStay: "", supervision.EndAccept: supervision.Accepted,
		supervision.EndCancel: supervision.Canceled,
	} {
		for _, status := range open[:4] {
			s := arrive(t, closing(action), status)
			assert.Equal(t, status, s.fork().until(end.Add(-tick)).now().Status)
			if leads == "" {
				assert.Equal(t, status, s.fork().until(end.Add(1000*day)).now().Status)
				assert.Zero(t, s.order.NextDue())
				continue
			}
			assert.Equal(t, end, s.order.NextDue())
			for _, late := range []time.Duration{0, tick, time.Hour} {
				now, records := s.order.Settle(end.Add(late))
				assert.Equal(t, leads, now.Status)
				assert.Equal(t, end, now.UpdatedAt, "at the exact instant, whoever looks")
				assert.Equal(t,
					supervision.Record{Order: "o-1", Seq: s.order.Version + 1, At: end, Actor: supervision.System(),
						Operation: supervision.OpCloseAtEnd, From: status, To: leads, Action: supervision.CloseAtEnd{}},
					records[0])
			}
			assert.Equal(t, leads, s.order.Listing().StatusAt(end))
			assert.Equal(t, status, s.order.Listing().StatusAt(end.Add(-tick)))
		}
	}
}

func TestR14_AnAcceptanceAtTheEndCompletesAsAny(t *testing.T) {
	end := bought.Add(365 * day)
	s := arrive(t, closing(supervision.EndAccept), supervision.AwaitingDelivery)
	now, records := s.order.Settle(end.Add(3 * time.Hour))
	assert.Equal(t, supervision.Completed, now.Status)
	assert.Equal(t, end, now.AcceptedAt)
	assert.Equal(t, end.Add(3*time.Hour), now.ClosedAt)
	assert.Len(t, records, 2)
	assert.Equal(t, []supervision.Deadline{
		{Kind: supervision.DeadlineScheduledEnd, At: end, Rule: supervision.R14},
		{Kind: supervision.DeadlineCompletion, At: end.Add(3 * time.Hour), Rule: supervision.R02},
	}, s.order.Deadlines(end.Add(-tick)))
}

func TestR14_ACancellationAtTheEndRefundsWhatWasPaid(t *testing.T) {
	end := bought.Add(365 * day)
	now := arrive(t, closing(supervision.EndCancel), supervision.AwaitingDelivery).until(end).now()
	assert.Equal(t, supervision.Refund{Amount: paid, By: supervision.OpCloseAtEnd, At: end}, now.Refund)
	assert.Equal(t, supervision.Cancellation{By: supervision.OpCloseAtEnd, From: supervision.AwaitingDelivery},
		now.Cancellation)
	opening := anOpening(closing(supervision.EndCancel))
	opening.Paid = supervision.Money{}
	assert.Zero(t, beginAs(t, opening).until(end).now().Refund, "nobody said what was paid")
	assert.Zero(t, arrive(t, closing(supervision.EndAccept), supervision.AwaitingDelivery).until(end).now().Refund)
}

func TestR14_NeitherFrozenNorAcceptedOrdersAreClosed(t *testing.T) {
	end := bought.Add(365 * day)
	frozen := arrive(t, closing(supervision.EndCancel), supervision.AwaitingDelivery).until(end.Add(-day)).do(mia,
		intervene)
	assert.Equal(t, supervision.Frozen, frozen.fork().until(end.Add(day)).now().Status)
	frozen.until(end.Add(9*day)).do(mia, resume)
	assert.Equal(t, end.Add(10*day), frozen.order.NextDue(), "the end moves by the freeze (R17)")

	s := arrive(t, closing(supervision.EndCancel), supervision.AwaitingAcceptance).until(end.Add(-tick)).do(ben,
		acceptProduct)
	assert.Equal(t, supervision.Completed, s.until(end.Add(4*time.Hour)).now().Status)
}

func TestR14_TheEarlierTimerComesFirst(t *testing.T) {
	policy := closing(supervision.EndCancel)
	policy.AutoAccept = 10 * day
	opening := anOpening(policy)
	for shift, leads := range map[time.Duration]supervision.Status{
		-tick: supervision.Canceled, 0: supervision.Accepted, tick: supervision.Accepted,
	} {
		opening.ScheduledEnd = bought.Add(10*day + shift)
		s := beginAs(t, opening).acceptance()
		assert.Equal(t, leads, s.until(bought.Add(10*day+tick)).now().Status, "the end %s after the auto-acceptance",
			shift)
	}
}

func TestR14_ReplayRefusesAnEndThatThePolicyDoesNotHave(t *testing.T) {
	for action, other := range map[supervision.EndAction]supervision.Status{
		supervision.EndAccept: supervision.Canceled, supervision.EndCancel: supervision.Accepted,
	} {
		s := arrive(t, closing(action), supervision.AwaitingDelivery).until(bought.Add(365 * day))
		_, records := settle(s.order, s.records, s.at)
		_, err := supervision.Replay(records)
		assert.NoError(t, err)
		records[len(records)-1].To = other
		_, err = supervision.Replay(records)
		assert.ErrorIs(t, err, supervision.ErrMalformed, "%s leads to %s", action, other)
	}
}

func TestR14_NobodyAppealsAnOrderThatTimeHasClosed(t *testing.T) {
	s := arrive(t, closing(supervision.EndAccept), supervision.AwaitingDelivery).until(bought.Add(365 * day))
	refusal := s.refused(ben, appealOn(appeal.SellerSilent))
	assert.Equal(t, supervision.Accepted, refusal.Status)
	assert.Equal(t, supervision.R14, refusal.Rule)
	assert.Equal(t, supervision.ReasonNotDue, arrive(t, closing(supervision.EndAccept), supervision.AwaitingDelivery).
		refused(supervision.System(), supervision.CloseAtEnd{}).Reason)
}
