package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestR30_AnInterventionFreezesFromEveryStatusThatIsNotFinal(t *testing.T) {
	files := []supervision.Attachment{{Name: "court.pdf", Ref: "files/9"}}
	for _, status := range supervision.Statuses() {
		t.Run(string(status), func(t *testing.T) {
			s := arrive(t, supervision.Guide(), status)
			if status.Final() || status == supervision.Frozen {
				refusal := s.refused(mia, intervene)
				assert.Equal(t, supervision.R30, refusal.Rule)
				want := supervision.ReasonFinal
				if status == supervision.Frozen {
					want = supervision.ReasonStatus // one case at a time
				}
				assert.Equal(t, want, refusal.Reason)
				return
			}
			before := s.order
			s.wait(time.Hour).do(mia, supervision.Intervene{Reason: " Fraud. ", Attachments: files})
			assert.Equal(t, supervision.Frozen, s.order.Status)
			assert.Equal(t, status, s.order.FrozenFrom)
			assert.Equal(t, &appeal.Appeal{
				Manager: "mia", Reason: "Fraud.", Attachments: files, RaisedAt: s.at, HandleBy: s.at.Add(3 * day),
			}, s.order.Appeal)
			assert.Equal(t, before.TurnSince, s.order.TurnSince, "it moves no clock")
			for _, party := range []supervision.Actor{ben, sue} {
				for _, op := range supervision.Operations() {
					assert.False(t, s.permit(party, op).Allowed, "R12: %s by %s", op, party)
				}
			}
			s.do(mia, note, resume)
			assert.Equal(t, status, s.order.Status)
			assert.False(t, s.order.Appeal.Pending())
		})
	}
}

func TestR30_OnlyAManagerIntervenes(t *testing.T) {
	for _, actor := range []supervision.Actor{ben, sue, supervision.System()} {
		assert.Equal(t, supervision.ReasonRole, begin(t, supervision.Guide()).refused(actor, intervene).Reason)
	}
}

func TestR30_TheBlackoutDoesNotBindIt(t *testing.T) {
	for _, at := range around([]time.Time{bought.Add(350 * day), bought.Add(365 * day)}) {
		s := begin(t, supervision.Guide()).until(at)
		assert.Equal(t, supervision.Decision{Operation: supervision.OpIntervene, Allowed: true, Rule: supervision.R30},
			s.permit(mia, supervision.OpIntervene), "at any time")
		s.do(mia, intervene)
	}
}

func TestR30_ItTouchesNoPartysRight(t *testing.T) {
	for _, c := range silences {
		s := arrive(t, supervision.Guide(), c.status).wait(4*day).do(mia, intervene).wait(30*day).do(mia, resume)
		s.opensAt(c.waits, c.ground, bought.Add(35*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
		assert.Equal(t, bought.Add(395*day), s.order.ScheduledEnd)
	}
	s := aggrieved(t)
	buyers, sellers := s.grounds(ben), s.grounds(sue)
	s.do(mia, intervene).wait(30*day).do(mia, resume)
	assert.Equal(t, buyers, s.grounds(ben))
	assert.Equal(t, sellers, s.grounds(sue))
}

func TestR30_TheCompletionWaitsForTheRuling(t *testing.T) {
	for _, ran := range []time.Duration{0, time.Hour, 3*time.Hour - tick} {
		for _, freeze := range []time.Duration{0, tick, 30 * day} {
			s := arrive(t, supervision.Guide(), supervision.Accepted).wait(ran).do(mia, intervene)
			assert.Zero(t, s.order.NextDue())
			assert.Equal(t, supervision.Frozen, s.fork().wait(1000*day).now().Status)
			assert.Equal(t, supervision.Frozen, s.order.Listing().StatusAt(s.at.Add(1000*day)), "nor in a list")

			s.wait(freeze).do(mia, resume)
			due := bought.Add(3*time.Hour + freeze)
			assert.Equal(t, supervision.Accepted, s.order.Status)
			assert.Equal(t, bought, s.order.AcceptedAt, "when the buyer accepted")
			assert.Equal(t, due, s.order.NextDue(), "the part that had run counts (R17)")
			assert.Equal(t, supervision.Accepted, s.fork().until(due.Add(-tick)).now().Status)
			assert.Equal(t, supervision.Completed, s.until(due).now().Status)
		}
	}
}

func TestR30_TooLateOnceTimeHasCompleted(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Accepted)
	assert.Equal(t, bought.Add(3*time.Hour), s.permit(mia, supervision.OpIntervene).Until)
	s.fork().wait(3*time.Hour-tick).do(mia, intervene)
	for _, late := range []time.Duration{0, tick} {
		assert.Equal(t, supervision.ReasonFinal, s.fork().wait(3*time.Hour+late).refused(mia, intervene).Reason, late)
	}
}

func TestR30_OpenThroughAnAcceptanceByTime(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	assert.Equal(t, bought.Add(10*day+3*time.Hour), s.permit(mia, supervision.OpIntervene).Until)
}

func TestR30_RulingsOfAnIntervention(t *testing.T) {
	frozen := arrive(t, supervision.Guide(), supervision.Accepted).wait(time.Hour).do(mia, intervene).wait(day)

	s := frozen.fork().do(mia, deem)
	assert.Equal(t, s.at, s.order.AcceptedAt, "accepted anew")
	assert.Equal(t, s.at.Add(3*time.Hour), s.order.NextDue())

	s = frozen.fork().do(mia, cancel)
	assert.Equal(t, supervision.Canceled, s.order.Status)
	assert.Equal(t, supervision.Cancellation{By: supervision.OpDecideAppeal, From: supervision.Accepted},
		s.order.Cancellation)
	assert.Equal(t, supervision.Canceled, s.order.Listing().StatusAt(s.at.Add(day)))
}

func TestR30_AnAppealCanFollow(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(6*day).do(mia, intervene, resume)
	s.do(ben, appealOn(appeal.SellerSilent))
	assert.Equal(t, appeal.Buyer, s.order.Appeal.By)
	assert.Empty(t, s.order.Appeal.Manager)
}
