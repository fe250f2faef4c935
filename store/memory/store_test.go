package memory_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) service.Store { return memory.New() })
}

var (
	ctx  = context.Background()
	day0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

// reached is an order that comes to a status from day0 on.
func reached(t *testing.T, id string, policy supervision.Policy, status supervision.Status) service.Change {
	t.Helper()
	opening := supervision.Opening{ID: id, Product: "p-1", Buyer: "b-1", Seller: "s-1", Policy: policy}
	order, records, err := supervisiontest.Reach(opening, day0, status)
	require.NoError(t, err)
	return service.Change{Order: order, Records: records, Relay: true}
}

func opened(t *testing.T, id string) service.Change {
	t.Helper()
	return reached(t, id, supervision.Guide(), supervision.AwaitingRequest)
}

func TestALimitOfNothingFindsNothing(t *testing.T) {
	store := memory.New()
	require.NoError(t, store.Create(ctx, opened(t, "o-1")))
	for _, limit := range []int{0, -1} {
		found, err := store.Search(ctx, supervision.Filter{At: day0, Limit: limit})
		require.NoError(t, err)
		require.Empty(t, found)
		records, err := store.Records(ctx, "o-1", 0, limit)
		require.NoError(t, err)
		require.Empty(t, records)
		due, err := store.Due(ctx, day0, supervision.Position{}, limit)
		require.NoError(t, err)
		require.Empty(t, due)
		claimed, err := store.Claim(ctx, day0, time.Hour, limit)
		require.NoError(t, err)
		require.Empty(t, claimed)
	}
}

// TestR31_APartyThatIsReplaced: after an amendment the order is its new
// buyer's, and no longer the old one's.
func TestR31_APartyThatIsReplaced(t *testing.T) {
	store := memory.New()
	change := opened(t, "o-1")
	require.NoError(t, store.Create(ctx, change))
	change.Before, change.Order.Version, change.Order.Buyer = 1, 2, "b-2"
	require.NoError(t, store.Save(ctx, change))
	for buyer, orders := range map[string]int{"b-1": 0, "b-2": 1} {
		filter := supervision.Filter{Criteria: supervision.Criteria{Buyers: []string{buyer}}, At: day0, Limit: 10}
		found, err := store.Search(ctx, filter)
		require.NoError(t, err)
		require.Len(t, found, orders, buyer)
	}
}

// TestALeaseHoldsForClocksThatDiffer: a claim by a clock that runs ahead does
// not end a lease for one that runs behind.
func TestALeaseHoldsForClocksThatDiffer(t *testing.T) {
	store := memory.New()
	for _, id := range []string{"o-1", "o-2"} {
		require.NoError(t, store.Create(ctx, opened(t, id)))
	}
	claim := func(at time.Time, limit int) []service.Claimed {
		t.Helper()
		records, err := store.Claim(ctx, at, time.Hour, limit)
		require.NoError(t, err)
		return records
	}
	require.Len(t, claim(day0, 2), 2)
	require.Len(t, claim(day0.Add(2*time.Hour), 1), 1, "the lease has ended for the clock that is ahead")
	require.Empty(t, claim(day0.Add(time.Minute), 2), "and not for the other")
	require.Len(t, claim(day0.Add(time.Hour), 2), 1)
}

// TestASearchNeverMissesAnOrderThatMovesOn: an order that goes from status to
// status is always among the open orders.
func TestASearchNeverMissesAnOrderThatMovesOn(t *testing.T) {
	store := memory.New()
	changes := make([]service.Change, 20)
	for i := range changes {
		changes[i] = opened(t, fmt.Sprintf("o-%02d", i))
		require.NoError(t, store.Create(ctx, changes[i]))
	}
	var saving sync.WaitGroup
	for _, change := range changes {
		saving.Go(func() { goRound(store, change.Order) })
	}
	open := supervision.Criteria{OrderStatus: supervision.OrderProcessing, Buyers: []string{"b-1"}}
	for range 200 {
		found, err := store.Search(ctx, supervision.Filter{Criteria: open, At: day0, Limit: 100})
		require.NoError(t, err)
		require.Len(t, found, len(changes))
	}
	saving.Wait()
}

// goRound submits requests that are rejected, until an error says that
// somebody else interfered.
func goRound(store *memory.Store, order supervision.Order) {
	for range 100 {
		for _, step := range []struct {
			actor  supervision.Actor
			action supervision.Action
		}{
			{supervision.Buyer("b-1"), supervisiontest.SubmitRequest},
			{supervision.Seller("s-1"), supervisiontest.RejectRequest},
		} {
			next, records, err := order.Apply(step.actor, step.action, order.UpdatedAt.Add(time.Second))
			if err != nil {
				return
			}
			if store.Save(ctx, service.Change{Order: next, Before: order.Version, Records: records}) != nil {
				return
			}
			order = next
		}
	}
}

// TestTwoWorkersSettleEachOrderOnce lists due orders while they are settled.
func TestTwoWorkersSettleEachOrderOnce(t *testing.T) {
	store := memory.New()
	const n = 200
	policy := supervision.License() // under which time accepts what is delivered
	policy.AutoAccept = time.Hour
	for i := range n {
		delivered := reached(t, fmt.Sprintf("o-%03d", i), policy, supervision.AwaitingAcceptance)
		require.NoError(t, store.Create(ctx, delivered))
	}
	late := day0.Add(supervision.Day)
	var settled atomic.Int64
	var settling sync.WaitGroup
	for range 2 {
		settling.Go(func() {
			for {
				list, err := store.Due(ctx, late, supervision.Position{}, 7)
				if err != nil || len(list) == 0 {
					return
				}
				for _, due := range list {
					next, records := due.Order.Settle(late)
					change := service.Change{Order: next, Before: due.Order.Version, Records: records}
					if store.Save(ctx, change) == nil { // else the other was first
						settled.Add(1)
					}
				}
			}
		})
	}
	settling.Wait()
	require.EqualValues(t, n, settled.Load())
}
