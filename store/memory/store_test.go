package memory_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) supervision.Store { return memory.New() })
}

var (
	ctx  = context.Background()
	day0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

func opened(t *testing.T, id string) supervision.Change {
	t.Helper()
	order, record, err := supervision.Open(supervision.Opening{ID: id, Product: "p-1", Buyer: "b-1", Seller: "s-1"}, day0)
	require.NoError(t, err)
	return supervision.Change{Order: order, Records: []supervision.Record{record}, Relay: true}
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

// TestAnOrderOfNoStatusIsKept: what the core never makes is kept and harms nobody.
func TestAnOrderOfNoStatusIsKept(t *testing.T) {
	store := memory.New()
	for id, status := range map[string]supervision.Status{"none": 0, "unknown": 200} {
		change := opened(t, id)
		change.Order.Status = status
		require.NoError(t, store.Create(ctx, change))
		order, _, err := store.Load(ctx, id, "")
		require.NoError(t, err)
		require.Equal(t, status, order.Status)
		change.Before, change.Order.Version, change.Order.Status, change.Records = 1, 2, supervision.AwaitingRequest, nil
		require.NoError(t, store.Save(ctx, change))
	}
	found, err := store.Search(ctx, supervision.Filter{At: day0, Limit: 10})
	require.NoError(t, err)
	require.Len(t, found, 2)
}

// TestAnOrderStaysWhereItWasOpened: a change that claims another opening, as the core never makes one, harms nobody either.
func TestAnOrderStaysWhereItWasOpened(t *testing.T) {
	store := memory.New()
	change := opened(t, "o-1")
	require.NoError(t, store.Create(ctx, change))
	change.Before, change.Order.Version, change.Order.Status = 1, 2, supervision.AwaitingConfirmation
	change.Order.OpenedAt, change.Order.Buyer = day0.Add(time.Hour), "b-2"
	require.NoError(t, store.Save(ctx, change))
	found, err := store.Search(ctx, supervision.Filter{At: day0, Limit: 10})
	require.NoError(t, err)
	require.Len(t, found, 1)
}

// TestALeaseHoldsForClocksThatDiffer: a claim by a clock that runs ahead does not end a lease for one that runs behind.
func TestALeaseHoldsForClocksThatDiffer(t *testing.T) {
	store := memory.New()
	for _, id := range []string{"o-1", "o-2"} {
		require.NoError(t, store.Create(ctx, opened(t, id)))
	}
	claim := func(at time.Time, limit int) []supervision.Record {
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

// TestASearchNeverMissesAnOrderThatMovesOn: an order that goes from status to status is on the list of open orders all the time.
func TestASearchNeverMissesAnOrderThatMovesOn(t *testing.T) {
	store := memory.New()
	changes := make([]supervision.Change, 20)
	for i := range changes {
		changes[i] = opened(t, fmt.Sprintf("o-%02d", i))
		require.NoError(t, store.Create(ctx, changes[i]))
	}
	var saving sync.WaitGroup
	for _, change := range changes {
		saving.Go(func() { goRound(store, change.Order) })
	}
	processing := supervision.Filter{Criteria: supervision.Criteria{OrderStatus: supervision.OrderProcessing, Buyer: "b-1"}, At: day0, Limit: 100}
	for range 200 {
		found, err := store.Search(ctx, processing)
		require.NoError(t, err)
		require.Len(t, found, len(changes))
	}
	saving.Wait()
}

// goRound submits requests that are rejected, until an error says that somebody else interfered.
func goRound(store *memory.Store, order supervision.Order) {
	for range 100 {
		for _, step := range []struct {
			actor  supervision.Actor
			action supervision.Action
		}{
			{supervision.Buyer("b-1"), supervision.SubmitRequest{Text: "Deploy it."}},
			{supervision.Seller("s-1"), supervision.RejectRequest{Reason: "No."}},
		} {
			next, records, err := order.Apply(step.actor, step.action, order.UpdatedAt.Add(time.Second))
			if err != nil || store.Save(ctx, supervision.Change{Order: next, Before: order.Version, Records: records}) != nil {
				return
			}
			order = next
		}
	}
}

// TestDuePassesOverWhatMovesOnMeanwhile settles orders while they are listed.
func TestDuePassesOverWhatMovesOnMeanwhile(t *testing.T) {
	store := memory.New()
	policy := supervision.License()
	policy.AutoAccept = time.Hour
	const n = 200
	for i := range n {
		order, record, err := supervision.Open(supervision.Opening{
			ID: fmt.Sprintf("o-%03d", i), Product: "p-1", Buyer: "b-1", Seller: "s-1", Policy: policy,
		}, day0)
		require.NoError(t, err)
		order, more, err := order.Apply(supervision.Seller("s-1"), supervision.Deliver{Result: "Done."}, day0)
		require.NoError(t, err)
		require.NoError(t, store.Create(ctx, supervision.Change{Order: order, Records: append([]supervision.Record{record}, more...)}))
	}
	late := day0.Add(supervision.Day)
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
					_ = store.Save(ctx, supervision.Change{Order: next, Before: due.Order.Version, Records: records}) // the other may be first
				}
			}
		})
	}
	settling.Wait()
	found, err := store.Search(ctx, supervision.Filter{Criteria: supervision.Criteria{Status: supervision.Completed}, At: day0, Limit: 2 * n})
	require.NoError(t, err)
	require.Len(t, found, n)
}
