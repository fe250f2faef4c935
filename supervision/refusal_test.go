package supervision_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestR24_Refusals shows one refusal for every reason, as people read it and as
// programs get it.
func TestR24_Refusals(t *testing.T) {
	guide, rules := supervision.Guide(), supervision.Rules2025()
	full := arrive(t, guide, supervision.Frozen)
	for range supervision.MaxNotes {
		full.do(mia, note)
	}
	soon := anOpening(guide)
	soon.ScheduledEnd = bought.Add(day)
	var b strings.Builder
	reasons := map[supervision.Reason]bool{}
	for _, refusal := range []*supervision.Refusal{
		begin(t, guide).refused(sue, submit),
		full.refused(ben, remind),
		arrive(t, guide, supervision.Completed).refused(ben, rejectProduct),
		arrive(t, guide, supervision.Canceled).refused(sue, appealOn(appeal.BuyerSilent)),
		begin(t, guide).refused(sue, deliver),
		arrive(t, guide, supervision.Accepted).wait(time.Hour).refused(ben, appealOn(appeal.SellerSilent)),
		arrive(t, guide, supervision.Frozen).refused(supervision.Manager(sue.ID), resume),
		arrive(t, guide, supervision.Accepted).refused(supervision.System(), supervision.Complete{}),
		arrive(t, guide, supervision.AwaitingDelivery).do(ben, remind).wait(time.Hour).refused(ben, remind),
		full.refused(mia, note),
		begin(t, guide).silenced().refused(mia, resumeAt(supervision.AwaitingAcceptance)),
		begin(t, guide).refused(sue, appealOn(appeal.Unconditional)),
		begin(t, guide).refused(ben, appealOn(appeal.SellerSilent)),
		begin(t, guide).refused(ben, appealOn(appeal.ProductRejected)),
		begin(t, guide).wait(day).refused(sue, appealOn(appeal.BuyerSilent)),
		beginAs(t, soon).do(ben, submit).do(sue, rejectRequest).do(ben, submit).do(sue, rejectRequest).do(ben,
			submit).do(sue, rejectRequest).
			refused(ben, appealOn(appeal.RequestRejected)),
		arrive(t, guide, supervision.AwaitingDelivery).refused(ben, propose),
		arrive(t, rules, supervision.AwaitingDelivery).do(ben, propose).refused(ben, propose),
		arrive(t, rules, supervision.AwaitingDelivery).refused(ben, withdraw),
		arrive(t, rules, supervision.AwaitingDelivery).do(ben, propose).refused(sue,
			supervision.AgreeRefund{Amount: paid}),
		shipped(t).do(host, receive).refused(host, receive),
		arrive(t, guide, supervision.Completed).do(host, erase).refused(host, erase),
	} {
		reasons[refusal.Reason] = true
		data, err := json.Marshal(refusal)
		require.NoError(t, err)
		fmt.Fprintf(&b, "%s\n  %s\n", refusal, data)
		var read supervision.Refusal
		require.NoError(t, json.Unmarshal(data, &read))
		assert.Equal(t, *refusal, read)
	}
	golden(t, "refusals.txt", b.String())
	assert.Equal(t, supervision.Reasons(), slices.Sorted(maps.Keys(reasons)), "every reason there is")
}

func TestR24_RefusalsMatch(t *testing.T) {
	_, _, err := begin(t, supervision.Guide()).order.Apply(sue, deliver, bought)
	wrapped := fmt.Errorf("portal: %w", err)
	assert.ErrorIs(t, wrapped, supervision.ErrRefused)
	for _, other := range []error{supervision.ErrNotFound, supervision.ErrInvalid, service.ErrConflict,
		supervision.ErrMalformed} {
		assert.NotErrorIs(t, wrapped, other)
	}
	var refusal *supervision.Refusal
	require.True(t, errors.As(wrapped, &refusal))
	assert.Equal(t, &supervision.Refusal{
		Order: "o-1", Status: supervision.AwaitingRequest, Actor: sue, At: bought,
		Decision: supervision.Decision{Operation: supervision.OpDeliver, Rule: supervision.R07,
			Reason: supervision.ReasonStatus},
	}, refusal)
}

func TestR24_InvalidInputMatches(t *testing.T) {
	err := fmt.Errorf("portal: %w", &supervision.InvalidError{Faults: []supervision.Fault{
		{Field: "reason", Code: "required", Message: "write something"},
		{Field: "demand", Code: "too_long", Message: "shorten it"},
	}})
	assert.ErrorIs(t, err, supervision.ErrInvalid)
	assert.NotErrorIs(t, err, supervision.ErrRefused)
	assert.EqualError(t, err, "portal: invalid input: reason: write something; demand: shorten it")
}

func TestR24_LongNamesAreCut(t *testing.T) {
	long := strings.Repeat("x", 1000)
	_, err := begin(t, supervision.Guide()).order.Permit(supervision.Buyer(long), supervision.OpRemind, bought)
	assert.Equal(t, map[string]string{"actor.id": "too_long"}, faultsOf(t, err))
	assert.Less(t, len(supervision.Buyer(long).String()), 200)
	refusal := supervision.Refusal{Order: "o", Actor: supervision.Buyer(long)}
	assert.Less(t, len(refusal.Error()), 400)
}
