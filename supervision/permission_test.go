package supervision_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// attempts lists, for every operation, valid actions that differ in all that a
// rule looks at: every ground, every ruling.
func attempts() map[supervision.Operation][]supervision.Action {
	list := map[supervision.Operation][]supervision.Action{}
	add := func(a supervision.Action) { list[a.Operation()] = append(list[a.Operation()], a) }
	for _, action := range []supervision.Action{
		anOpening(supervision.Guide()), submit, acceptRequest, rejectRequest, report, deliver, acceptProduct,
		rejectProduct, remind, intervene, note, deem, cancel, resume, propose, withdraw, agreeRefund,
		supervision.AgreeRefund{Amount: paid}, decline, amend, receive, supervision.AutoAccept{},
		supervision.CloseAtEnd{}, supervision.Complete{},
	} {
		add(action)
	}
	for _, ground := range appeal.Grounds(255).List() {
		add(appealOn(ground))
	}
	for _, status := range supervision.Statuses() {
		if status.Waiting() {
			add(resumeAt(status))
		}
	}
	return list
}

// cast are those who may see a story's order.
var cast = []supervision.Actor{ben, sue, mia, supervision.System()}

// boundaries are the instants at which a rule may change its mind about an
// order, and those of what time does to it meanwhile.
func boundaries(o supervision.Order) []time.Time {
	p := o.Policy
	list := []time.Time{
		o.UpdatedAt, o.TurnSince.Add(p.Appeal.Silence), o.TurnSince.Add(p.Appeal.Silence + tick),
		o.ScheduledEnd.Add(-p.Appeal.Blackout), o.ScheduledEnd, o.TurnSince.Add(p.CompletionDelay),
		o.TurnSince.Add(p.AutoAccept), o.TurnSince.Add(p.AutoAccept + p.CompletionDelay),
		o.ScheduledEnd.Add(1000 * day),
	}
	if !o.Reminder.At.IsZero() {
		list = append(list, o.Reminder.At.Add(p.ReminderInterval))
	}
	if o.Appeal != nil {
		list = append(list, o.Appeal.HandleBy)
	}
	return list
}

// around gives each instant with its neighbours, in order.
func around(instants []time.Time) []time.Time {
	var list []time.Time
	for _, at := range instants {
		list = append(list, at.Add(-tick), at, at.Add(tick))
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.Compact(list)
}

// beginnings is how many operations, the first, make an order; the others are
// performed on one.
const beginnings = 2

// agree checks at one instant that asking and doing agree for everybody and
// everything (R23), and returns what succeeded.
func agree(t testing.TB, o supervision.Order, at time.Time) (done []step) {
	settled, _ := o.Settle(later(at, o.UpdatedAt))
	for _, actor := range cast {
		listed, err := o.Operations(actor, at)
		must(t, err == nil, "%v", err)
		grounds, err := o.Verdicts(actor, at)
		must(t, err == nil, "%v", err)
		for op, actions := range tried {
			p, err := o.Permit(actor, op, at)
			must(t, err == nil, "%v", err)
			if i := slices.Index(supervision.Operations(), op) - beginnings; i >= 0 && p != listed[i] {
				require.Equal(t, listed[i], p)
			}
			succeeded := false
			for _, action := range actions {
				next, records, err := o.Apply(actor, action, at)
				if err == nil {
					succeeded = true
					done = append(done, step{actor, action, next, records})
					continue
				}
				refusal, ok := err.(*supervision.Refusal)
				must(t, ok, "%v", err)
				checkRefusal(t, settled, actor, p, action, refusal, grounds)
			}
			if p.Allowed != succeeded || p.Allowed != (p.Reason == "") || p.Rule == "" {
				must(t, false, "asking and doing disagree: %s by %s at %s (%s): %+v, done: %t", op, actor,
					settled.Status, at, p, succeeded)
			}
		}
	}
	return done
}

var tried = attempts()

// must is require for what is checked so often that testify's bookkeeping would
// cost more than the check.
func must(t testing.TB, ok bool, format string, args ...any) {
	if !ok {
		t.Helper()
		t.Fatalf(format, args...)
	}
}

// step is an action that succeeded, with what came of it.
type step struct {
	actor   supervision.Actor
	action  supervision.Action
	order   supervision.Order
	records []supervision.Record
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// checkRefusal checks that a refusal says who, what and where, and the same as
// the answer to the question (R24).
func checkRefusal(t testing.TB, o supervision.Order, actor supervision.Actor, p supervision.Decision,
	action supervision.Action, r *supervision.Refusal, grounds []appeal.Verdict) {
	if r.Order != o.ID || r.Status != o.Status || r.Actor != actor || r.Operation != action.Operation() ||
		supervision.ReasonText(r.Reason) == "" {
		must(t, false, "the refusal does not say what was refused: %+v", r)
	}
	want := supervision.Refusal{Decision: supervision.Decision{Rule: p.Rule, Reason: p.Reason, From: p.From}}
	switch a := action.(type) {
	case supervision.DecideAppeal:
		if p.Allowed {
			want = supervision.Refusal{Decision: supervision.Decision{Rule: supervision.R15,
				Reason: supervision.ReasonNothingThere}}
		}
	case supervision.AgreeRefund:
		if p.Allowed && a.Amount != o.Proposal.Amount {
			want = supervision.Refusal{Decision: supervision.Decision{Rule: supervision.R32,
				Reason: supervision.ReasonOtherAmount}}
		}
	case supervision.RaiseAppeal:
		if !o.Status.Waiting() || p.Reason == supervision.ReasonRole {
			break
		}
		want.Rule = r.Rule // the rule of a ground's reason is checked by the tests of that rule
		i := slices.IndexFunc(grounds, func(v appeal.Verdict) bool { return v.Ground == a.Ground })
		if i < 0 {
			want.Reason, want.From = supervision.ReasonNotGranted, time.Time{}
		} else {
			want.Reason, want.From = supervision.Reason(grounds[i].Reason), grounds[i].From
		}
	}
	if r.Rule != want.Rule || r.Reason != want.Reason || r.From != want.From {
		must(t, false, "the refusal is another than the answer: %+v, answer %+v", r, want)
	}
}

// promises checks what is promised about time: From and Until come true at
// their instants and not a tick earlier.
func promises(t testing.TB, o supervision.Order, at time.Time) {
	instants := around(append(boundaries(o), at))
	for _, actor := range cast {
		for op := range tried {
			p, err := o.Permit(actor, op, at)
			must(t, err == nil, "%v", err)
			for _, next := range instants {
				if next.Before(at) {
					continue
				}
				q, err := o.Permit(actor, op, next)
				must(t, err == nil, "%v", err)
				if want, known := promised(p, next); known && q.Allowed != want {
					must(t, false, "a promise is broken: %s by %s: at %s it was %+v, at %s it is %+v", op, actor, at, p,
						next, q)
				}
			}
			for _, promise := range []struct {
				at     time.Time
				before bool
			}{{p.From, false}, {p.Until, true}} {
				if promise.at.IsZero() {
					continue
				}
				require.True(t, promise.at.After(at), "a promise is about the time to come")
				before, err := o.Permit(actor, op, promise.at.Add(-tick))
				require.NoError(t, err)
				then, err := o.Permit(actor, op, promise.at)
				require.NoError(t, err)
				require.Equal(t, []bool{promise.before, !promise.before}, []bool{before.Allowed, then.Allowed},
					"%s by %s: %+v", op, actor, p)
			}
		}
	}
}

// promised says what an answer promises about a later instant; nothing about
// what comes after an opening that ended.
func promised(p supervision.Decision, later time.Time) (allowed, known bool) {
	opens := p.Allowed || !p.From.IsZero() && !later.Before(p.From)
	switch {
	case !opens:
		return false, true
	case p.Until.IsZero() || later.Before(p.Until):
		return true, true
	}
	return false, later.Equal(p.Until)
}

// pasts are orders in every status with different pasts, under a policy.
func pasts(t testing.TB, policy supervision.Policy) []*story {
	var list []*story
	add := func(s *story) { list = append(list, s) }
	for _, status := range supervision.Statuses() {
		if policy.Start == supervision.AwaitingDelivery &&
			(status == supervision.AwaitingRequest || status == supervision.AwaitingConfirmation) {
			continue
		}
		add(arrive(t, policy, status))
	}
	if policy.NegotiatedRefund {
		add(begin(t, policy).delivery().do(ben, propose))
		add(begin(t, policy).accepted().do(ben, propose))
		add(begin(t, policy).delivery().do(ben, propose).do(sue, agreeRefund))
	}
	add(begin(t, policy).acceptance().wait(day).do(supervision.System(), receive))
	reminded := begin(t, policy).delivery().wait(day).do(ben, remind)
	add(reminded)
	add(reminded.fork().wait(time.Hour).do(sue, report))
	add(reminded.fork().until(bought.Add(351*day)).do(sue, report)) // silent next in the blackout
	add(reminded.fork().until(bought.Add(362*day)).do(sue, report)) // and behind it
	rejected := begin(t, policy)
	for range 3 {
		rejected.acceptance().do(ben, rejectProduct)
	}
	add(rejected)
	add(rejected.fork().do(sue, deliver))
	add(rejected.fork().until(bought.Add(349*day)).do(sue, deliver))
	add(rejected.fork().until(bought.Add(365*day-tick)).do(sue, deliver))
	return list
}

func TestR23_AskingAndDoingAgree(t *testing.T) {
	questions, orders := 0, 0
	brief := supervision.Guide() // every boundary near every other
	brief.SupervisionPeriod, brief.Appeal.Blackout, brief.Appeal.Silence = 20*day, 10*day, 9*day
	brief.ReminderInterval, brief.AutoAccept, brief.CompletionDelay = 9*day, 9*day+tick, tick
	for _, policy := range []supervision.Policy{supervision.Guide(), supervision.Rules2025(), supervision.License(),
		supervision.Hardware(), autoAccepting(), closing(supervision.EndAccept), closing(supervision.EndCancel),
		brief} {
		for _, s := range pasts(t, policy) {
			orders++
			before := s.order.Clone()
			for _, at := range around(boundaries(s.order)) {
				agree(t, s.order, at)
				promises(t, s.order, later(at, s.order.UpdatedAt))
				questions++
			}
			require.Equal(t, before, s.order, "questions and refusals change nothing")
		}
	}
	t.Logf("%d orders, %d instants, %d operations, %d roles", orders, questions, len(tried), len(cast))
	assert.Greater(t, questions, 1000)
}

func TestR23_GroundsAgreeWithTheAppeal(t *testing.T) {
	s := rejections(t, supervision.Guide(), appeal.ProductRejected, 3)
	grounds, err := s.order.Verdicts(ben, s.at)
	require.NoError(t, err)
	assert.Equal(t, []appeal.Verdict{
		{Ground: appeal.SellerSilent, Reason: appeal.NotSilentLongEnough, From: bought.Add(5*day + tick),
			Until: bought.Add(350 * day), Measure: appeal.Measure{Since: bought, Length: 5 * day}},
		{Ground: appeal.RequestRejected, Reason: appeal.TooFewRejections, Measure: appeal.Measure{Need: 3}},
		{Ground: appeal.ProductRejected, Holds: true, Until: bought.Add(350 * day),
			Measure: appeal.Measure{Have: 3, Need: 3}},
	}, grounds)
	for _, actor := range []supervision.Actor{mia, supervision.System()} {
		grounds, err = s.order.Verdicts(actor, s.at)
		require.NoError(t, err)
		assert.Empty(t, grounds)
	}
	for _, status := range []supervision.Status{supervision.Accepted, supervision.Frozen, supervision.Completed,
		supervision.Canceled} {
		s := arrive(t, supervision.Guide(), status)
		grounds, err = s.order.Verdicts(ben, s.at)
		require.NoError(t, err)
		assert.Empty(t, grounds, "no appeal where the flow does not wait")
	}
}

func TestR23_SystemOperationsAreNobodys(t *testing.T) {
	s := arrive(t, autoAccepting(), supervision.AwaitingAcceptance)
	want := supervision.Decision{Operation: supervision.OpAutoAccept, Rule: supervision.R27,
		Reason: supervision.ReasonNotDue}
	assert.Equal(t, want, s.permit(supervision.System(), supervision.OpAutoAccept),
		"no From: at that instant time has done it")
	assert.Equal(t, supervision.ReasonNotDue, s.refused(supervision.System(), supervision.AutoAccept{}).Reason)
	s.until(s.order.NextDue())
	assert.Equal(t, supervision.ReasonStatus, s.refused(supervision.System(), supervision.AutoAccept{}).Reason)
	assert.Equal(t, supervision.R02, s.refused(supervision.System(), supervision.Complete{}).Rule)
	for _, actor := range []supervision.Actor{ben, sue, mia} {
		assert.Equal(t, supervision.ReasonRole, s.refused(actor, supervision.Complete{}).Reason)
		assert.Equal(t, supervision.R01, s.refused(actor, anOpening(supervision.Guide())).Rule)
	}
}

// TestR22_AuthorisationMatrix says for every status, operation, role and own or
// foreign order what somebody may ever do: yes where some story of that status
// allows it, else why not.
func TestR22_AuthorisationMatrix(t *testing.T) {
	columns := []supervision.Actor{ben, otherBuyer, sue, otherSeller, mia, supervision.Manager(ben.ID),
		supervision.System()}
	var b strings.Builder
	b.WriteString("| status | operation | own buyer | foreign buyer | own seller | foreign seller | manager | " +
		"manager, own case | system |\n" + "|---|---|---|---|---|---|---|---|---|\n")
	for _, status := range supervision.Statuses() {
		stories := []*story{arrive(t, supervision.Rules2025(), status), proposed(t, status),
			arrive(t, supervision.Guide(), status), grieved(t, status)}
		for _, op := range supervision.Operations() {
			fmt.Fprintf(&b, "| %s | %s |", status, op)
			for _, actor := range columns {
				fmt.Fprintf(&b, " %s |", ever(t, stories, op, actor))
			}
			b.WriteString("\n")
		}
	}
	golden(t, "authorisation.md", b.String())
}

func ever(t *testing.T, stories []*story, op supervision.Operation, actor supervision.Actor) string {
	answer := ""
	for _, s := range stories {
		p, err := s.order.Permit(actor, op, s.at)
		if err != nil {
			require.ErrorIs(t, err, supervision.ErrNotFound)
			return "not found"
		}
		if p.Allowed {
			return "yes (" + string(p.Rule) + ")"
		}
		answer = fmt.Sprintf("%s (%s)", p.Reason, p.Rule)
	}
	return answer
}

// proposed arrives at a status with a refund proposed on the way, where it can
// be.
func proposed(t *testing.T, status supervision.Status) *story {
	if status.Final() || status == supervision.Frozen {
		return arrive(t, supervision.Rules2025(), status)
	}
	return arrive(t, supervision.Rules2025(), status).do(ben, propose)
}

// grieved arrives at a status with three rejections of each kind behind it, so
// that both parties may appeal wherever anybody may.
func grieved(t *testing.T, status supervision.Status) *story {
	s := begin(t, supervision.Guide())
	for range 3 {
		s.confirmation().do(sue, rejectRequest)
	}
	if status.Final() || status == supervision.Accepted || status == supervision.Frozen {
		return arrive(t, supervision.Guide(), status)
	}
	switch status {
	case supervision.AwaitingConfirmation:
		s.confirmation()
	case supervision.AwaitingDelivery:
		s.delivery()
	case supervision.AwaitingAcceptance:
		s.acceptance()
	}
	require.Equal(t, status, s.order.Status)
	return s
}

// At a status that nobody has declared, as a host may make one up, nothing is
// allowed (R23).
func TestR23_NothingIsAllowedAtAnUnknownStatus(t *testing.T) {
	o := begin(t, supervision.Guide()).order
	o.Status = "limbo"
	for _, actor := range []supervision.Actor{ben, sue, mia, supervision.System()} {
		decisions, err := o.Operations(actor, o.UpdatedAt)
		require.NoError(t, err)
		for _, d := range decisions {
			require.False(t, d.Allowed, "%s by the %s", d.Operation, actor.Role)
			require.NotEmpty(t, d.Operation)
			one, err := o.Permit(actor, d.Operation, o.UpdatedAt)
			require.NoError(t, err)
			require.Equal(t, d, one)
		}
	}
}
