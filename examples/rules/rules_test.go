package rules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/examples/rules"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

var (
	bought          = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	buyer           = supervision.Buyer("b-1")
	seller          = supervision.Seller("s-1")
	manager         = supervision.Manager("m-1")
	silence         = supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No answer.", Demand: "A refund."}
	firstTooSilent  = bought.Add(5*supervision.Day + supervision.Tick)
	everythingsFine = supervision.DecideAppeal{Outcome: appeal.Resume, Decision: "The seller was on leave."}
)

// waiting is an order that has waited for the seller since it was bought.
func waiting(t *testing.T) supervision.Order {
	order, _, err := supervisiontest.Reach(supervision.Opening{Buyer: buyer.ID, Seller: seller.ID}, bought,
		supervision.AwaitingConfirmation)
	require.NoError(t, err)
	return order
}

func apply(t *testing.T, o supervision.Order, by supervision.Actor, a supervision.Action,
	at time.Time) supervision.Order {
	t.Helper()
	next, _, err := o.Apply(by, a, at)
	require.NoError(t, err)
	return next
}

func TestTheSellerMayBeSilentForFiveDaysExactly(t *testing.T) {
	_, _, err := waiting(t).Apply(buyer, silence, firstTooSilent.Add(-supervision.Tick))
	var refusal *supervision.Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, supervision.R09, refusal.Rule)
	assert.Equal(t, firstTooSilent, refusal.From)

	frozen := apply(t, waiting(t), buyer, silence, firstTooSilent)
	assert.Equal(t, supervision.Frozen, frozen.Status)
}

func TestRefundDue(t *testing.T) {
	frozen := apply(t, waiting(t), buyer, silence, firstTooSilent)
	cancel := supervision.DecideAppeal{Outcome: appeal.Cancel, Upheld: true, Decision: "The seller cannot deliver."}
	notUpheld, granted := cancel, everythingsFine
	notUpheld.Upheld, granted.Upheld = false, true
	for name, c := range map[string]struct {
		ruling supervision.DecideAppeal
		want   bool
	}{
		"canceled and upheld":     {cancel, true},
		"canceled but not upheld": {notUpheld, false},
		"resumed":                 {everythingsFine, false},
		"resumed and upheld":      {granted, false},
	} {
		t.Run(name, func(t *testing.T) {
			ruled := apply(t, frozen, manager, c.ruling, firstTooSilent.Add(time.Hour))
			assert.Equal(t, c.want, rules.RefundDue(ruled))
		})
	}
	assert.False(t, rules.RefundDue(frozen))

	idle, _, err := supervisiontest.Reach(supervision.Opening{Buyer: buyer.ID, Seller: seller.ID}, bought,
		supervision.AwaitingRequest)
	require.NoError(t, err)
	sellers := apply(t, idle, seller, supervision.RaiseAppeal{Ground: appeal.BuyerSilent, Reason: "No request.",
		Demand: "An end."}, firstTooSilent)
	assert.False(t, rules.RefundDue(apply(t, sellers, manager, cancel, firstTooSilent)), "the seller appealed")
}
