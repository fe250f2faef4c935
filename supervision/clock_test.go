package supervision_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// A host's clock was ahead by a hundred days when it wrote the newest record.
const ahead = 100 * day

// afterwards is the day after an order was bought, on a clock that is right.
var afterwards = bought.Add(day)

// What is done later, by a clock that is right, counts as done at the record
// that was ahead, and what time brings is counted from there: docs/production.md
// tells hosts so.
func TestR02_AfterAFastClockTimeStandsStill(t *testing.T) {
	fast := begin(t, supervision.Guide()).delivery().until(bought.Add(ahead)).do(sue, report)
	s := fast.fork().until(afterwards).do(ben, remind)
	assert.Equal(t, bought.Add(ahead), s.order.UpdatedAt)
	assert.Equal(t, supervision.AwaitingAcceptance, fast.fork().until(afterwards).do(sue, deliver).order.Status,
		"operations go on")

	silent := bought.Add(ahead + 5*day)
	assert.Equal(t, silent.Add(tick), fast.fork().until(afterwards).permit(ben, supervision.OpRaiseAppeal).From)
	for at, allowed := range map[time.Time]bool{silent.Add(-tick): false, silent: false, silent.Add(tick): true} {
		assert.Equal(t, allowed, fast.until(at).permit(ben, supervision.OpRaiseAppeal).Allowed, at)
	}

	accepted := begin(t, supervision.Guide()).acceptance().until(bought.Add(ahead)).do(ben, acceptProduct)
	completed := bought.Add(ahead + 3*time.Hour)
	for at, status := range map[time.Time]supervision.Status{
		afterwards: supervision.Accepted, completed.Add(-tick): supervision.Accepted,
		completed: supervision.Completed, completed.Add(tick): supervision.Completed,
	} {
		assert.Equal(t, status, accepted.until(at).now().Status, at)
	}

	frozen := begin(t, supervision.Guide()).delivery().until(bought.Add(ahead)).do(mia, intervene)
	due := bought.Add(ahead + 3*day)
	for at, overdue := range map[time.Time]bool{due.Add(-tick): false, due: false, due.Add(tick): true} {
		assert.Equal(t, overdue, frozen.order.Appeal.Overdue(at), at)
	}
	before := frozen.order
	frozen.until(afterwards).do(mia, resume)
	assert.Equal(t, before.TurnSince, frozen.order.TurnSince, "a freeze of no length moves nothing")
	assert.Equal(t, before.ScheduledEnd, frozen.order.ScheduledEnd)
}

// A completion that the fast clock has overtaken has its own instant: it came
// early, and is final.
func TestR02_AFastClockCompletesAtTheDueInstant(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Accepted)
	for late, status := range map[time.Duration]supervision.Status{
		3*time.Hour - tick: supervision.Accepted, 3 * time.Hour: supervision.Completed,
		3*time.Hour + tick: supervision.Completed, ahead: supervision.Completed,
	} {
		o := s.until(bought.Add(late)).now()
		assert.Equal(t, status, o.Status, late)
		if status == supervision.Completed {
			assert.Equal(t, bought.Add(3*time.Hour), o.ClosedAt)
		}
	}
}

// A reminder begins no turn: the silence before it counts as long as the clock
// was fast, unless that was in the blackout, which the order then does not
// leave.
func TestR09_AFastClockCountsAsSilence(t *testing.T) {
	end := bought.Add(365 * day)
	for from, open := range map[time.Time]bool{
		end.Add(-15*day - tick): true, end.Add(-15 * day): false, end.Add(-tick): false, end: true,
	} {
		s := begin(t, supervision.Guide()).delivery().until(from).do(ben, remind).until(afterwards)
		assert.Equal(t, open, s.permit(ben, supervision.OpRaiseAppeal).Allowed, from)
		if open {
			found := s.fork().do(ben, appealOn(appeal.SellerSilent)).order.Appeal.Finding
			assert.Equal(t, appeal.Finding{Since: bought}, found, "R18: as the order's clock has it")
		}
		s.do(mia, turnBack)
		assert.False(t, s.permit(ben, supervision.OpRaiseAppeal).Allowed, from)
		assert.True(t, s.until(bought.Add(5*day+tick)).permit(ben, supervision.OpRaiseAppeal).Allowed, from)
	}
}

// An order that the fast clock opened goes back no further, but can end from
// then on, or be canceled at once.
func TestR31_HelpForAnOrderThatAFastClockOpened(t *testing.T) {
	late := beginLate(t).until(afterwards)
	for end, taken := range map[time.Time]bool{
		late.order.OpenedAt.Add(-tick): false, late.order.OpenedAt: false, late.order.OpenedAt.Add(tick): true,
	} {
		_, _, err := late.order.Apply(mia, supervision.Amend{ScheduledEnd: end, Reason: "A clock was fast."}, late.at)
		assert.Equal(t, taken, err == nil, end)
	}
	_, _, err := late.order.Apply(mia, turnBack, late.at)
	assert.Equal(t, map[string]string{"clock": "out_of_range"}, faultsOf(t, err))
	assert.Equal(t, supervision.Canceled, late.do(mia, intervene, cancel).now().Status)
}

// fastClock is an order whose newest record, a report, a fast clock wrote.
func fastClock(t *testing.T) *story {
	return begin(t, supervision.Guide()).delivery().until(bought.Add(ahead)).do(sue, report)
}

var turnBack = supervision.Amend{Clock: true, Reason: "A clock was fast."}

// From the amendment on the order is measured by the clock that is right.
func TestR31_AnAmendmentTurnsAFastClockBack(t *testing.T) {
	s := fastClock(t).until(afterwards).do(mia, turnBack)
	assert.Equal(t, afterwards, s.order.UpdatedAt)
	silent := afterwards.Add(5 * day)
	assert.Equal(t, silent.Add(tick), s.permit(ben, supervision.OpRaiseAppeal).From)
	for at, allowed := range map[time.Time]bool{silent.Add(-tick): false, silent: false, silent.Add(tick): true} {
		assert.Equal(t, allowed, s.fork().until(at).permit(ben, supervision.OpRaiseAppeal).Allowed, at)
	}
	s.wait(day).do(sue, deliver)
	assert.Equal(t, afterwards.Add(day), s.order.Delivery.DeliveredAt, "time goes on from there")
	order, err := supervision.Replay(s.records)
	require.NoError(t, err)
	assert.Equal(t, s.order, order)

	accepted := begin(t, supervision.Guide()).acceptance().until(bought.Add(ahead)).do(ben, acceptProduct).
		until(afterwards).do(mia, turnBack)
	assert.Equal(t, afterwards, accepted.order.AcceptedAt)
	assert.Equal(t, afterwards.Add(3*time.Hour), accepted.order.NextDue(), "R02")

	slow := supervision.Guide()
	slow.Appeal.Handling = 5 * day
	frozen := begin(t, supervision.Guide()).delivery().until(bought.Add(ahead)).do(mia, intervene,
		supervision.Amend{Policy: slow, Reason: "Agreed."})
	before := frozen.order
	frozen.until(afterwards).do(mia, turnBack)
	assert.Equal(t, afterwards.Add(3*day), frozen.order.Appeal.HandleBy, "R19: by the policy of when it froze")
	frozen.wait(2*day).do(mia, resume)
	assert.Equal(t, before.TurnSince.Add(2*day), frozen.order.TurnSince, "R17: the freeze from then on")
	assert.Equal(t, before.ScheduledEnd.Add(2*day), frozen.order.ScheduledEnd)
}

// Nothing but what lies ahead changes, and of that nothing but its instant.
func TestR31_TurningBackLeavesNothingAhead(t *testing.T) {
	policy := supervision.Guide()
	policy.NegotiatedRefund = true
	host := supervision.System()
	full := begin(t, policy).wait(time.Hour).do(ben, submit).do(sue, acceptRequest).do(ben, remind).do(sue,
		supervision.Deliver{Result: "Done.", EnabledAt: bought.Add(time.Hour)})
	for name, s := range map[string]*story{
		"a report":        fastClock(t),
		"a rejection":     full.fork().until(bought.Add(ahead)).do(ben, rejectProduct),
		"a receipt":       full.fork().until(bought.Add(ahead)).do(host, supervision.ReportReceipt{}),
		"a proposal":      full.fork().until(bought.Add(ahead)).do(ben, propose),
		"a note":          full.fork().do(mia, intervene).until(bought.Add(ahead)).do(mia, note, note),
		"an intervention": full.fork().until(bought.Add(ahead)).do(mia, intervene, note),
		"a ruling":        full.fork().do(mia, intervene).until(bought.Add(ahead)).do(mia, deem),
		"a silence that is spent": begin(t, policy).delivery().wait(6*day).do(ben, appealOn(appeal.SellerSilent)).
			until(bought.Add(ahead)).do(mia, resume),
		"a refund": begin(t, policy).until(bought.Add(ahead)).do(mia, intervene,
			supervision.DecideAppeal{Outcome: appeal.Accept, Decision: "So.", Refund: half}),
		"an order without a request": begin(t, supervision.License()).until(bought.Add(ahead)).do(sue, report),
		"all of it": begin(t, policy).until(bought.Add(ahead)).do(ben, submit).do(sue, acceptRequest).do(ben, remind).
			do(sue, supervision.Deliver{Result: "Done.", EnabledAt: bought.Add(ahead)}).do(host,
			supervision.ReportReceipt{}).do(ben, rejectProduct).wait(6*day).do(ben, appealOn(appeal.SellerSilent)).
			do(mia, note, deem),
	} {
		given, before := s.order, s.order.Clone()
		s.until(afterwards).do(mia, turnBack)
		require.Equal(t, before, given, "%s: the order that it is asked of stays as it is", name)
		require.NoError(t, s.order.Validate(), name)
		replayed, err := supervision.Replay(s.records)
		require.NoError(t, err, name)
		require.Equal(t, s.order, replayed, name)
		want := before
		want.Version++
		notAfter(reflect.ValueOf(&want).Elem(), afterwards, "ScheduledEnd", "HandleBy")
		if a := before.Appeal; a != nil {
			want.Appeal.HandleBy = want.Appeal.RaisedAt.Add(policy.Appeal.Handling)
		}
		assert.Equal(t, want, s.order, name)
	}
}

// notAfter brings every instant in a value that lies after another to it.
func notAfter(v reflect.Value, to time.Time, but ...string) {
	if at, ok := v.Interface().(time.Time); ok {
		if at.After(to) {
			v.Set(reflect.ValueOf(to))
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			notAfter(v.Elem(), to, but...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			notAfter(v.Index(i), to, but...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !slices.Contains(but, v.Type().Field(i).Name) {
				notAfter(v.Field(i), to, but...)
			}
		}
	}
}

// It is refused where no clock is ahead, and to before the opening.
func TestR31_OnlyAClockThatIsAheadTurnsBack(t *testing.T) {
	s := fastClock(t)
	opened, newest := s.order.OpenedAt, s.order.UpdatedAt
	for at, taken := range map[time.Time]bool{
		opened.Add(-tick): false, opened: true, opened.Add(tick): true,
		newest.Add(-tick): true, newest: false, newest.Add(tick): false,
	} {
		next, records, err := s.order.Apply(mia, turnBack, at)
		var keys []string
		for _, in := range inputsOf(t, s.fork().until(at), mia, supervision.OpAmend) {
			keys = append(keys, in.Key)
		}
		assert.Equal(t, taken, slices.Contains(keys, "clock"), "it is asked for where it is taken: %s", at)
		if taken {
			require.NoError(t, err, at)
			assert.Equal(t, at, records[0].At)
			_, _, err = next.Apply(mia, turnBack, at)
			assert.Equal(t, map[string]string{"clock": "out_of_range"}, faultsOf(t, err), "once")
			assert.True(t, next.Repeats(records[0], turnBack), "R28")
			continue
		}
		var invalid *supervision.InvalidError
		require.ErrorAs(t, err, &invalid, at)
		f := invalid.Faults[0]
		assert.Equal(t, [3]string{"clock", opened.Format(time.RFC3339Nano), newest.Add(-tick).Format(time.RFC3339Nano)},
			[3]string{f.Field, f.Min, f.Max}, "R24")
	}

	next, records, err := s.order.Apply(mia, turnBack, afterwards.Add(tick-1))
	require.NoError(t, err)
	assert.Equal(t, afterwards, records[0].At, "at a tick")
	assert.NoError(t, next.Validate())

	// An end that was agreed is given along with it, by the same clock.
	for end, taken := range map[time.Time]bool{afterwards: false, afterwards.Add(tick): true} {
		change := turnBack
		change.ScheduledEnd = end
		_, _, err := s.order.Apply(mia, change, afterwards)
		assert.Equal(t, taken, err == nil, end)
	}
}

// What was shown is not undone: what has ended, and what time made due by the
// newest record.
func TestR02_TurningBackUndoesNothing(t *testing.T) {
	s := arrive(t, supervision.Guide(), supervision.Accepted).until(bought.Add(ahead))
	s.order, s.records = settle(s.order, s.records, s.at)
	assert.Equal(t, supervision.ReasonFinal, s.until(bought.Add(time.Hour)).refused(mia, turnBack).Reason)

	hasty := supervision.Guide()
	hasty.CompletionDelay = time.Hour
	overdue := arrive(t, supervision.Guide(), supervision.Accepted).wait(2 * time.Hour)
	overdue.do(mia, supervision.Amend{Policy: hasty, Reason: "x"})
	assert.Equal(t, supervision.ReasonFinal, overdue.wait(-tick).refused(mia, turnBack).Reason)

	untouched := begin(t, autoAccepting()).acceptance().until(bought.Add(10 * day))
	untouched.order, untouched.records = settle(untouched.order, untouched.records, untouched.at)
	untouched.until(afterwards).do(mia, turnBack)
	assert.Equal(t, supervision.Accepted, untouched.order.Status)
	assert.Equal(t, afterwards.Add(3*time.Hour), untouched.order.NextDue())
}

// Records are in order by their numbers; an earlier instant is an amendment's
// that turns a clock back, and only its (R21).
func TestR21_OnlyThatAmendmentIsEarlier(t *testing.T) {
	s := fastClock(t).until(afterwards).do(mia, turnBack)
	last := len(s.records) - 1
	for name, change := range map[string]func(r *supervision.Record){
		"another amendment": func(r *supervision.Record) { r.Action = supervision.Amend{Buyer: ben.ID, Reason: "x"} },
		"not earlier":       func(r *supervision.Record) { r.At = bought.Add(ahead) },
		"before opening":    func(r *supervision.Record) { r.At = bought.Add(-tick) },
	} {
		records := slices.Clone(s.records)
		change(&records[last])
		_, err := supervision.Replay(records)
		assert.ErrorIs(t, err, supervision.ErrMalformed, name)
	}
}

// beginLate opens an order by the clock that is ahead.
func beginLate(t *testing.T) *story {
	order, record, err := supervision.Open(anOpening(supervision.Guide()), bought.Add(ahead))
	require.NoError(t, err)
	return &story{t: t, order: order, records: []supervision.Record{record}, at: bought.Add(ahead)}
}
