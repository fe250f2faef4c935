package supervision_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyNotice asks for each notice that there is.
func everyNotice() supervision.Notices {
	return supervision.Notices{
		AppealOpens: day, Completion: time.Hour, AutoAccept: 2 * day, ScheduledEnd: 30 * day, BlackoutBegins: 7 * day,
		Reminder: -time.Minute, RulingOverdue: -day, OpenFor: 180 * day,
	}
}

func noticing(n supervision.Notices) supervision.Policy {
	p := supervision.Guide()
	p.Notices = n
	return p
}

// noticed are the kinds of the notices that become due up to the story's
// instant.
func (s *story) noticed() (kinds []supervision.DeadlineKind) {
	return kindsOf(s.order.NoticesDue(s.at))
}

// A notice is due as long before its instant as the policy says, to a tick, and
// goes once: who has had it asks from there on.
func TestR33_SilenceIsNoticedBeforeItEntitles(t *testing.T) {
	s := arrive(t, noticing(supervision.Notices{AppealOpens: day}), supervision.AwaitingConfirmation)
	due := s.at.Add(4*day + tick)
	want := []supervision.Notice{{
		Deadline: supervision.Deadline{Kind: supervision.DeadlineAppealOpens, At: s.at.Add(5*day + tick),
			Rule: supervision.R09, Party: appeal.Buyer, Ground: appeal.SellerSilent},
		Due: due,
	}}
	assert.Equal(t, want, s.order.Notices())
	assert.Equal(t, parties, want[0].To())
	for until, is := range map[time.Duration][]supervision.Notice{-tick: nil, 0: want, tick: want, day - tick: want,
		day: nil} {
		assert.Equal(t, is, s.order.NoticesDue(due.Add(until)), until)
	}
	assert.Empty(t, s.order.NoticesDue(due.Add(time.Hour), due.Add(-tick), due), "it has been given")
	assert.Equal(t, want, s.order.NoticesDue(due, due.Add(-tick), due.Add(tick)), "others have been given")

	s.wait(3*day).do(sue, report)
	assert.Empty(t, s.order.NoticesDue(due.Add(day)), "somebody acted")
	assert.Equal(t, due.Add(3*day), s.order.Notices()[0].Due)
	s.until(due.Add(3*day)).do(ben, remind)
	assert.Equal(t, due.Add(3*day), s.order.Notices()[0].Due, "a reminder is no update (R20)")
}

var parties = []supervision.Role{supervision.RoleBuyer, supervision.RoleSeller}

// What is told after its instant stays due while the order stays as it is.
func TestR33_NoticesAfterTheirInstant(t *testing.T) {
	s := arrive(t, noticing(supervision.Notices{AppealOpens: -day, RulingOverdue: -day}), supervision.AwaitingDelivery)
	due := s.at.Add(6*day + tick)
	assert.Empty(t, s.order.NoticesDue(due.Add(-tick)))
	assert.Len(t, s.order.NoticesDue(due), 1)
	assert.Len(t, s.order.NoticesDue(due.Add(300*day)), 1)

	s.silenced()
	late := s.at.Add(3*day + tick) // the first instant at which a ruling is late (R19)
	for _, wait := range []time.Duration{0, 3 * day, 5 * day} {
		s.until(late.Add(-3*day-tick+wait)).do(mia, note)
		assert.Equal(t, []supervision.Notice{{
			Deadline: supervision.Deadline{Kind: supervision.DeadlineRulingOverdue, At: late, Rule: supervision.R19},
			Due:      late.Add(day),
		}}, s.order.Notices(), wait)
	}
	assert.Equal(t, []supervision.Role{supervision.RoleManager}, s.order.Notices()[0].To())
	s.do(mia, resume)
	assert.Empty(t, s.order.NoticesDue(s.at), "it is ruled on")
	s.do(mia, intervene)
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineRulingOverdue}, kindsOf(s.order.Notices()),
		"of an intervention as well")
}

// Both parties are told of what concerns the flow.
func TestR33_WhomANoticeIsFor(t *testing.T) {
	for _, kind := range supervision.DeadlineKinds() {
		want := parties
		switch kind {
		case supervision.DeadlineReminder:
			want = parties[:1]
		case supervision.DeadlineRulingOverdue:
			want = []supervision.Role{supervision.RoleManager}
		}
		notice := supervision.Notice{Deadline: supervision.Deadline{Kind: kind}}
		assert.Equal(t, want, notice.To(), kind)
		notice.To()[0] = supervision.RoleSystem
		assert.Equal(t, want, notice.To(), "what is returned is the caller's")
	}
}

// The buyer's silence is noticed like the seller's; rejections, which open an
// appeal at once or with the end of the blackout, are not.
func TestR33_OnlyASilenceIsNoticed(t *testing.T) {
	p := noticing(supervision.Notices{AppealOpens: day})
	every := p
	every.Appeal.Seller = appeal.AllGrounds
	rejected := rejections(t, p, appeal.RequestRejected, 3)
	for _, c := range []struct {
		s     *story
		opens time.Time
		rule  supervision.Rule
	}{
		{begin(t, p), bought.Add(5*day + tick), supervision.R09},
		{begin(t, every), bought.Add(5*day + tick), supervision.R09},
		{rejected.fork(), bought.Add(5*day + tick), supervision.R09},
		{rejected.until(bought.Add(351*day)).do(ben, submit).do(sue, rejectRequest), bought.Add(365 * day), supervision.R14},
	} {
		assert.Equal(t, []supervision.Notice{{
			Deadline: supervision.Deadline{Kind: supervision.DeadlineAppealOpens, At: c.opens, Rule: c.rule,
				Party: appeal.Seller, Ground: appeal.BuyerSilent},
			Due: c.opens.Add(-day),
		}}, c.s.order.Notices(), c.s.at)
	}
}

// Nobody is told of an instant by which time will have moved the order on.
func TestR33_WhatTimeForestallsIsNotNoticed(t *testing.T) {
	p := autoAccepting()
	p.Notices = supervision.Notices{BlackoutBegins: day, BlackoutEnds: day, AppealOpens: -day}
	s := arrive(t, p, supervision.AwaitingAcceptance)
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineAppealOpens}, kindsOf(s.order.Notices()))
	s.do(ben, rejectProduct)
	assert.Len(t, s.order.Notices(), 3)
	s.until(bought.Add(350*day)).do(sue, report)
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineBlackoutEnds, supervision.DeadlineAppealOpens},
		kindsOf(s.order.Notices()), "the blackout has begun with the report")

	accepted := arrive(t, noticing(supervision.Notices{OpenFor: time.Hour}), supervision.Accepted)
	assert.Len(t, accepted.order.NoticesDue(accepted.at.Add(time.Hour)), 1, "it is not closed yet")
	accepted = arrive(t, noticing(supervision.Notices{OpenFor: day}), supervision.Accepted)
	assert.Empty(t, accepted.order.NoticesDue(accepted.at.Add(day)), "it is completed by then")

	closes := closing(supervision.EndCancel)
	closes.Notices.Reminder = time.Hour
	for before, told := range map[time.Duration]int{day + tick: 1, day: 0} {
		s = arrive(t, closes, supervision.AwaitingDelivery).until(bought.Add(365*day-before)).do(ben, remind)
		assert.Len(t, s.order.Notices(), told, "reminded %s before the end", before)
	}
}

func kindsOf(notices []supervision.Notice) (kinds []supervision.DeadlineKind) {
	for _, n := range notices {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// What time does is told beforehand, or not at all.
func TestR33_WhatTimeDoesIsNoticed(t *testing.T) {
	p := autoAccepting()
	p.AtScheduledEnd, p.Notices = supervision.EndCancel, everyNotice()
	p.Notices.AppealOpens, p.Notices.OpenFor, p.Notices.BlackoutBegins = 0, 0, 0
	for status, c := range map[supervision.Status]struct {
		kind       supervision.DeadlineKind
		at, before time.Duration
		rule       supervision.Rule
	}{
		supervision.AwaitingAcceptance: {supervision.DeadlineAutoAccept, 10 * day, 2 * day, supervision.R27},
		supervision.Accepted:           {supervision.DeadlineCompletion, 3 * time.Hour, time.Hour, supervision.R02},
		supervision.AwaitingDelivery:   {supervision.DeadlineScheduledEnd, 365 * day, 30 * day, supervision.R14},
	} {
		s := arrive(t, p, status)
		notices := s.order.Notices()
		require.Len(t, notices, 1, status)
		assert.Equal(t, supervision.Deadline{Kind: c.kind, At: s.at.Add(c.at), Rule: c.rule}, notices[0].Deadline)
		assert.Equal(t, s.at.Add(c.at-c.before), notices[0].Due)
		assert.Len(t, s.order.NoticesDue(notices[0].At.Add(-tick)), 1, status)
		for _, n := range s.order.NoticesDue(notices[0].At) {
			assert.NotEqual(t, c.kind, n.Kind, "time has done it")
		}
	}
	for _, status := range []supervision.Status{supervision.Completed, supervision.Canceled} {
		assert.Empty(t, arrive(t, noticing(everyNoticeOf()), status).order.Notices(), status)
	}
	s := arrive(t, noticing(supervision.Notices{Completion: tick}), supervision.Accepted)
	assert.Equal(t, s.order.NextDue().Add(-tick), s.order.Notices()[0].Due, "as short as that")
}

// everyNoticeOf is each notice that the guide's policy can give.
func everyNoticeOf() supervision.Notices {
	n := everyNotice()
	n.AutoAccept, n.ScheduledEnd = 0, 0
	return n
}

func TestR33_BlackoutAndLongFlowsAreNoticed(t *testing.T) {
	opening := anOpening(noticing(supervision.Notices{BlackoutBegins: 7 * day, OpenFor: 180 * day}))
	opening.BoughtAt = bought.Add(-day) // nothing counts from the purchase
	s := beginAs(t, opening)
	assert.Equal(t, []supervision.Notice{
		{Deadline: supervision.Deadline{Kind: supervision.DeadlineOpenFor, At: bought.Add(180 * day),
			Rule: supervision.R33},
			Due: bought.Add(180 * day)},
		{Deadline: supervision.Deadline{Kind: supervision.DeadlineBlackoutBegins, At: bought.Add(350 * day),
			Rule: supervision.R14}, Due: bought.Add(343 * day)},
	}, s.order.Notices())
	s.until(bought.Add(200*day)).do(ben, submit)
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineOpenFor}, s.noticed(),
		"whatever has happened since, it is open")
	s.wait(6*day).do(ben, appealOn(appeal.SellerSilent))
	assert.Equal(t, []supervision.DeadlineKind{supervision.DeadlineOpenFor}, s.noticed(), "and frozen it is open too")
	s.wait(10*day).do(mia, resume)
	assert.Equal(t, bought.Add(353*day), s.order.Notices()[1].Due, "moved by the freeze (R17)")
	assert.Equal(t, s.order.Notices()[1:], s.order.NoticesDue(bought.Add(353*day), bought.Add(343*day),
		bought.Add(180*day)), "what was given before was another instant")
	s.until(bought.Add(361*day)).do(sue, acceptRequest)
	assert.Len(t, s.order.Notices(), 1, "of an instant that came before, nobody is told ahead")
}

// Appeals are possible again from the scheduled end on (R14); both parties are
// told ahead or afterwards.
func TestR33_TheEndOfTheBlackoutIsNoticed(t *testing.T) {
	for _, before := range []time.Duration{3 * day, -3 * day} {
		s := arrive(t, noticing(supervision.Notices{BlackoutEnds: before}), supervision.AwaitingDelivery)
		end := s.order.ScheduledEnd
		want := []supervision.Notice{{
			Deadline: supervision.Deadline{Kind: supervision.DeadlineBlackoutEnds, At: end, Rule: supervision.R14},
			Due:      end.Add(-before),
		}}
		for wait, is := range map[time.Duration][]supervision.Notice{-tick: nil, 0: want, tick: want} {
			assert.Equal(t, is, s.order.NoticesDue(end.Add(wait-before)), "%s, %s", before, wait)
		}
		assert.Equal(t, parties, want[0].To())
		s.silenced()
		assert.Empty(t, s.order.Notices(), "nobody waits for it while the order is frozen")
		s.wait(day).do(mia, resume)
		assert.Equal(t, end.Add(day), s.order.Notices()[0].At, "moved by the freeze (R17)")
	}
}

// The buyer is told when it may remind again (R20), whatever the seller has
// reported, as long as it is the seller's turn.
func TestR33_TheNextReminderIsNoticed(t *testing.T) {
	for _, before := range []time.Duration{time.Hour, -time.Hour} {
		s := arrive(t, noticing(supervision.Notices{Reminder: before}), supervision.AwaitingConfirmation)
		assert.Empty(t, s.order.Notices(), "it has not reminded yet")
		s.wait(day).do(ben, remind)
		next := s.at.Add(day)
		want := []supervision.Notice{{
			Deadline: supervision.Deadline{Kind: supervision.DeadlineReminder, At: next, Rule: supervision.R20},
			Due:      next.Add(-before),
		}}
		for wait, is := range map[time.Duration][]supervision.Notice{-tick: nil, 0: want, tick: want} {
			assert.Equal(t, is, s.order.NoticesDue(next.Add(wait-before)), "%s, %s", before, wait)
		}
		assert.Equal(t, []supervision.Role{supervision.RoleBuyer}, want[0].To())
		s.do(sue, report)
		assert.Equal(t, want, s.order.Notices())
		s.wait(tick).do(sue, acceptRequest)
		assert.Equal(t, want, s.order.Notices(), "its turn goes on")
		s.do(sue, deliver)
		assert.Empty(t, s.order.Notices(), "it is the buyer's turn")
		s.do(ben, rejectProduct)
		assert.Equal(t, want, s.order.Notices(), "and the seller's again")
		s.do(sue, deliver).until(next.Add(-tick)).do(ben, rejectProduct)
		assert.Equal(t, want, s.order.Notices(), "it comes within this turn")
		s.do(sue, deliver).until(next).do(ben, rejectProduct)
		assert.Empty(t, s.order.Notices(), "it came with this turn")
	}
}

// A freeze moves the turn, and not when the buyer may remind again; one that is
// over by then takes no notice away, however long it was (R17, R20, R33).
func TestR33_AFreezeLeavesTheNextReminder(t *testing.T) {
	policy := noticing(supervision.Notices{Reminder: time.Hour})
	policy.ReminderInterval = 10 * day
	for _, length := range []time.Duration{tick, day, 3 * day, 8 * day} {
		s := arrive(t, policy, supervision.AwaitingConfirmation).wait(2*day).do(ben, remind)
		want := s.order.Notices()
		require.Len(t, want, 1)
		s.wait(day).do(mia, intervene).wait(length).do(mia, supervision.DecideAppeal{Outcome: appeal.Resume,
			ResumeAt: supervision.AwaitingConfirmation, Decision: "Go on."})
		assert.Equal(t, want, s.order.Notices(), length)
	}
}

// An order says itself when its next notice is due, so that a store finds it.
func TestR33_ListingsKnowTheNextNotice(t *testing.T) {
	s := arrive(t, noticing(everyNoticeOf()), supervision.AwaitingConfirmation)
	assert.Equal(t, bought.Add(4*day+tick), s.order.Listing().NoticeAt)
	s = arrive(t, noticing(supervision.Notices{AppealOpens: day}), supervision.AwaitingConfirmation)
	assert.Equal(t, bought.Add(4*day+tick), s.order.Listing().NoticeAt, "its only one")
	assert.Zero(t, arrive(t, supervision.Guide(), supervision.AwaitingConfirmation).order.Listing().NoticeAt)
	assert.Zero(t, arrive(t, noticing(everyNoticeOf()), supervision.Canceled).order.Listing().NoticeAt)
	assert.Empty(t, arrive(t, supervision.Guide(), supervision.Accepted).order.Notices(), "the guide has none")
}

// What is due at an instant has an id of its own, which is no record's.
func TestR33_ANoticeHasAnID(t *testing.T) {
	at := bought.Add(tick)
	id := supervision.NoticeID("o-1", at)
	assert.Equal(t, supervision.RecordID{Order: "o-1", Seq: -at.UnixMicro()}, id)
	due, ok := id.Notice()
	assert.True(t, ok)
	assert.Equal(t, at, due)
	for _, seq := range []int64{0, 1} {
		_, ok = supervision.RecordID{Order: "o-1", Seq: seq}.Notice()
		assert.False(t, ok)
	}
}

func TestR33_NoticesInJSON(t *testing.T) {
	data, err := json.Marshal(supervision.Notices{AppealOpens: day, RulingOverdue: -time.Hour})
	require.NoError(t, err)
	assert.JSONEq(t, `{"appeal_opens":"24h0m0s","ruling_overdue":"-1h0m0s"}`, string(data))
	for _, bad := range []string{`{"moon":"1h"}`, `{"completion":"soon"}`, `{"completion":1}`, `[]`} {
		var n supervision.Notices
		assert.ErrorIs(t, json.Unmarshal([]byte(bad), &n), supervision.ErrMalformed, bad)
		assert.Zero(t, n)
	}
}
