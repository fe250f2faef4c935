package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// What an operations manager can do for the parties meanwhile: docs/production.md
// lists it.
func TestR31_HelpAfterAFastClock(t *testing.T) {
	fast := begin(t, supervision.Guide()).delivery().until(bought.Add(ahead)).do(sue, report)
	s := fast.fork().until(afterwards).do(mia, intervene, cancel)
	assert.Equal(t, supervision.Canceled, s.now().Status, "a ruling cancels at once")

	s = fast.fork().until(afterwards).do(mia, intervene, deem)
	assert.Equal(t, bought.Add(ahead+3*time.Hour), s.order.NextDue(), "one that accepts does not complete sooner")
	s.do(mia, intervene, cancel)
	assert.Equal(t, supervision.Canceled, s.now().Status, "nor does an acceptance keep it from being canceled")

	late := beginLate(t).until(afterwards)
	for end, taken := range map[time.Time]bool{
		late.order.OpenedAt.Add(-tick): false, late.order.OpenedAt: false, late.order.OpenedAt.Add(tick): true,
	} {
		_, _, err := late.order.Apply(mia, supervision.Amend{ScheduledEnd: end, Reason: "A clock was fast."}, late.at)
		assert.Equal(t, taken, err == nil, "an order that it opened can end from then on: %s", end)
	}

	s = fast.fork().until(afterwards)
	assert.False(t, s.permit(ben, supervision.OpRaiseAppeal).Allowed)
	s.do(mia, supervision.Amend{Policy: supervision.Rules2025(), Reason: "A clock was fast."})
	assert.True(t, s.permit(ben, supervision.OpRaiseAppeal).Allowed, "an amendment opens appeals without ground")

	// A reminder begins no turn: the silence before it counts as long as the
	// clock was fast, unless that was in the blackout, which the order then does
	// not leave.
	end := bought.Add(365 * day)
	for from, open := range map[time.Time]bool{
		end.Add(-15*day - tick): true, end.Add(-15 * day): false, end.Add(-tick): false, end: true,
	} {
		s := begin(t, supervision.Guide()).delivery().until(from).do(ben, remind).until(afterwards)
		assert.Equal(t, open, s.permit(ben, supervision.OpRaiseAppeal).Allowed, from)
		later := from.Add(15*day + tick)
		s.do(mia, supervision.Amend{ScheduledEnd: later, Reason: "A clock was fast."})
		assert.True(t, s.permit(ben, supervision.OpRaiseAppeal).Allowed, "an amendment moves the end: %s", from)
	}
}

// beginLate opens an order by the clock that is ahead.
func beginLate(t *testing.T) *story {
	order, record, err := supervision.Open(anOpening(supervision.Guide()), bought.Add(ahead))
	require.NoError(t, err)
	return &story{t: t, order: order, records: []supervision.Record{record}, at: bought.Add(ahead)}
}
