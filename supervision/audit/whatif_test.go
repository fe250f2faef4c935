package audit_test

import (
	"slices"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/audit"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
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
		require.True(t, slices.IsSortedFunc(o.Windows, func(a, b audit.Window) int { return a.From.Compare(b.From) }),
			"seed %d", seed)
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
	assert.Equal(t, h.records[3].At, first.At)
	assert.Equal(t, ben, first.Actor)
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
	assert.Equal(t, []audit.Window{{Party: appeal.Seller, Ground: appeal.BuyerSilent,
		From: h.records[3].At.Add(5*day + tick), Until: h.records[3].At.Add(10 * day)}}, o.Windows, "until time accepts")
	assert.Zero(t, whatIf(t, h, supervision.Guide()).CompletedAt)
}

// A ground is open in one window, whatever happens in it that leaves it open;
// one that is used at its first instant is open in none.
func TestR11_WhatIfAGroundStaysOpen(t *testing.T) {
	assert.Empty(t, whatIf(t, appealed(t), supervision.Guide()).Windows, "it was used at once")

	h := begin(t, supervision.Guide()).do(ben, supervision.SubmitRequest{Text: "Please."})
	for range 2 {
		h.wait(6*day).do(ben, supervision.Remind{})
	}
	silent := audit.Window{Party: appeal.Buyer, Ground: appeal.SellerSilent, From: monday.Add(5*day + tick)}
	end := monday.Add(365 * day)
	before, after := silent, silent
	before.Until, after.From = end.Add(-15*day), end
	assert.Equal(t, []audit.Window{before, after}, whatIf(t, h, supervision.Guide()).Windows)
	always := supervision.Guide()
	always.Appeal.Blackout = 0
	assert.Equal(t, []audit.Window{silent}, whatIf(t, h, always).Windows)
}

// Both parties may have several grounds at a time, each from when it opens.
func TestR11_WhatIfSeveralGroundsOpen(t *testing.T) {
	h := begin(t, supervision.Guide()).wait(2 * day)
	for range 3 {
		h.do(ben, supervision.SubmitRequest{Text: "Please."}).do(sue, supervision.RejectRequest{Reason: "No."})
	}
	short := supervision.Guide()
	short.SupervisionPeriod, short.Appeal.Silence = 30*day, 20*day
	of := func(party appeal.Party, ground appeal.Ground, from, until time.Time) audit.Window {
		return audit.Window{Party: party, Ground: ground, From: from, Until: until}
	}
	rejected, begins, ends := h.at, monday.Add(15*day), monday.Add(30*day)
	assert.Equal(t, []audit.Window{
		of(appeal.Buyer, appeal.RequestRejected, rejected, begins),
		of(appeal.Seller, appeal.RequestRejected, rejected, begins),
		of(appeal.Seller, appeal.BuyerSilent, ends, time.Time{}),
		of(appeal.Buyer, appeal.RequestRejected, ends, time.Time{}),
		of(appeal.Seller, appeal.RequestRejected, ends, time.Time{}),
	}, whatIf(t, h, short).Windows)
	short.Appeal.Seller = appeal.GroundsOf(appeal.BuyerSilent)
	assert.Equal(t, []audit.Window{
		of(appeal.Buyer, appeal.RequestRejected, rejected, begins),
		of(appeal.Seller, appeal.BuyerSilent, ends, time.Time{}),
		of(appeal.Buyer, appeal.RequestRejected, ends, time.Time{}),
	}, whatIf(t, h, short).Windows, "the one that ends first may open again first")
}

// An amendment of the real order is none of the other policy (R31), and what is
// barred as input has the rule of its operation.
func TestR31_WhatIfAnOrderWasAmended(t *testing.T) {
	h := begin(t, supervision.Guide()).do(ben, supervision.SubmitRequest{Text: "Please."}).
		do(mia, supervision.Amend{Policy: silence(3 * day), Reason: "Agreed."}).wait(4*day).
		do(ben, appealing(appeal.SellerSilent))
	barred := whatIf(t, h, supervision.Guide()).Barred
	require.Len(t, barred, 1)
	assert.Equal(t, supervision.ReasonNotSilentLongEnough, barred[0].Reason)

	proven := silence(3 * day)
	proven.Appeal.Proof = true
	h.records[3].Action = supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "x", Demand: "x"}
	barred = whatIf(t, h, proven).Barred
	require.Len(t, barred, 1)
	assert.Equal(t, []any{supervision.R18, supervision.Reason("")}, []any{barred[0].Rule, barred[0].Reason})
}

// A scheduled end of the order's own is its own under any policy (R14).
func TestR14_WhatIfTheEndIsTheOrders(t *testing.T) {
	opening := begin(t, supervision.Guide()).records[0].Action.(supervision.Opening)
	opening.ScheduledEnd = monday.Add(100 * day)
	_, opened, err := supervision.Open(opening, monday)
	require.NoError(t, err)
	adoption := adopted(t, supervision.Guide()).records[0].Action.(supervision.Adoption)
	adoption.ScheduledEnd = monday.Add(100 * day)
	_, taken, err := supervision.Adopt(adoption, monday, nil)
	require.NoError(t, err)
	short := supervision.Guide()
	short.SupervisionPeriod = 30 * day
	for _, record := range []supervision.Record{opened, taken} {
		outcomes, err := audit.WhatIf([]supervision.Record{record}, short)
		require.NoError(t, err)
		assert.Equal(t, monday.Add(85*day), outcomes[0].Windows[0].Until, record.Operation)
	}

	opening.BoughtAt, opening.ScheduledEnd = monday.Add(-10*day), time.Time{}
	_, opened, err = supervision.Open(opening, monday)
	require.NoError(t, err)
	outcomes, err := audit.WhatIf([]supervision.Record{opened}, short)
	require.NoError(t, err)
	assert.Equal(t, monday.Add(15*day), outcomes[0].Windows[0].Until, "the period counts from the opening")
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
	assert.Equal(t, map[string]audit.Sums{
		"silence of 168h0m0s": {Orders: 2, Completed: 2, Windows: map[appeal.Ground]int{},
			Barred: map[supervision.Rule]int{supervision.R09: 2}, Followed: 4},
		"silence of 72h0m0s": {Orders: 2, Completed: 2, Windows: map[appeal.Ground]int{appeal.SellerSilent: 2},
			Barred: map[supervision.Rule]int{}},
	}, audit.Sum(append(outcomes, outcomes...)...))
	for _, b := range outcomes[0].Barred {
		assert.Equal(t, h.records[b.Seq-1].Operation, b.Operation, "by its number in the real history")
	}

	silent, rejected := audit.Window{Ground: appeal.SellerSilent}, audit.Window{Ground: appeal.RequestRejected}
	assert.Equal(t, map[string]audit.Sums{"guide": {Orders: 2, Completed: 1,
		Windows: map[appeal.Ground]int{appeal.SellerSilent: 2, appeal.RequestRejected: 1},
		Barred:  map[supervision.Rule]int{},
	}}, audit.Sum(audit.Outcome{Policy: "guide", Windows: []audit.Window{silent, rejected, silent}},
		audit.Outcome{Policy: "guide", Status: supervision.Accepted, CompletedAt: monday}))
}

func TestR25_WhatIfRefuses(t *testing.T) {
	_, err := audit.WhatIf(nil, supervision.Guide())
	require.ErrorIs(t, err, supervision.ErrMalformed)
	_, err = audit.WhatIf(appealed(t).records, supervision.Policy{})
	require.ErrorIs(t, err, supervision.ErrPolicy)
	told := adopted(t, supervision.Guide()).records
	adoption := told[0].Action.(supervision.Adoption)
	adoption.History = []supervision.Quote{{}}
	told[0].Action = adoption
	_, err = audit.WhatIf(told, supervision.Guide())
	require.ErrorIs(t, err, supervision.ErrInvalid, "which nobody could have adopted")
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

// What a policy bars and leads nowhere else bars nothing after it.
func TestR20_WhatIsBarredTwiceIsCountedTwice(t *testing.T) {
	h := begin(t, supervision.Guide()).do(ben, supervisiontest.SubmitRequest)
	for range 3 {
		h.do(ben, supervision.Remind{}).wait(day)
	}
	rare := supervision.Guide()
	rare.Name, rare.ReminderInterval = "rare", 9*day
	outcomes, err := audit.WhatIf(h.records, rare)
	require.NoError(t, err)
	sums := audit.Sum(outcomes...)["rare"]
	assert.Equal(t, map[supervision.Rule]int{supervision.R20: 2}, sums.Barred)
	assert.Zero(t, sums.Followed)
}
