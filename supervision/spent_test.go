package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

// aggrieved is an order with three rejections of each kind, whose buyer has
// been silent for six days at the acceptance: every ground of the guide holds
// for the seller, both counters for the buyer.
func aggrieved(t *testing.T) *story {
	s := begin(t, supervision.Guide())
	for range 3 {
		s.confirmation().do(sue, rejectRequest)
	}
	for range 3 {
		s.acceptance().do(ben, rejectProduct)
	}
	return s.acceptance().wait(6 * day)
}

// grounds are those that hold for a party now.
func (s *story) grounds(actor supervision.Actor) (list []appeal.Ground) {
	verdicts, err := s.order.Verdicts(actor, s.at)
	assert.NoError(s.t, err)
	for _, v := range verdicts {
		if v.Holds {
			list = append(list, v.Ground)
		}
	}
	return list
}

func TestR16_ARulingSpendsTheGroundItRuledOn(t *testing.T) {
	const silent, request, product = appeal.BuyerSilent, appeal.RequestRejected, appeal.ProductRejected
	for _, c := range []struct {
		by       supervision.Actor
		ground   appeal.Ground
		counters []int // afterwards
		buyers   []appeal.Ground
		sellers  []appeal.Ground
	}{
		{ben, request, []int{0, 3}, []appeal.Ground{product}, []appeal.Ground{silent, product}},
		{ben, product, []int{3, 0}, []appeal.Ground{request}, []appeal.Ground{silent, request}},
		{sue, request, []int{0, 3}, []appeal.Ground{product}, []appeal.Ground{silent, product}},
		{sue, product, []int{3, 0}, []appeal.Ground{request}, []appeal.Ground{silent, request}},
		{sue, silent, []int{3, 3}, []appeal.Ground{request, product}, []appeal.Ground{request, product}},
	} {
		t.Run(string(c.by.Role)+" on "+string(c.ground), func(t *testing.T) {
			s := aggrieved(t)
			assert.Equal(t, []appeal.Ground{request, product}, s.grounds(ben))
			assert.Equal(t, []appeal.Ground{silent, request, product}, s.grounds(sue))
			s.do(c.by, appealOn(c.ground)).wait(100 * day)
			assert.Equal(t, []int{3, 3}, []int{s.order.RequestRejections, s.order.ProductRejections},
				"until the ruling they stand")
			s.do(mia, resume)
			assert.Equal(t, c.counters, []int{s.order.RequestRejections, s.order.ProductRejections})
			assert.Equal(t, c.buyers, s.grounds(ben))
			assert.Equal(t, c.sellers, s.grounds(sue))
		})
	}
}

func TestR16_CountingBeginsAnew(t *testing.T) {
	s := rejections(t, supervision.Guide(), appeal.RequestRejected, 3).do(ben, appealOn(appeal.RequestRejected)).do(mia,
		resume)
	for n := range 3 {
		assert.Equal(t, n, s.order.RequestRejections)
		assert.Equal(t, supervision.ReasonTooFewRejections, s.refused(ben, appealOn(appeal.RequestRejected)).Reason)
		s.confirmation().do(sue, rejectRequest)
	}
	s.do(ben, appealOn(appeal.RequestRejected))
}

func TestR16_TheSilenceRuledOnBeginsAnew(t *testing.T) {
	for _, c := range silences {
		s := arrive(t, supervision.Guide(), c.status).wait(6*day).do(c.waits, appealOn(c.ground)).wait(4*day).do(mia,
			resume)
		ruled := s.at
		s.opensAt(c.waits, c.ground, ruled.Add(5*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
		assert.Equal(t, ruled, s.order.Listing().WaitingSince, "by which the list is sorted and searched")
		s.wait(day).do(mia, intervene).wait(7*day).do(mia, resume) // R17: the new silence goes on
		s.opensAt(c.waits, c.ground, ruled.Add(12*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
	}
}

func TestR16_SpendingASilenceLeavesTheTimer(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	due := s.order.NextDue()
	s.wait(6*day).do(sue, appealOn(appeal.BuyerSilent)).wait(4*day).do(mia, resume)
	assert.Equal(t, due.Add(4*day), s.order.NextDue(), "R27 is no ground: only the freeze moves it")
	assert.Zero(t, s.permit(sue, supervision.OpRaiseAppeal).From, "time accepts before five days of new silence")
}

func TestR16_AcceptAndCancelResetNothing(t *testing.T) {
	for _, ruling := range []supervision.DecideAppeal{deem, cancel} {
		s := aggrieved(t).do(ben, appealOn(appeal.RequestRejected)).do(mia, ruling)
		assert.Equal(t, []int{3, 3}, []int{s.order.RequestRejections, s.order.ProductRejections})
	}
}

// An intervention opens a settled case again, but not for the same appeal.
func TestR16_WhatWasAcceptedOnIsSpentWhenTheCaseIsOpenedAgain(t *testing.T) {
	s := aggrieved(t).do(ben, appealOn(appeal.RequestRejected)).do(mia, deem, intervene)
	assert.Equal(t, []int{0, 3}, []int{s.order.RequestRejections, s.order.ProductRejections})
	s.do(mia, resumeAt(supervision.AwaitingRequest))
	assert.Equal(t, []appeal.Ground{appeal.ProductRejected}, s.grounds(ben))
	assert.Equal(t, []appeal.Ground{appeal.ProductRejected}, s.grounds(sue))

	s = aggrieved(t).do(mia, intervene, deem, intervene)
	assert.Equal(t, []int{3, 3}, []int{s.order.RequestRejections, s.order.ProductRejections}, "nobody had appealed")
}

func TestR16_ResumedElsewhereTheCounterIsSpentAsWell(t *testing.T) {
	s := aggrieved(t).do(ben, appealOn(appeal.ProductRejected)).do(mia, resumeAt(supervision.AwaitingDelivery))
	assert.Equal(t, []int{3, 0}, []int{s.order.RequestRejections, s.order.ProductRejections})
}

func TestR16_AnAppealWithoutGroundSpendsNothing(t *testing.T) {
	policy := supervision.Guide()
	policy.Appeal.Buyer = appeal.AllGrounds &^ appeal.GroundsOf(appeal.BuyerSilent)
	s := begin(t, policy)
	for range 3 {
		s.confirmation().do(sue, rejectRequest)
	}
	s.wait(6*day).do(ben, appealOn(appeal.Unconditional)).wait(day).do(mia, resume)
	assert.Equal(t, 3, s.order.RequestRejections)
	assert.Equal(t, []appeal.Ground{appeal.BuyerSilent, appeal.RequestRejected}, s.grounds(sue))
	s.do(ben, appealOn(appeal.Unconditional)) // R26: at any time
}

func TestR17_TheOtherSilenceGoesOn(t *testing.T) {
	for _, freeze := range []time.Duration{0, tick, 4 * day, 100 * day} {
		for name, open := range map[string]func(s *story) *story{
			"an appeal on rejections": func(s *story) *story { return s.do(ben, appealOn(appeal.RequestRejected)) },
			"an intervention":         func(s *story) *story { return s.do(mia, intervene) },
		} {
			t.Run(name, func(t *testing.T) {
				s := rejections(t, supervision.Guide(), appeal.RequestRejected, 3)
				open(s.wait(4*day)).wait(freeze).do(mia, resume)
				s.opensAt(sue, appeal.BuyerSilent, bought.Add(freeze+5*day+tick), supervision.ReasonNotSilentLongEnough,
					supervision.R09)
			})
		}
	}
}

func TestR17_ElsewhereANewTurnBegins(t *testing.T) {
	s := rejections(t, supervision.Guide(), appeal.RequestRejected, 3).wait(4*day).do(ben,
		appealOn(appeal.RequestRejected)).
		wait(day).do(mia, resumeAt(supervision.AwaitingDelivery))
	s.opensAt(ben, appeal.SellerSilent, s.at.Add(5*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
}

func TestR17_FrozenTimeIsNoSilence(t *testing.T) {
	for _, c := range silences {
		for _, freeze := range []time.Duration{0, tick, 4 * day, 100 * day} {
			s := arrive(t, supervision.Guide(), c.status).wait(5*day+tick).do(c.waits,
				appealOn(c.ground)).wait(freeze).do(mia, resume)
			s.opensAt(c.waits, c.ground, s.at.Add(5*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
		}
	}
}

func TestR17_AFreezeMovesTheScheduledCompletion(t *testing.T) {
	scheduled := bought.Add(365 * day)
	s := begin(t, supervision.Guide())
	for _, freeze := range []time.Duration{30*day + tick, 0, 340 * day} {
		s.until(s.at.Add(day))
		for range 3 {
			s.confirmation().do(sue, rejectRequest)
		}
		s.do(ben, appealOn(appeal.RequestRejected)).wait(freeze).do(mia, resume)
		scheduled = scheduled.Add(freeze)
		assert.Equal(t, scheduled, s.order.ScheduledEnd)
	}
	for range 3 {
		s.confirmation().do(sue, rejectRequest)
	}
	s.blackout(scheduled)
}

// An order that was deemed accepted can be taken in hand again, and resumed.
func TestR17_EveryRulingMovesTheScheduledCompletion(t *testing.T) {
	for _, ruling := range []supervision.DecideAppeal{resume, resumeAt(supervision.AwaitingRequest), deem, cancel} {
		s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
		s.do(mia, intervene).wait(30*day).do(mia, ruling)
		assert.Equal(t, bought.Add(395*day), s.order.ScheduledEnd, ruling.Outcome)
	}
}

func TestR17_FrozenAcrossTheBlackout(t *testing.T) {
	s := rejections(t, supervision.Guide(), appeal.RequestRejected, 3).until(bought.Add(350*day-tick)).do(ben,
		appealOn(appeal.RequestRejected))
	s.until(bought.Add(400*day)).do(mia, resume)
	for range 3 {
		s.confirmation().do(sue, rejectRequest)
	}
	assert.Equal(t, s.at.Add(15*day+tick), s.order.ScheduledEnd, "as far ahead as when it froze")
	s.fork().do(ben, appealOn(appeal.RequestRejected))
	s.wait(tick).refused(ben, appealOn(appeal.RequestRejected))
}
