package audit_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/template"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shadowing is a shadow of one order, which knows it as its opening made it.
func shadowing(t *testing.T, h *history) *audit.Shadow {
	first, err := supervision.Order{}.Follow(h.records[0])
	require.NoError(t, err)
	s := audit.NewShadow()
	s.Begin(first)
	return s
}

func feed(t *testing.T, s *audit.Shadow, accepted bool, actor supervision.Actor, action supervision.Action,
	at time.Time) []audit.Disagreement {
	t.Helper()
	before := len(s.Report().Disagreements)
	require.NoError(t, s.Feed(audit.Decided{Order: "o-1", Actor: actor, Action: action, At: at, Accepted: accepted}))
	return s.Report().Disagreements[before:]
}

func TestR29_AShadowAgreesWithTheRules(t *testing.T) {
	for seed := range uint64(100) {
		h := wander(t, seed)
		s := shadowing(t, h)
		for _, r := range h.records[1:] {
			require.Empty(t, feed(t, s, true, r.Actor, r.Action, r.At), "seed %d", seed)
		}
		assert.Equal(t, len(h.records)-1, s.Report().Decided)
	}
}

func TestR29_AShadowNamesWhatTheRulesRefuse(t *testing.T) {
	h := delivered(t, supervision.Guide())
	s := shadowing(t, h)
	for _, r := range h.records[1:] {
		require.Empty(t, feed(t, s, true, r.Actor, r.Action, r.At))
	}
	at := h.at.Add(5 * day)
	early := feed(t, s, true, sue, appealing(appeal.BuyerSilent), at)
	require.Len(t, early, 1)
	assert.Equal(t, []any{supervision.R09, supervision.ReasonNotSilentLongEnough, at.Add(tick), true, false},
		[]any{early[0].Rule, early[0].Reason, early[0].From, early[0].Accepted, early[0].Follows})

	assert.Empty(t, feed(t, s, false, ben, supervision.AcceptProduct{}, at.Add(day)),
		"it went along: frozen there and here")
	late := feed(t, s, false, mia, supervision.AddNote{Text: "Called."}, at.Add(day))
	require.Len(t, late, 1, "the rules allow what it refused")
	assert.Equal(t, []any{supervision.R13, supervision.Reason(""), false},
		[]any{late[0].Rule, late[0].Reason, late[0].Accepted})
	assert.Equal(t, map[supervision.Rule]int{supervision.R09: 1, supervision.R13: 1}, s.Report().ByRule)

	given := s.Report()
	given.Disagreements[0].Order, given.ByRule[supervision.R09] = "another", 7
	assert.Equal(t, "o-1", s.Report().Disagreements[0].Order, "a report is a copy")
	assert.Equal(t, 1, s.Report().ByRule[supervision.R09])
}

// What time does the other system may do later, by as much as it is said to be
// late (R02).
func TestR29_AShadowOfALateJob(t *testing.T) {
	for _, c := range []struct {
		late, by time.Duration
		agrees   bool
	}{
		{0, 0, true},
		{0, tick, false},
		{time.Hour, time.Hour - tick, true},
		{time.Hour, time.Hour, true},
		{time.Hour, time.Hour + tick, false},
	} {
		h := delivered(t, supervision.Guide())
		s := shadowing(t, h)
		s.Late = c.late
		for _, r := range h.records[1:] {
			require.Empty(t, feed(t, s, true, r.Actor, r.Action, r.At))
		}
		require.Empty(t, feed(t, s, true, ben, supervision.AcceptProduct{}, h.at))
		due := h.at.Add(3 * time.Hour)
		heard := feed(t, s, true, supervision.System(), supervision.Complete{}, due.Add(c.by))
		assert.Equal(t, c.agrees, len(heard) == 0, c)
		for _, d := range heard {
			assert.Equal(t, []any{supervision.R02, due}, []any{d.Rule, d.From})
		}
	}
}

// An order that has ended is forgotten, and what was heard of it is not.
func TestR29_AShadowForgetsWhatEnds(t *testing.T) {
	s := shadowing(t, begin(t, supervision.Guide()))
	require.Len(t, feed(t, s, true, sue, supervision.AcceptRequest{}, monday), 1)
	s.End("o-1")
	require.ErrorIs(t, s.Feed(audit.Decided{Order: "o-1", Actor: ben, Action: supervision.SubmitRequest{Text: "x"},
		At: monday}), supervision.ErrNotFound)
	assert.Len(t, s.Report().Disagreements, 1)
	s.End("another")
}

// What the other system refuses, though the rules allow it, is not done here
// either.
func TestR29_AShadowDoesNotDoWhatWasRefused(t *testing.T) {
	s := shadowing(t, begin(t, supervision.Guide()))
	require.Empty(t, feed(t, s, true, ben, supervision.SubmitRequest{Text: "Please."}, monday))
	require.Len(t, feed(t, s, false, sue, supervision.RejectRequest{Reason: "No."}, monday), 1)
	assert.Empty(t, feed(t, s, true, sue, supervision.AcceptRequest{}, monday), "the request is still there")
}

// What the rules refuse and the other system did happened when it says, by the
// clock of the rules.
func TestR29_AShadowGoesAlongAtATick(t *testing.T) {
	s := shadowing(t, begin(t, supervision.Guide()))
	at := monday.Add(time.Hour)
	require.Len(t, feed(t, s, true, ben, supervision.SubmitRequest{}, at.Add(tick-1).In(time.FixedZone("", 3600))), 1)
	early := feed(t, s, true, ben, appealing(appeal.SellerSilent), at.Add(5*day))
	require.Len(t, early, 1)
	assert.Equal(t, at.Add(5*day+tick), early[0].From)

	s = shadowing(t, begin(t, supervision.Guide()))
	require.Len(t, feed(t, s, true, ben, supervision.SubmitRequest{}, monday.Add(-time.Hour)), 1)
	assert.Empty(t, feed(t, s, true, sue, supervision.AcceptRequest{}, monday), "at the newest record, not before it")
}

// A shadow checks answers with the forms that it is given; without, it takes
// them as they are.
func TestR04_AShadowChecksAnswers(t *testing.T) {
	form, err := template.Compile(template.Template{Fields: []template.Field{{Key: "users", Label: "Users",
		Kind: template.Integer, Required: true}}})
	require.NoError(t, err)
	order, _, err := supervision.Open(supervision.Opening{ID: "o-1", Product: "crm", Buyer: ben.ID, Seller: sue.ID,
		RequestTemplateVersion: 7}, monday)
	require.NoError(t, err)
	faulty := supervision.SubmitRequest{Values: template.Values{"users": "many"}}
	for disagreements, s := range []*audit.Shadow{audit.NewShadow(),
		audit.NewShadow(func(supervision.Order, supervision.Operation) *template.Form { return form })} {
		s.Begin(order)
		assert.Len(t, feed(t, s, true, ben, faulty, monday), disagreements)
		assert.Empty(t, feed(t, s, true, sue, supervision.AcceptRequest{}, monday))
	}
}

func TestR22_R18_AShadowNamesStrangersAndFaults(t *testing.T) {
	s := shadowing(t, begin(t, supervision.Guide()))
	d := feed(t, s, true, ben, supervision.SubmitRequest{}, monday)
	require.Len(t, d, 1)
	assert.Equal(t, "text", d[0].Faults[0].Field)
	assert.Contains(t, d[0].String(), "(R03): its input is faulty; text: ")
	d = feed(t, s, true, supervision.Seller("sam"), supervision.AcceptRequest{}, monday)
	require.Len(t, d, 1, "it had gone along with the empty request")
	assert.Equal(t, supervision.R22, d[0].Rule)
	for _, d := range s.Report().Disagreements {
		assert.Contains(t, d.String(), "accepted at 2026-03-02T09:00:00Z")
	}
	assert.Contains(t, d[0].String(), "(R22): the actor has no part in the order")
}

func TestR02_AShadowNamesWhatTimeDoesAtAnotherInstant(t *testing.T) {
	h := delivered(t, supervision.Guide()).do(ben, supervision.AcceptProduct{})
	s := shadowing(t, h)
	for _, r := range h.records[1:] {
		require.Empty(t, feed(t, s, true, r.Actor, r.Action, r.At))
	}
	due := h.at.Add(3 * time.Hour)
	early := feed(t, s, false, supervision.System(), supervision.Complete{}, due.Add(-tick))
	assert.Empty(t, early, "neither does it before")
	assert.Empty(t, feed(t, s, false, ben, supervision.RejectProduct{Reason: "No."}, due), "neither takes it back")
	require.Len(t, feed(t, s, false, supervision.System(), supervision.Complete{}, due), 1)
	late := feed(t, s, true, supervision.System(), supervision.Complete{}, due.Add(time.Hour))
	require.Len(t, late, 1)
	assert.Equal(t, []any{supervision.R02, due}, []any{late[0].Rule, late[0].From})
	assert.Contains(t, late[0].String(), "(R02): time does it at "+due.Format(time.RFC3339Nano))
}

// Each thing that time does is heard of by itself, however late the job runs.
func TestR27_AShadowHearsOfEachTimerWhenTheJobIsLate(t *testing.T) {
	h := delivered(t, autoAccepting())
	s := shadowing(t, h)
	s.Late = day
	for _, r := range h.records[1:] {
		require.Empty(t, feed(t, s, true, r.Actor, r.Action, r.At))
	}
	job := h.at.Add(10*day + 4*time.Hour)
	for _, action := range []supervision.Action{supervision.AutoAccept{}, supervision.Complete{}} {
		assert.Empty(t, feed(t, s, true, supervision.System(), action, job))
	}
}

func TestR29_AShadowThatWentAstrayIsSetRight(t *testing.T) {
	h := begin(t, supervision.Guide())
	s := shadowing(t, h)
	astray := feed(t, s, true, sue, supervision.Deliver{Result: "Done."}, monday)
	require.Len(t, astray, 1)
	assert.False(t, astray[0].Follows)
	follows := feed(t, s, true, ben, supervision.AcceptProduct{}, monday)
	require.Len(t, follows, 1)
	assert.True(t, follows[0].Follows)
	assert.Equal(t, supervision.R08, follows[0].Rule, "the order is where it was")
	assert.Empty(t, feed(t, s, true, ben, supervision.SubmitRequest{Text: "Two hundred users."}, monday))
	follows = feed(t, s, true, ben, supervision.AcceptProduct{}, monday)
	require.Len(t, follows, 1)
	assert.True(t, follows[0].Follows, "what both agree on leads the order nowhere else")
	assert.Equal(t, map[supervision.Rule]int{supervision.R07: 1}, s.Report().ByRule)

	s.Begin(delivered(t, supervision.Guide()).order)
	assert.Empty(t, feed(t, s, true, ben, supervision.AcceptProduct{}, monday.Add(time.Hour)))
	again := feed(t, s, true, ben, supervision.RejectProduct{Reason: "No."}, monday.Add(time.Hour))
	require.Len(t, again, 1)
	assert.False(t, again[0].Follows, "it stands where it stands there")
}

func TestR29_AShadowRefusesWhatItDoesNotKnow(t *testing.T) {
	s := shadowing(t, begin(t, supervision.Guide()))
	require.ErrorIs(t, s.Feed(audit.Decided{Order: "o-2", Actor: ben, Action: supervision.AcceptProduct{}, At: monday}),
		supervision.ErrNotFound)
	require.ErrorIs(t, s.Feed(audit.Decided{Order: "o-1", Actor: ben, At: monday}), supervision.ErrInvalid)
	assert.Zero(t, s.Report().Decided)
}
