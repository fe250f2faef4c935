package audit_test

import (
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func whatIf(t *testing.T, h *history, policy supervision.Policy) audit.Outcome {
	t.Helper()
	outcomes, err := audit.WhatIf(h.records, policy)
	require.NoError(t, err)
	require.Len(t, outcomes, 1)
	return outcomes[0]
}

func silence(d time.Duration) supervision.Policy {
	p := supervision.Guide()
	p.Name, p.Appeal.Silence = "silence of "+d.String(), d
	return p
}

// Under its own policy every history is as it was, unless it was amended (R31).
func TestR25_WhatIfNothingChanged(t *testing.T) {
	for seed := range uint64(100) {
		h := wander(t, seed)
		if began, err := supervision.Replay(h.records[:1]); err != nil || began.Policy != h.order.Policy {
			continue
		}
		o := whatIf(t, h, h.order.Policy)
		require.Empty(t, o.Barred, "seed %d", seed)
		require.Equal(t, h.order.Status, o.Status, "seed %d", seed)
		if end := h.order.Listing(); end.ClosedAs == supervision.Completed {
			require.Equal(t, end.ClosedAt, o.CompletedAt, "seed %d", seed)
		} else {
			require.Zero(t, o.CompletedAt, "seed %d", seed)
		}
		appeals := 0
		for _, r := range h.records {
			raised, ok := r.Action.(supervision.RaiseAppeal)
			if !ok {
				continue
			}
			appeals++
			require.True(t, within(o.Windows, appeal.Party(r.Actor.Role), raised.Ground, r.At), "seed %d, record %d",
				seed, r.Seq)
		}
	}
}

// within reports whether a ground was open; the appeal that uses it ends it.
func within(windows []audit.Window, party appeal.Party, ground appeal.Ground, at time.Time) bool {
	for _, w := range windows {
		if w.Party == party && w.Ground == ground && !at.Before(w.From) && (w.Until.IsZero() || !at.After(w.Until)) {
			return true
		}
	}
	return false
}

func TestR09_WhatIfSilenceWereLonger(t *testing.T) {
	h := appealed(t)
	o := whatIf(t, h, silence(7*day))
	require.Len(t, o.Barred, 3)
	first := o.Barred[0]
	assert.Equal(t, []any{int64(4), supervision.R09, supervision.ReasonNotSilentLongEnough, false},
		[]any{first.Seq, first.Rule, first.Reason, first.Follows})
	assert.Equal(t, monday.Add(2*time.Minute+7*day+tick), first.From)
	assert.True(t, o.Barred[1].Follows && o.Barred[2].Follows, "note and ruling have no appeal to be about")
	assert.Equal(t, supervision.Completed, o.Status, "the delivery came all the same")
	assert.Empty(t, o.Windows, "and nobody was silent for seven days")

	shorter := whatIf(t, h, silence(3*day))
	assert.Empty(t, shorter.Barred)
	assert.Equal(t, []audit.Window{{
		Party: appeal.Buyer, Ground: appeal.SellerSilent,
		From: monday.Add(2*time.Minute + 3*day + tick), Until: h.records[3].At,
	}}, shorter.Windows)
}

func TestR27_WhatIfTimeAccepted(t *testing.T) {
	h := delivered(t, supervision.Guide()).wait(11*day).do(ben, supervision.RejectProduct{Reason: "Ten cannot."})
	o := whatIf(t, h, autoAccepting())
	require.Len(t, o.Barred, 1)
	assert.Equal(t, supervision.ReasonFinal, o.Barred[0].Reason)
	assert.True(t, o.Barred[0].Follows, "time had completed the order")
	assert.Equal(t, h.records[3].At.Add(10*day+3*time.Hour), o.CompletedAt)
	assert.Equal(t, supervision.Completed, o.Status)
	assert.Zero(t, whatIf(t, h, supervision.Guide()).CompletedAt)
}

func TestR14_WhatIfTheBlackoutEnds(t *testing.T) {
	h := begin(t, supervision.Guide())
	end := monday.Add(365 * day)
	assert.Equal(t, []audit.Window{
		{Party: appeal.Seller, Ground: appeal.BuyerSilent, From: monday.Add(5*day + tick), Until: end.Add(-15 * day)},
		{Party: appeal.Seller, Ground: appeal.BuyerSilent, From: end},
	}, whatIf(t, h, supervision.Guide()).Windows)

	short := supervision.Guide()
	short.SupervisionPeriod = 30 * day
	assert.Equal(t, monday.Add(15*day), whatIf(t, h, short).Windows[0].Until, "the end is the other policy's")
}

func TestR26_WhatIfTheFlowBeganAtTheDelivery(t *testing.T) {
	o := whatIf(t, delivered(t, supervision.Guide()), supervision.License())
	require.Len(t, o.Barred, 2, "nothing to request, nothing to confirm")
	assert.Equal(t, []supervision.Rule{supervision.R03, supervision.R05},
		[]supervision.Rule{o.Barred[0].Rule, o.Barred[1].Rule})
	assert.Equal(t, supervision.AwaitingAcceptance, o.Status)
}

func TestR25_WhatIfSums(t *testing.T) {
	h := appealed(t)
	outcomes, err := audit.WhatIf(h.records, silence(7*day), silence(3*day))
	require.NoError(t, err)
	assert.Equal(t, audit.Sums{
		Orders: 2, Completed: 2, Windows: map[appeal.Ground]int{appeal.SellerSilent: 1},
		Barred: map[supervision.Rule]int{supervision.R09: 1}, Followed: 2,
	}, audit.Sum(outcomes...))
}

func TestR25_WhatIfRefuses(t *testing.T) {
	_, err := audit.WhatIf(nil, supervision.Guide())
	require.ErrorIs(t, err, supervision.ErrMalformed)
	_, err = audit.WhatIf(appealed(t).records, supervision.Policy{})
	require.ErrorIs(t, err, supervision.ErrPolicy)
}

// An adopted order is retold from its snapshot on, with the end that the other
// policy gives it unless it had one of its own (R29).
func TestR29_WhatIfOfAnAdoptedOrder(t *testing.T) {
	h := adopted(t, supervision.Guide())
	short := supervision.Guide()
	short.Name, short.Appeal.Silence, short.SupervisionPeriod = "short", 2*day, 100*day
	outcomes, err := audit.WhatIf(h.records, supervision.Guide(), short)
	require.NoError(t, err)
	began, opened := h.order.TurnSince, h.order.OpenedAt
	silences := func(o audit.Outcome) (list []audit.Window) {
		for _, w := range o.Windows {
			if w.Ground == appeal.BuyerSilent {
				list = append(list, w)
			}
		}
		return list
	}
	assert.Equal(t, began.Add(5*day+tick), silences(outcomes[0])[0].From)
	assert.Equal(t, began.Add(2*day+tick), silences(outcomes[1])[0].From)
	assert.Equal(t, opened.Add(350*day), silences(outcomes[0])[0].Until)
	assert.Equal(t, opened.Add(85*day), silences(outcomes[1])[0].Until)
}
