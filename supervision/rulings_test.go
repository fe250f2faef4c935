package supervision_test

import (
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
)

func TestR15_Rulings(t *testing.T) {
	for _, froze := range silences {
		frozen := arrive(t, supervision.Guide(), froze.status).wait(5*day+tick).do(froze.waits,
			appealOn(froze.ground)).wait(day)
		for name, c := range map[string]struct {
			ruling supervision.DecideAppeal
			leads  supervision.Status
		}{
			"resume where it froze": {resume, froze.status},
			"at the request":        {resumeAt(supervision.AwaitingRequest), supervision.AwaitingRequest},
			"at the confirmation":   {resumeAt(supervision.AwaitingConfirmation), supervision.AwaitingConfirmation},
			"at the delivery":       {resumeAt(supervision.AwaitingDelivery), supervision.AwaitingDelivery},
			"at the acceptance":     {resumeAt(supervision.AwaitingAcceptance), supervision.AwaitingAcceptance},
			"accept":                {deem, supervision.Accepted},
			"cancel":                {cancel, supervision.Canceled},
		} {
			t.Run(string(froze.status)+"/"+name, func(t *testing.T) {
				s := frozen.fork()
				if c.leads == supervision.AwaitingConfirmation && s.order.Request == nil ||
					c.leads == supervision.AwaitingAcceptance && s.order.Delivery == nil {
					refusal := s.refused(mia, c.ruling)
					assert.Equal(t, supervision.R15, refusal.Rule)
					assert.Equal(t, supervision.ReasonNothingThere, refusal.Reason)
					return
				}
				s.do(mia, c.ruling)
				assert.Equal(t, c.leads, s.order.Status)
				want := appeal.Ruling{Outcome: c.ruling.Outcome, Upheld: c.ruling.Upheld, Decision: c.ruling.Decision,
					At: s.at, By: "mia"}
				if c.ruling.Outcome == appeal.Resume {
					want.ResumedAt = string(c.leads)
				}
				assert.Equal(t, &want, s.order.Appeal.Ruling)
				assert.Nil(t, frozen.order.Appeal.Ruling, "the order before is as it was")
				checkRuled(t, s, froze.status)
			})
		}
	}
}

// checkRuled checks what follows from a ruling's outcome.
func checkRuled(t *testing.T, s *story, froze supervision.Status) {
	switch s.order.Status {
	case supervision.Accepted:
		assert.Equal(t, s.at, s.order.AcceptedAt)
		assert.Equal(t, supervision.Accepted, s.fork().wait(3*time.Hour-tick).now().Status)
		done := s.fork().wait(3 * time.Hour).now()
		assert.Equal(t, supervision.Completed, done.Status, "R02 follows")
		assert.Equal(t, s.at.Add(3*time.Hour), done.ClosedAt)
		assert.Zero(t, s.order.FrozenFrom)
	case supervision.Canceled:
		assert.Equal(t, s.at, s.order.ClosedAt)
		assert.Equal(t, supervision.Cancellation{By: supervision.OpDecideAppeal, From: froze}, s.order.Cancellation)
		assert.Equal(t, supervision.OrderCanceled, s.order.OrderStatus())
	default:
		assert.Zero(t, s.order.FrozenFrom)
		assert.Equal(t, s.at, s.order.Facts().Since,
			"a new turn begins elsewhere (R17), new silence where it froze (R16)")
	}
}

func TestR15_ALicenseFlowHasNoRequest(t *testing.T) {
	s := begin(t, supervision.License()).silenced()
	for _, status := range []supervision.Status{supervision.AwaitingRequest, supervision.AwaitingConfirmation,
		supervision.AwaitingAcceptance} {
		assert.Equal(t, supervision.ReasonNothingThere, s.refused(mia, resumeAt(status)).Reason)
	}
	s.fork().do(mia, resume)
	delivered := begin(t, supervision.License()).acceptance().silenced()
	delivered.do(mia, resumeAt(supervision.AwaitingAcceptance))
}

func TestR15_FaultyRulings(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	for name, c := range map[string]struct {
		ruling supervision.DecideAppeal
		want   map[string]string
	}{
		"nothing": {supervision.DecideAppeal{},
			map[string]string{"outcome": "unknown", "decision": "required"}},
		"unknown outcome": {supervision.DecideAppeal{Outcome: "refund", Decision: "x"},
			map[string]string{"outcome": "unknown"}},
		"no waiting status": {supervision.DecideAppeal{Outcome: appeal.Resume, ResumeAt: supervision.Frozen,
			Decision: "x"}, map[string]string{"resume_at": "not_waiting"}},
		"Accepted": {supervision.DecideAppeal{Outcome: appeal.Resume, ResumeAt: supervision.Accepted,
			Decision: "x"}, map[string]string{"resume_at": "not_waiting"}},
		"no status": {supervision.DecideAppeal{Outcome: appeal.Resume, ResumeAt: "paused", Decision: "x"},
			map[string]string{"resume_at": "not_waiting"}},
		"accept and resume": {supervision.DecideAppeal{Outcome: appeal.Accept, ResumeAt: supervision.AwaitingDelivery,
			Decision: "x"}, map[string]string{"resume_at": "not_waiting"}},
		"cancel and resume": {supervision.DecideAppeal{Outcome: appeal.Cancel, ResumeAt: supervision.AwaitingDelivery,
			Decision: "x"}, map[string]string{"resume_at": "not_waiting"}},
		"an empty decision": {supervision.DecideAppeal{Outcome: appeal.Cancel, Decision: " \n"},
			map[string]string{"decision": "required"}},
		"everything at once": {supervision.DecideAppeal{Outcome: "x", ResumeAt: "owner", Decision: "\xff"},
			map[string]string{"outcome": "unknown", "resume_at": "not_waiting", "decision": "not_utf8"}},
	} {
		_, _, err := s.order.Apply(mia, c.ruling, s.at)
		assert.Equal(t, c.want, faultsOf(t, err), name)
	}
}

func TestR15_ResumeTargetsAreWhatARulingMayName(t *testing.T) {
	const request, confirmation, delivery, acceptance, accepted = supervision.AwaitingRequest,
		supervision.AwaitingConfirmation,
		supervision.AwaitingDelivery, supervision.AwaitingAcceptance, supervision.Accepted
	guide := supervision.Guide()
	for name, c := range map[string]struct {
		s    *story
		want []supervision.Status
	}{
		"nothing requested": {begin(t, guide), []supervision.Status{request, delivery}},
		"requested": {arrive(t, guide, confirmation),
			[]supervision.Status{request, confirmation, delivery}},
		"rejected": {arrive(t, guide, confirmation).do(sue, rejectRequest),
			[]supervision.Status{request, confirmation, delivery}},
		"delivered": {arrive(t, guide, acceptance),
			[]supervision.Status{request, confirmation, delivery, acceptance}},
		"accepted": {arrive(t, guide, accepted),
			[]supervision.Status{request, confirmation, delivery, acceptance, accepted}},
		"a License": {begin(t, supervision.License()), []supervision.Status{delivery}},
		"a License, delivered": {begin(t, supervision.License()).acceptance(),
			[]supervision.Status{delivery, acceptance}},
		"a License that was requested elsewhere": {adopt(t, func() supervision.Adoption {
			a := snapshot(begin(t, supervision.License()).order)
			a.Request = &supervision.Request{Text: "Set up two hundred users.", SubmittedAt: bought}
			return a
		}(), bought), []supervision.Status{confirmation, delivery}},
		"accepted by a ruling only": {begin(t, guide).do(mia, intervene, deem),
			[]supervision.Status{request, delivery, accepted}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Empty(t, c.s.order.ResumeTargets(), "not frozen")
			s := c.s.do(mia, intervene)
			targets := s.order.ResumeTargets()
			assert.Equal(t, c.want, targets)
			for _, status := range supervision.Statuses() {
				next, _, err := s.order.Apply(mia, resumeAt(status), s.at)
				assert.Equal(t, slices.Contains(targets, status), err == nil, "%s: asking and doing agree", status)
				if err == nil {
					assert.Equal(t, status, next.Status)
					assert.Empty(t, next.ResumeTargets())
				}
			}
		})
	}
}

func TestR15_ARulingThatTakesAnAcceptanceBack(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Accepted).wait(time.Hour).do(mia, intervene).wait(day).
		do(mia, resumeAt(supervision.AwaitingAcceptance))
	assert.Zero(t, s.order.AcceptedAt)
	assert.Zero(t, s.order.NextDue())
	assert.Equal(t, supervision.AwaitingAcceptance, s.wait(3*time.Hour).now().Status)
	s.do(ben, acceptProduct)
	assert.Equal(t, s.at, s.order.AcceptedAt)
	assert.Equal(t, s.at.Add(3*time.Hour), s.order.NextDue())
}

func TestR13_FilesOfNotesAndRulings(t *testing.T) {
	files := []supervision.Attachment{{Name: "call.txt", Ref: "files/2"}}
	withFiles, ruling := note, resume
	withFiles.Attachments, ruling.Attachments = files, files
	s := arrive(t, supervision.Guide(), supervision.Frozen).do(mia, withFiles, ruling)
	assert.Equal(t, files, s.order.Appeal.Notes[0].Attachments)
	assert.Equal(t, files, s.order.Appeal.Ruling.Attachments)

	clone := s.order.Clone()
	clone.Appeal.Notes[0].Attachments[0].Name, clone.Appeal.Ruling.Attachments[0].Name = "z", "z"
	assert.Equal(t, files, s.order.Appeal.Notes[0].Attachments, "a copy shares nothing")
	assert.Equal(t, files, s.order.Appeal.Ruling.Attachments)
}

func TestR13_NobodyHandlesItsOwnCase(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Frozen)
	free := arrive(t, supervision.Guide(), supervision.AwaitingDelivery)
	for _, own := range []supervision.Actor{supervision.Manager(ben.ID), supervision.Manager(sue.ID)} {
		for _, c := range []struct {
			s      *story
			action supervision.Action
		}{{s, note}, {s, resume}, {s, resumeAt(supervision.AwaitingAcceptance)}, {s, deem}, {s, cancel}, {free, intervene}} {
			refusal := c.s.refused(own, c.action)
			assert.Equal(t, supervision.ReasonOwnCase, refusal.Reason)
			assert.Equal(t, supervision.R13, refusal.Rule)
			assert.Zero(t, refusal.From)
			assert.Equal(t, refusal.Decision, c.s.permit(own, c.action.Operation()), "asking agrees")
		}
		view, err := s.order.For(own)
		assert.NoError(t, err, "it may read")
		assert.Equal(t, s.order, view)
	}
	s.fork().do(supervision.Manager("ben2"), note)

	forged := s.do(mia, cancel).records
	forged[len(forged)-1].Actor = supervision.Manager(sue.ID)
	_, err := supervision.Replay(forged)
	assert.ErrorIs(t, err, supervision.ErrMalformed)
}
