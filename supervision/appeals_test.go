package supervision_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// opensAt checks that an appeal on a ground is refused a tick before an
// instant, with that instant, and taken at it and a tick after.
func (s *story) opensAt(actor supervision.Actor, ground appeal.Ground, opens time.Time, reason supervision.Reason,
	rule supervision.Rule) {
	s.t.Helper()
	refusal := s.fork().until(opens.Add(-tick)).refused(actor, appealOn(ground))
	assert.Equal(s.t, reason, refusal.Reason)
	assert.Equal(s.t, rule, refusal.Rule)
	assert.Equal(s.t, opens, refusal.From)
	s.fork().until(opens).do(actor, appealOn(ground))
	s.fork().until(opens.Add(tick)).do(actor, appealOn(ground))
}

// silences are the statuses with who is silent there, who may appeal, and on
// what.
var silences = []struct {
	status supervision.Status
	waits  supervision.Actor
	silent supervision.Actor
	ground appeal.Ground
}{
	{supervision.AwaitingRequest, sue, ben, appeal.BuyerSilent},
	{supervision.AwaitingConfirmation, ben, sue, appeal.SellerSilent},
	{supervision.AwaitingDelivery, ben, sue, appeal.SellerSilent},
	{supervision.AwaitingAcceptance, sue, ben, appeal.BuyerSilent},
}

func TestR09_SilenceOpensAnAppeal(t *testing.T) {
	for _, c := range silences {
		t.Run(string(c.status), func(t *testing.T) {
			s := arrive(t, supervision.Guide(), c.status)
			s.opensAt(c.waits, c.ground, bought.Add(5*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
			s.wait(6 * day)
			refusal := s.refused(c.silent, appealOn(c.ground))
			assert.Equal(t, supervision.ReasonNotGranted, refusal.Reason,
				"the silent side cannot appeal on its own silence")
			assert.Equal(t, supervision.R11, refusal.Rule)
			for _, ground := range []appeal.Ground{appeal.SellerSilent, appeal.BuyerSilent} {
				if ground != c.ground {
					refusal := s.refused(c.silent, appealOn(ground))
					assert.Equal(t, supervision.ReasonNotTheirTurn, refusal.Reason,
						"whose turn it is not cannot be silent")
					assert.Equal(t, supervision.R09, refusal.Rule)
					assert.Zero(t, refusal.From)
				}
			}
		})
	}
}

func TestR09_SilenceIsMeasuredFromTheLastUpdate(t *testing.T) {
	began := bought.Add(4 * day)
	for name, c := range map[string]struct {
		tell   func(*story)
		waits  supervision.Actor
		ground appeal.Ground
	}{
		"progress before the confirmation (R06)": {func(s *story) { s.confirmation().until(began).do(sue, report) },
			ben, appeal.SellerSilent},
		"progress before the delivery (R06)": {func(s *story) { s.delivery().until(began).do(sue, report) }, ben,
			appeal.SellerSilent},
		"the second report counts": {func(s *story) {
			s.delivery().wait(day).do(sue, report).until(began).do(sue, report)
		}, ben, appeal.SellerSilent},
		"a new turn of the same side": {func(s *story) { s.confirmation().until(began).do(sue, acceptRequest) }, ben,
			appeal.SellerSilent},
		"a turn that came back": {func(s *story) { s.acceptance().until(began).do(ben, rejectProduct) }, ben,
			appeal.SellerSilent},
		"the buyer's turn": {func(s *story) { s.delivery().until(began).do(sue, deliver) }, sue,
			appeal.BuyerSilent},
		"a request sent back": {func(s *story) { s.confirmation().until(began).do(sue, rejectRequest) }, sue,
			appeal.BuyerSilent},
		"reminders move nothing (R20)": {func(s *story) {
			s.until(began).delivery().wait(day).do(ben, remind).wait(day).do(ben, remind)
		}, ben, appeal.SellerSilent},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, supervision.Guide())
			c.tell(s)
			s.opensAt(c.waits, c.ground, began.Add(5*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
		})
	}
}

func TestR09_PolicySetsTheSilence(t *testing.T) {
	policy := supervision.Guide()
	policy.Appeal.Silence = time.Hour
	arrive(t, policy, supervision.AwaitingDelivery).
		opensAt(ben, appeal.SellerSilent, bought.Add(time.Hour+tick), supervision.ReasonNotSilentLongEnough,
			supervision.R09)
}

// rejections tells of n rejections of one kind, and ends where the next would
// be.
func rejections(t *testing.T, policy supervision.Policy, ground appeal.Ground, n int) *story {
	t.Helper()
	s := begin(t, policy)
	for range n {
		if ground == appeal.RequestRejected {
			s.confirmation().do(sue, rejectRequest)
		} else {
			s.acceptance().do(ben, rejectProduct)
		}
	}
	return s
}

func TestR10_ThreeRejectionsOpenAnAppeal(t *testing.T) {
	for _, ground := range []appeal.Ground{appeal.RequestRejected, appeal.ProductRejected} {
		for _, party := range []supervision.Actor{ben, sue} {
			for n := range 5 {
				s := rejections(t, supervision.Guide(), ground, n)
				if n >= 3 {
					s.do(party, appealOn(ground))
					assert.Equal(t, appeal.Finding{Count: n}, s.order.Appeal.Finding, "R18")
					continue
				}
				refusal := s.refused(party, appealOn(ground))
				assert.Equal(t, supervision.ReasonTooFewRejections, refusal.Reason)
				assert.Equal(t, supervision.R10, refusal.Rule)
				assert.Zero(t, refusal.From, "time alone rejects nothing")
			}
		}
	}
}

func TestR10_TwoCountersNeverReset(t *testing.T) {
	s := begin(t, supervision.Guide())
	for range 2 {
		s.confirmation().do(sue, rejectRequest)
	}
	for range 2 {
		s.acceptance().do(ben, rejectProduct)
	}
	assert.Equal(t, []int{2, 2}, []int{s.order.RequestRejections, s.order.ProductRejections})
	for _, ground := range []appeal.Ground{appeal.RequestRejected, appeal.ProductRejected} {
		assert.Equal(t, supervision.ReasonTooFewRejections, s.refused(ben, appealOn(ground)).Reason,
			"two and two are not three")
	}
	s.do(sue, deliver)
	assert.Equal(t, []int{2, 2}, []int{s.order.RequestRejections, s.order.ProductRejections},
		"a new delivery resets none")
	s.do(ben, rejectProduct, appealOn(appeal.ProductRejected))

	requests := rejections(t, supervision.Guide(), appeal.RequestRejected, 2).do(ben, submit)
	assert.Equal(t, 2, requests.order.RequestRejections, "nor does a new request")
	requests.do(sue, rejectRequest).do(ben, submit)
	requests.do(ben, appealOn(appeal.RequestRejected)) // at whatever status the flow waits
}

func TestR10_PolicySetsTheNumber(t *testing.T) {
	policy := supervision.Guide()
	policy.Appeal.Rejections = 1
	rejections(t, policy, appeal.RequestRejected, 0).refused(ben, appealOn(appeal.RequestRejected))
	rejections(t, policy, appeal.RequestRejected, 1).do(ben, appealOn(appeal.RequestRejected))
}

func TestR11_PolicyGivesTheGrounds(t *testing.T) {
	policy := supervision.Guide()
	policy.Appeal.Seller = 0
	s := rejections(t, policy, appeal.ProductRejected, 3)
	refusal := s.refused(sue, appealOn(appeal.ProductRejected))
	assert.Equal(t, supervision.R11, refusal.Rule)
	assert.Equal(t, supervision.ReasonNotGranted, refusal.Reason)
	p := s.permit(sue, supervision.OpRaiseAppeal)
	assert.Equal(t, supervision.Decision{Operation: supervision.OpRaiseAppeal, Rule: supervision.R11,
		Reason: supervision.ReasonNotGranted}, p)
	s.do(ben, appealOn(appeal.ProductRejected))
}

func TestR12_AnAppealFreezesBothParties(t *testing.T) {
	for _, c := range silences {
		s := arrive(t, supervision.Guide(), c.status).wait(5*day+tick).do(c.waits, appealOn(c.ground))
		assert.Equal(t, supervision.Frozen, s.order.Status)
		assert.Equal(t, c.status, s.order.FrozenFrom)
		for _, at := range []time.Duration{0, tick, 3 * day, 1000 * day} {
			for _, party := range []supervision.Actor{ben, sue} {
				for _, op := range supervision.Operations() {
					p := s.fork().wait(at).permit(party, op)
					assert.False(t, p.Allowed, "%s by %s", op, party)
					if p.Reason != supervision.ReasonRole {
						assert.Equal(t, supervision.Decision{Operation: op, Rule: supervision.R12,
							Reason: supervision.ReasonFrozen}, p)
					}
				}
			}
		}
		refusal := s.refused(ben, remind)
		assert.Equal(t, supervision.R12, refusal.Rule, "reminders included")
		refusal = s.refused(c.silent, appealOn(appeal.ProductRejected))
		assert.Equal(t, supervision.R12, refusal.Rule, "appeals included: one at a time (R13)")
	}
}

func TestR12_NoTimerRunsWhileFrozen(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance).wait(5*day+tick).do(sue,
		appealOn(appeal.BuyerSilent))
	assert.Zero(t, s.order.NextDue())
	assert.Equal(t, s.order, s.wait(1000*day).now())
}

func TestR13_OnlyAManagerHandlesAnAppeal(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	frozen := s.order
	for _, actor := range []supervision.Actor{ben, sue, supervision.System()} {
		for _, action := range []supervision.Action{note, resume, deem, cancel} {
			refusal := s.refused(actor, action)
			assert.Equal(t, supervision.ReasonRole, refusal.Reason)
			assert.Contains(t, []supervision.Rule{supervision.R13, supervision.R15}, refusal.Rule)
		}
	}
	s.wait(time.Hour).do(mia, note).wait(time.Hour).do(supervision.Manager("max"),
		supervision.AddNote{Text: "So did I."})
	assert.Equal(t, []appeal.Note{
		{At: frozen.UpdatedAt.Add(time.Hour), By: "mia", Text: note.Text},
		{At: frozen.UpdatedAt.Add(2 * time.Hour), By: "max", Text: "So did I."},
	}, s.order.Appeal.Notes)
	assert.Equal(t, frozen.TurnSince, s.order.TurnSince, "a note moves no clock")
	assert.Equal(t, frozen.Appeal.HandleBy, s.order.Appeal.HandleBy)
	assert.Empty(t, frozen.Appeal.Notes, "the order before is as it was")
	s.do(mia, resume)
	for _, action := range []supervision.Action{note, resume} {
		assert.Equal(t, supervision.ReasonStatus, s.refused(mia, action).Reason, "there is no appeal to handle")
	}
}

// What is tried on an order, as a dry run does, leaves what was tried before as
// it was.
func TestR13_ANoteThatIsTriedTouchesNoOther(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	for n := range 9 {
		one := s.fork().do(mia, supervision.AddNote{Text: "One."})
		s.fork().do(mia, supervision.AddNote{Text: "Another."})
		require.Equal(t, "One.", one.order.Appeal.Notes[n].Text, "after %d notes", n)
		s.do(mia, note)
	}
}

func TestR13_NotesAreBounded(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	for range supervision.MaxNotes {
		assert.True(t, s.permit(mia, supervision.OpAddNote).Allowed)
		s.do(mia, note)
	}
	want := supervision.Decision{Operation: supervision.OpAddNote, Rule: supervision.R13,
		Reason:  supervision.ReasonNotes,
		Measure: appeal.Measure{Have: supervision.MaxNotes, Need: supervision.MaxNotes}}
	assert.Equal(t, want, s.permit(mia, supervision.OpAddNote))
	assert.Equal(t, supervision.ReasonNotes, s.refused(mia, note).Reason)
	s.do(mia, resume)
}

func TestR14_Blackout(t *testing.T) {
	for name, end := range map[string]time.Duration{"the policy's period": 0, "the order's own date": 100 * day} {
		t.Run(name, func(t *testing.T) {
			opening := anOpening(supervision.Guide())
			scheduled := bought.Add(365 * day)
			if end != 0 {
				scheduled = bought.Add(end)
				opening.ScheduledEnd = scheduled
			}
			s := beginAs(t, opening)
			for range 3 {
				s.confirmation().do(sue, rejectRequest)
			}
			s.blackout(scheduled)
		})
	}
}

// blackout checks both ends of the blackout for an order whose requests were
// rejected three times.
func (s *story) blackout(scheduled time.Time) {
	s.t.Helper()
	begins := scheduled.Add(-15 * day)
	for _, party := range []supervision.Actor{ben, sue} {
		for _, c := range []struct {
			at    time.Time
			taken bool
		}{
			{begins.Add(-tick), true}, {begins, false}, {begins.Add(tick), false},
			{scheduled.Add(-tick), false}, {scheduled, true}, {scheduled.Add(tick), true},
		} {
			asked := s.fork().until(c.at)
			p := asked.permit(party, supervision.OpRaiseAppeal)
			assert.Equal(s.t, c.taken, p.Allowed, "%s before the end", scheduled.Sub(c.at))
			switch {
			case !c.taken:
				refusal := asked.refused(party, appealOn(appeal.RequestRejected))
				assert.Equal(s.t, supervision.R14, refusal.Rule)
				assert.Equal(s.t, supervision.ReasonInBlackout, refusal.Reason)
				assert.Equal(s.t, scheduled, refusal.From)
			case c.at.Before(begins):
				assert.Equal(s.t, begins, p.Until)
				asked.do(party, appealOn(appeal.RequestRejected))
			default:
				assert.Zero(s.t, p.Until)
				asked.do(party, appealOn(appeal.RequestRejected))
			}
		}
	}
}

func TestR14_NoAppealAfterAcceptance(t *testing.T) {
	for _, policy := range []supervision.Policy{supervision.Guide(), supervision.Rules2025()} {
		s := arrive(t, policy, supervision.Accepted)
		for _, at := range []time.Duration{0, 3*time.Hour - tick, 3 * time.Hour, 400 * day} {
			for party, ground := range map[supervision.Actor]appeal.Ground{ben: appeal.SellerSilent,
				sue: appeal.BuyerSilent} {
				refusal := s.fork().wait(at).refused(party, appealOn(ground))
				assert.Equal(t, supervision.R14, refusal.Rule)
				assert.Zero(t, refusal.From)
			}
		}
	}
}

func TestR18_AnAppealStatesGroundReasonAndDemand(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.AwaitingDelivery).wait(6 * day)
	silent := s.fork()
	raised := supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: " No answer. ", Demand: " Go on. "}
	s.do(ben, raised)
	assert.Equal(t, &appeal.Appeal{
		By: appeal.Buyer, Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "Go on.",
		Finding: appeal.Finding{Since: bought}, RaisedAt: s.at, HandleBy: s.at.Add(3 * day),
	}, s.order.Appeal)
	assert.Equal(t, appeal.Finding{Since: bought}, s.records[len(s.records)-1].Finding)

	for name, c := range map[string]struct {
		action supervision.RaiseAppeal
		want   map[string]string
	}{
		"nothing": {supervision.RaiseAppeal{},
			map[string]string{"ground": "unknown", "reason": "required", "demand": "required"}},
		"unknown ground": {supervision.RaiseAppeal{Ground: "weather", Reason: "x", Demand: "x"},
			map[string]string{"ground": "unknown"}},
	} {
		_, _, err := silent.order.Apply(ben, c.action, silent.at)
		assert.Equal(t, c.want, faultsOf(t, err), name)
	}
}

func TestR18_ProofOfDelivery(t *testing.T) {
	bare := appealOn(appeal.BuyerSilent)
	bare.Attachments = nil
	s := arrive(t, supervision.Guide(), supervision.AwaitingAcceptance)
	assert.Equal(t, supervision.ReasonNotSilentLongEnough, s.refused(sue, bare).Reason, "the rule before the form")
	s.wait(6 * day)
	next, records, err := s.order.Apply(sue, bare, s.at)
	assert.Equal(t, map[string]string{"attachments": "required"}, faultsOf(t, err))
	assert.Zero(t, next)
	assert.Nil(t, records)
	s.do(sue, appealOn(appeal.BuyerSilent))
	assert.Equal(t, []appeal.Attachment{{Name: "proof.pdf", Ref: "files/1"}}, s.order.Appeal.Attachments)

	begin(t, supervision.Guide()).wait(6*day).do(sue, bare) // nothing is delivered that could be proved
	on := appealOn(appeal.ProductRejected)
	on.Attachments = nil
	rejections(t, supervision.Guide(), appeal.ProductRejected, 3).do(sue, on) // nor on its own turn
	s = rejections(t, supervision.Guide(), appeal.ProductRejected, 3).do(sue, deliver)
	_, _, err = s.order.Apply(sue, on, s.at)
	assert.Equal(t, map[string]string{"attachments": "required"}, faultsOf(t, err), "whatever the ground")
	s.do(ben, on) // the buyer proves nothing
}

func TestR18_EveryAppealUnderTheRulesOf2025AttachesProof(t *testing.T) {
	for _, party := range []supervision.Actor{ben, sue} {
		s := begin(t, supervision.Rules2025())
		bare := appealOn(appeal.Unconditional)
		bare.Attachments, bare.Demand = nil, ""
		_, _, err := s.order.Apply(party, bare, s.at)
		assert.Equal(t, map[string]string{"attachments": "required", "demand": "required"}, faultsOf(t, err),
			"all at once")
		s.do(party, appealOn(appeal.Unconditional))
	}
}

func TestR18_FindingsOfOtherGrounds(t *testing.T) {
	s := begin(t, supervision.Rules2025()).do(sue, appealOn(appeal.Unconditional))
	assert.Zero(t, s.order.Appeal.Finding)
	assert.Equal(t, appeal.Seller, s.order.Appeal.By)
	s = rejections(t, supervision.Guide(), appeal.ProductRejected, 4).do(sue, appealOn(appeal.ProductRejected))
	assert.Equal(t, appeal.Finding{Count: 4}, s.order.Appeal.Finding)
}

func TestR19_OverdueIsOnlyShown(t *testing.T) {
	policy := supervision.Guide()
	for _, handling := range []time.Duration{3 * day, time.Hour} {
		policy.Appeal.Handling = handling
		for _, s := range []*story{arrive(t, policy, supervision.Frozen),
			arrive(t, policy, supervision.AwaitingDelivery).do(mia, intervene)} {
			by := s.at.Add(handling)
			assert.Equal(t, by, s.order.Appeal.HandleBy)
			assert.Equal(t, by, s.order.Listing().HandleBy)
			for _, c := range []struct {
				at   time.Time
				late bool
			}{{by.Add(-tick), false}, {by, false}, {by.Add(tick), true}} {
				assert.Equal(t, c.late, s.order.Appeal.Overdue(c.at))
				overdue := supervision.Filter{At: c.at}
				overdue.Appeal = supervision.AppealOverdue
				assert.Equal(t, c.late, overdue.Matches(s.order.Listing()))
				deadlines := s.order.Deadlines(c.at)
				assert.Equal(t, !c.late, len(deadlines) == 1)
				if !c.late {
					assert.Equal(t, supervision.Deadline{Kind: supervision.DeadlineRulingOverdue, At: by.Add(tick),
						Rule: supervision.R19}, deadlines[0])
				}
			}
			assert.Equal(t, s.order, s.until(by.Add(1000*day)).now(), "nothing happens by itself")
			s.do(mia, resume)
			assert.Zero(t, s.order.Listing().HandleBy)
		}
	}
}

func TestR26_The2025Rules(t *testing.T) {
	policy := supervision.Rules2025()
	require.NoError(t, policy.Validate())
	for _, c := range silences {
		for _, party := range []supervision.Actor{ben, sue} {
			s := arrive(t, policy, c.status)
			s.fork().do(party, appealOn(appeal.Unconditional))
			bare := appealOn(appeal.Unconditional)
			bare.Attachments = nil
			_, _, err := s.order.Apply(party, bare, s.at)
			assert.Equal(t, map[string]string{"attachments": "required"}, faultsOf(t, err), "%s at %s", party, c.status)
			s.fork().wait(360*day).do(party, appealOn(appeal.Unconditional))
			assert.Equal(t, supervision.ReasonNotGranted, s.refused(party, appealOn(appeal.RequestRejected)).Reason)
		}
	}
}

func TestR26_TheLicenseFlowStartsAtItsDelivery(t *testing.T) {
	s := begin(t, supervision.License())
	assert.Equal(t, supervision.AwaitingDelivery, s.order.Status)
	assert.Equal(t, supervision.ReasonStatus, s.refused(ben, submit).Reason)
	s.opensAt(ben, appeal.SellerSilent, bought.Add(5*day+tick), supervision.ReasonNotSilentLongEnough, supervision.R09)
	s.accepted().wait(3 * time.Hour)
	assert.Equal(t, supervision.Completed, s.now().Status)
}
