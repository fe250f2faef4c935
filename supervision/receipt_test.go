package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/koogallery/serviceflow/supervision"
)

var host = supervision.System()

// shipped is a hardware order at its acceptance, delivered when it was bought.
func shipped(t *testing.T) *story { return begin(t, supervision.Hardware()).acceptance() }

func TestR27_HardwareIsAcceptedTenDaysAfterItsReceipt(t *testing.T) {
	s := shipped(t)
	assert.Zero(t, s.order.NextDue(), "nobody knows of a receipt")
	assert.Equal(t, supervision.AwaitingAcceptance, s.fork().wait(300*day).now().Status)

	s.wait(5*day).do(host, supervision.ReportReceipt{ReceivedAt: bought.Add(3 * day)})
	assert.Equal(t, bought.Add(3*day), s.order.ReceivedAt)
	due := bought.Add(13 * day)
	assert.Equal(t, supervision.AwaitingAcceptance, s.fork().until(due.Add(-tick)).now().Status)
	for _, late := range []time.Duration{0, tick, day} {
		assert.Equal(t, due, s.fork().until(due.Add(late)).now().AcceptedAt, late)
	}
}

// A ruling that gives the buyer a new turn gives it the whole time again.
func TestR27_ANewTurnOnAReceivedDeliveryCountsAnew(t *testing.T) {
	s := shipped(t).wait(day).do(host, receive).wait(day).do(ben, rejectProduct)
	s.wait(day).do(mia, intervene, resumeAt(supervision.AwaitingAcceptance))
	assert.Equal(t, bought.Add(day), s.order.ReceivedAt)
	assert.Equal(t, s.at.Add(10*day), s.order.NextDue())
}

func TestR27_AReceiptStopsNoSilence(t *testing.T) {
	s := shipped(t).wait(day)
	before := s.order
	s.do(host, receive)
	before.Version, before.UpdatedAt, before.ReceivedAt = before.Version+1, s.at, s.at
	assert.Equal(t, before, s.order)
}

func TestR27_WhenAReceiptCanBe(t *testing.T) {
	s := shipped(t).wait(day)
	for at, fits := range map[time.Time]bool{bought.Add(-tick): false, bought: true, s.at: true,
		s.at.Add(tick): false} {
		_, _, err := s.order.Apply(host, supervision.ReportReceipt{ReceivedAt: at}, s.at)
		if fits {
			assert.NoError(t, err, at)
			continue
		}
		assert.Equal(t, map[string]string{"received_at": "out_of_range"}, faultsOf(t, err), at)
	}
	for _, actor := range []supervision.Actor{ben, sue, mia} {
		assert.Equal(t, supervision.ReasonRole, s.refused(actor, receive).Reason)
	}
	s.do(host, receive)
	assert.Equal(t, supervision.ReasonReceived, s.refused(host, receive).Reason, "once for each delivery")
	s.do(ben, rejectProduct).do(sue, deliver)
	assert.Zero(t, s.order.ReceivedAt, "another delivery, another receipt")
	s.wait(day).do(host, receive)
	assert.Equal(t, s.at.Add(10*day), s.order.NextDue())
}

func TestR27_AReportThatComesTooLateAcceptsAtOnce(t *testing.T) {
	s := shipped(t).wait(20*day).do(host, supervision.ReportReceipt{ReceivedAt: bought.Add(day)})
	assert.Equal(t, s.at, s.order.NextDue(), "an order's time never runs backwards")
	now := s.now()
	assert.Equal(t, supervision.Accepted, now.Status)
	assert.Equal(t, s.at, now.AcceptedAt)
}

func TestR17_FrozenTimeNeverCountsForAReceipt(t *testing.T) {
	s := shipped(t).do(host, receive).wait(4*day).do(mia, intervene).wait(30*day).do(mia, resume)
	assert.Equal(t, s.at.Add(6*day), s.order.NextDue())
	s = shipped(t).wait(4*day).do(host, receive).wait(day).do(mia, intervene).wait(day).do(mia, resume)
	assert.Equal(t, s.at.Add(9*day), s.order.NextDue(), "received later than the freeze is long")

	s = shipped(t).wait(4*day).do(mia, intervene).wait(30*day).do(mia, resume)
	s.wait(day)
	for received, counted := range map[time.Duration]time.Duration{
		2 * day: 2 * day, 4*day - tick: 4*day - tick, 4 * day: 4 * day, 4*day + tick: 4 * day, 34 * day: 4 * day,
		34*day + tick: 4*day + tick, 35 * day: 5 * day,
	} {
		late := s.fork().do(host, supervision.ReportReceipt{ReceivedAt: bought.Add(received)})
		assert.Equal(t, bought.Add(30*day+counted+10*day), late.order.NextDue(), "received after %s", received)
	}
	s.wait(day).do(mia, intervene).wait(3*day).do(mia, resume).do(host, supervision.ReportReceipt{
		ReceivedAt: bought.Add(2 * day)})
	assert.Equal(t, bought.Add(33*day+2*day+10*day), s.order.NextDue(), "received before both freezes")

	s = shipped(t).wait(day).do(mia, intervene).wait(10*day).do(mia, resume)
	s.wait(2*day).do(mia, intervene).wait(day).do(mia, resume)
	s.wait(day).do(host, supervision.ReportReceipt{ReceivedAt: bought.Add(12 * day)})
	assert.Equal(t, bought.Add(14*day+10*day), s.order.NextDue(), "received between the two: from the last ruling")

	s = shipped(t).do(host, receive).wait(4*day).do(mia, intervene).wait(day).do(mia,
		resumeAt(supervision.AwaitingDelivery))
	s.do(sue, deliver)
	assert.Zero(t, s.order.NextDue())
}

func TestR27_ReportedOrNotADeliveryMayCount(t *testing.T) {
	s := begin(t, autoAccepting()).acceptance().wait(day).do(host, receive)
	assert.Equal(t, bought.Add(10*day), s.order.NextDue(), "policy counts from the delivery")
}
