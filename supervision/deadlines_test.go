package supervision_test

import (
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestR23_Deadlines(t *testing.T) {
	const R02, R09, R14, R19, R20, R27 = supervision.R02, supervision.R09, supervision.R14, supervision.R19,
		supervision.R20, supervision.R27
	blackout := []supervision.Deadline{
		{Kind: supervision.DeadlineBlackoutBegins, At: bought.Add(350 * day), Rule: R14},
		{Kind: supervision.DeadlineBlackoutEnds, At: bought.Add(365 * day), Rule: R14},
	}
	opens := func(after time.Duration, rule supervision.Rule, party appeal.Party,
		ground appeal.Ground) supervision.Deadline {
		return supervision.Deadline{Kind: supervision.DeadlineAppealOpens, At: bought.Add(after), Rule: rule,
			Party: party, Ground: ground}
	}
	guide, slow := supervision.Guide(), supervision.Guide()
	slow.Appeal.Handling = 9 * day
	open := supervision.Guide()
	open.Appeal.Blackout, open.SupervisionPeriod = 0, 5*day+tick
	for name, c := range map[string]struct {
		s    *story
		want []supervision.Deadline
	}{
		"the buyer's turn": {begin(t, guide),
			append([]supervision.Deadline{opens(5*day+tick, R09, appeal.Seller, appeal.BuyerSilent)}, blackout...)},
		"the seller's turn": {arrive(t, guide, supervision.AwaitingDelivery),
			append([]supervision.Deadline{opens(5*day+tick, R09, appeal.Buyer, appeal.SellerSilent)}, blackout...)},
		"a silence up to an end that no blackout precedes": {begin(t, open),
			[]supervision.Deadline{opens(5*day+tick, R09, appeal.Seller, appeal.BuyerSilent)}},
		"a reminder": {arrive(t, guide, supervision.AwaitingDelivery).do(ben, remind), append([]supervision.Deadline{
			{Kind: supervision.DeadlineReminder, At: bought.Add(day), Rule: R20},
			opens(5*day+tick, R09, appeal.Buyer, appeal.SellerSilent),
		}, blackout...)},
		"a reminder, and delivered since": {arrive(t, guide, supervision.AwaitingDelivery).do(ben, remind).do(sue,
			deliver),
			append([]supervision.Deadline{opens(5*day+tick, R09, appeal.Seller, appeal.BuyerSilent)}, blackout...)},
		"a reminder, and frozen since": {arrive(t, guide, supervision.AwaitingDelivery).do(ben, remind).do(mia,
			intervene),
			[]supervision.Deadline{{Kind: supervision.DeadlineRulingOverdue, At: bought.Add(3*day + tick), Rule: R19}}},
		"what holds already is no deadline": {arrive(t, guide, supervision.AwaitingDelivery).wait(5*day + tick),
			blackout},
		"in the blackout": {rejections(t, guide, appeal.RequestRejected, 3).until(bought.Add(350 * day)),
			[]supervision.Deadline{
				opens(365*day, R14, appeal.Buyer, appeal.RequestRejected),
				opens(365*day, R14, appeal.Seller, appeal.BuyerSilent),
				opens(365*day, R14, appeal.Seller, appeal.RequestRejected), blackout[1],
			}},
		"a date of its own": {begin(t, guide).do(mia, supervision.Amend{ScheduledEnd: bought.Add(100 * day), Reason: "x"}),
			[]supervision.Deadline{
				opens(5*day+tick, R09, appeal.Seller, appeal.BuyerSilent),
				{Kind: supervision.DeadlineBlackoutBegins, At: bought.Add(85 * day), Rule: R14},
				{Kind: supervision.DeadlineBlackoutEnds, At: bought.Add(100 * day), Rule: R14},
			}},
		"in the blackout before it": {begin(t, guide).do(mia, supervision.Amend{ScheduledEnd: bought.Add(100 * day),
			Reason: "x"}).until(bought.Add(90 * day)),
			[]supervision.Deadline{
				opens(100*day, R14, appeal.Seller, appeal.BuyerSilent),
				{Kind: supervision.DeadlineBlackoutEnds, At: bought.Add(100 * day), Rule: R14},
			}},
		"behind the scheduled end": {begin(t, guide).until(bought.Add(365 * day)), nil},
		"frozen": {arrive(t, guide, supervision.Frozen),
			[]supervision.Deadline{{Kind: supervision.DeadlineRulingOverdue, At: bought.Add(8*day + 2*tick),
				Rule: R19}}},
		"frozen, and amended since": {arrive(t, guide, supervision.Frozen).do(mia, supervision.Amend{Policy: slow,
			Reason: "x"}),
			[]supervision.Deadline{{Kind: supervision.DeadlineRulingOverdue, At: bought.Add(8*day + 2*tick),
				Rule: R19}}},
		"accepted": {arrive(t, guide, supervision.Accepted),
			[]supervision.Deadline{{Kind: supervision.DeadlineCompletion, At: bought.Add(3 * time.Hour), Rule: R02}}},
		"completed, by time alone": {arrive(t, guide, supervision.Accepted).wait(3 * time.Hour), nil},
		"canceled":                 {arrive(t, guide, supervision.Canceled), nil},
		"auto-accepting": {arrive(t, autoAccepting(), supervision.AwaitingAcceptance), []supervision.Deadline{
			opens(5*day+tick, R09, appeal.Seller, appeal.BuyerSilent),
			{Kind: supervision.DeadlineAutoAccept, At: bought.Add(10 * day), Rule: R27},
			{Kind: supervision.DeadlineCompletion, At: bought.Add(10*day + 3*time.Hour), Rule: R02},
		}},
		"the 2025 rules": {begin(t, supervision.Rules2025()), nil},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, append([]supervision.Deadline{}, c.want...), c.s.order.Deadlines(c.s.at))
		})
	}
}

// TestR23_DeadlinesComeTrue checks that each deadline is gone at its instant
// and was there a tick before, and that what it announces is so at its instant
// and not before.
func TestR23_DeadlinesComeTrue(t *testing.T) {
	checked := 0
	kinds := map[supervision.DeadlineKind]bool{supervision.DeadlineOpenFor: true} // which only a notice tells of
	for _, policy := range []supervision.Policy{supervision.Guide(), supervision.License(), autoAccepting(),
		supervision.Rules2025(), supervision.Hardware(), closing(supervision.EndAccept),
		closing(supervision.EndCancel)} {
		for _, s := range pasts(t, policy) {
			for _, at := range around(boundaries(s.order)) {
				deadlines := s.order.Deadlines(at)
				assert.True(t,
					slices.IsSortedFunc(deadlines, func(a, b supervision.Deadline) int { return a.At.Compare(b.At) }))
				for _, d := range deadlines {
					checked++
					kinds[d.Kind] = true
					require.True(t, d.At.After(at))
					before, then := s.order.Deadlines(d.At.Add(-tick)), s.order.Deadlines(d.At)
					assert.Contains(t, before, d)
					assert.NotContains(t, then, d)
					assert.False(t, isTrue(t, s.order, d, d.At.Add(-tick)), "%+v, too early", d)
					assert.True(t, isTrue(t, s.order, d, d.At), "%+v, not in time", d)
				}
			}
		}
	}
	assert.Greater(t, checked, 1000)
	assert.Len(t, kinds, len(supervision.DeadlineKinds()), "every kind there is")
}

// isTrue says whether a deadline's announcement is so at an instant.
func isTrue(t *testing.T, o supervision.Order, d supervision.Deadline, at time.Time) bool {
	t.Helper()
	settled, _ := o.Settle(at)
	switch d.Kind {
	case supervision.DeadlineCompletion:
		return settled.Status == supervision.Completed
	case supervision.DeadlineAutoAccept:
		return settled.Status == supervision.Accepted
	case supervision.DeadlineScheduledEnd:
		return settled.Status == map[supervision.EndAction]supervision.Status{
			supervision.EndAccept: supervision.Accepted, supervision.EndCancel: supervision.Canceled,
		}[o.Policy.AtScheduledEnd]
	case supervision.DeadlineAppealOpens:
		verdict := o.Policy.Appeal.Judge(d.Party, d.Ground, settled.Facts(), at)
		return verdict.Holds
	case supervision.DeadlineBlackoutBegins:
		return !at.Before(o.ScheduledEnd.Add(-o.Policy.Appeal.Blackout))
	case supervision.DeadlineBlackoutEnds:
		return !at.Before(o.ScheduledEnd)
	case supervision.DeadlineReminder:
		p, err := o.Permit(supervision.Buyer(o.Buyer), supervision.OpRemind, at)
		require.NoError(t, err)
		return p.Allowed
	case supervision.DeadlineRulingOverdue:
		return o.Appeal.Overdue(at)
	}
	require.Fail(t, "unknown kind", d.Kind)
	return false
}

func TestR15_StepsThatNeverHappenedAreSkipped(t *testing.T) {
	const done, current, waiting = supervision.StepDone, supervision.StepCurrent, supervision.StepWaiting
	const frozen, skipped, canceled = supervision.StepFrozen, supervision.StepSkipped, supervision.StepCanceled
	guide := supervision.Guide()
	for name, c := range map[string]struct {
		s    *story
		want []supervision.StepState
	}{
		"opened": {begin(t, guide),
			[]supervision.StepState{current, waiting, waiting, waiting, waiting, waiting}},
		"requested": {arrive(t, guide, supervision.AwaitingConfirmation),
			[]supervision.StepState{done, current, waiting, waiting, waiting, waiting}},
		"confirmed": {arrive(t, guide, supervision.AwaitingDelivery),
			[]supervision.StepState{done, done, current, waiting, waiting, waiting}},
		"delivered": {arrive(t, guide, supervision.AwaitingAcceptance),
			[]supervision.StepState{done, done, done, current, waiting, waiting}},
		"accepted": {arrive(t, guide, supervision.Accepted),
			[]supervision.StepState{done, done, done, done, current, waiting}},
		"three hours later": {arrive(t, guide, supervision.Accepted).wait(3 * time.Hour),
			[]supervision.StepState{done, done, done, done, done, done}},
		"a tick before": {arrive(t, guide, supervision.Accepted).wait(3*time.Hour - tick),
			[]supervision.StepState{done, done, done, done, current, waiting}},
		"completed": {arrive(t, guide, supervision.Completed),
			[]supervision.StepState{done, done, done, done, done, done}},
		"frozen": {arrive(t, guide, supervision.Frozen),
			[]supervision.StepState{done, done, frozen, waiting, waiting, waiting}},
		"canceled": {arrive(t, guide, supervision.Canceled),
			[]supervision.StepState{done, done, canceled, waiting, waiting, waiting}},
		"canceled by time": {arrive(t, closing(supervision.EndCancel), supervision.AwaitingDelivery).wait(365 * day),
			[]supervision.StepState{done, done, canceled, waiting, waiting, waiting}},
		"a rejected request": {arrive(t, guide, supervision.AwaitingConfirmation).do(sue, rejectRequest),
			[]supervision.StepState{current, waiting, waiting, waiting, waiting, waiting}},
		"a rejected delivery": {arrive(t, guide, supervision.AwaitingAcceptance).do(ben, rejectProduct),
			[]supervision.StepState{done, done, current, waiting, waiting, waiting}},
		"accepted, not delivered": {arrive(t, guide, supervision.Frozen).do(mia, deem),
			[]supervision.StepState{done, done, skipped, skipped, current, waiting}},
		"completed, nothing done": {begin(t, guide).do(mia, intervene, deem).wait(3 * time.Hour),
			[]supervision.StepState{skipped, skipped, skipped, skipped, done, done}},
		"accepted for a silent buyer": {arrive(t, guide, supervision.AwaitingAcceptance).silenced().do(mia, deem),
			[]supervision.StepState{done, done, done, skipped, current, waiting}},
		"accepted after a rejection": {arrive(t, guide, supervision.AwaitingAcceptance).do(ben, rejectProduct).do(mia,
			intervene, deem),
			[]supervision.StepState{done, done, done, skipped, current, waiting}},
		"led beyond the confirmation": {arrive(t, guide, supervision.AwaitingConfirmation).do(mia, intervene,
			resumeAt(supervision.AwaitingDelivery)),
			[]supervision.StepState{done, skipped, current, waiting, waiting, waiting}},
		"led back": {arrive(t, guide, supervision.Accepted).do(mia, intervene, resumeAt(supervision.AwaitingDelivery)),
			[]supervision.StepState{done, done, current, waiting, waiting, waiting}},
		"led back and canceled": {arrive(t, guide, supervision.Accepted).do(mia, intervene, cancel),
			[]supervision.StepState{done, done, done, done, canceled, waiting}},
		"an intervention at acceptance": {arrive(t, guide, supervision.Accepted).do(mia, intervene),
			[]supervision.StepState{done, done, done, done, frozen, waiting}},
		"a License, accepted undelivered": {begin(t, supervision.License()).do(mia, intervene, deem),
			[]supervision.StepState{skipped, skipped, current, waiting}},
		"skipped, and done after all": {begin(t, guide).do(mia, intervene, resumeAt(supervision.AwaitingDelivery),
			intervene, resumeAt(supervision.AwaitingRequest)).delivery(),
			[]supervision.StepState{done, done, current, waiting, waiting, waiting}},
		"a License, opened": {begin(t, supervision.License()),
			[]supervision.StepState{current, waiting, waiting, waiting}},
		"a License, delivered": {begin(t, supervision.License()).acceptance(),
			[]supervision.StepState{done, current, waiting, waiting}},
	} {
		t.Run(name, func(t *testing.T) {
			steps := c.s.order.Steps(c.s.at)
			var states []supervision.StepState
			for _, step := range steps {
				states = append(states, step.State)
			}
			assert.Equal(t, c.want, states)
			flow := []supervision.Status{supervision.AwaitingRequest, supervision.AwaitingConfirmation,
				supervision.AwaitingDelivery,
				supervision.AwaitingAcceptance, supervision.Accepted, supervision.Completed}
			for i, step := range steps {
				assert.Equal(t, flow[len(flow)-len(steps)+i], step.Status)
			}
		})
	}
}
