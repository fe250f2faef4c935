package service_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

func TestStats(t *testing.T) {
	b := newBench(t)
	stats := func() service.Stats {
		t.Helper()
		b.Store.Repair()
		stats, err := b.Service.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []supervisiontest.Method{supervisiontest.Backlog, supervisiontest.Due, supervisiontest.Count},
			b.Store.Calls())
		return stats
	}
	assert.Equal(t, service.Stats{At: bought}, stats())

	b.open("o-1")
	b.Clock.Add(time.Hour)
	b.open("o-2")
	b.open("o-3")
	assert.Equal(t, service.Stats{At: bought.Add(time.Hour), OldestWaiting: bought, Waiting: service.Count{Orders: 3}},
		stats())

	_, err := b.Service.Relay(t.Context(), func(_ context.Context, e service.Event) error {
		switch e.Record.Order {
		case "o-1":
			return errors.New("later")
		case "o-2":
			return service.ErrSetAside
		}
		return nil
	})
	require.Error(t, err)
	waits := stats()
	assert.Equal(t, []service.Count{{}, {Orders: 1}, {Orders: 1}},
		[]service.Count{waits.Waiting, waits.Failing, waits.Aside})
	assert.Zero(t, waits.OldestWaiting, "what has been tried waits for no first attempt")
	frozen := b.reach(supervision.Frozen)
	b.reach(supervision.Accepted)
	b.drain(func(context.Context, service.Event) error { return nil })
	b.Clock.Set(frozen.Appeal.HandleBy)
	have := stats()
	assert.Equal(t, service.Count{Orders: 1}, have.Aside)
	assert.Equal(t, service.Count{}, have.Overdue)
	due := have.OldestDue
	assert.False(t, due.IsZero())
	b.Clock.Add(tick)
	assert.Equal(t, service.Count{Orders: 1}, stats().Overdue)
	assert.Equal(t, due, stats().OldestDue)
	_, err = b.Service.Settle(t.Context())
	require.NoError(t, err)
	assert.Zero(t, stats().OldestDue)
}

// A failed attempt counts the later records of its order as failing, and leaves
// the instant of the oldest one that waits with none.
func TestStats_AFailedRecordTakesTheLaterOnesAlong(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	waits := func() (waiting, failing int) {
		stats, err := b.Service.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, stats.Waiting.Orders == 0, stats.OldestWaiting.IsZero())
		return stats.Waiting.Orders, stats.Failing.Orders
	}
	all := int(order.Version)
	fail := func() {
		_, err := b.Service.Relay(t.Context(), func(context.Context, service.Event) error { return errPoison })
		require.ErrorIs(t, err, errPoison)
	}
	fail()
	waiting, failing := waits()
	assert.Equal(t, []int{0, all}, []int{waiting, failing})
	b.do(order.ID, ben, supervision.Remind{})
	waiting, failing = waits()
	assert.Equal(t, []int{1, all}, []int{waiting, failing})
	b.Clock.Add(time.Second)
	fail()
	waiting, failing = waits()
	assert.Equal(t, []int{0, all + 1}, []int{waiting, failing})
}

func TestStats_NamesWhatCannotBeRead(t *testing.T) {
	store := &poisoned{Store: memory.New()}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	bad, good := b.reach(supervision.Accepted), b.reach(supervision.Accepted)
	store.unreadable = []string{bad.ID}
	b.Clock.Add(day)
	stats, err := b.Service.Stats(t.Context())
	require.NoError(t, err)
	require.Len(t, stats.Unreadable, 1)
	assert.Equal(t, bad.ID, stats.Unreadable[0].Order)
	assert.Equal(t, good.NextDue(), stats.OldestDue)
	b.Clock.Add(time.Hour)
	b.reach(supervision.Accepted)
	b.Clock.Add(day)
	stats, err = b.Service.Stats(t.Context())
	require.NoError(t, err)
	assert.Equal(t, good.NextDue(), stats.OldestDue, "that of the oldest, not of the newest")
}

// TestStats_LooksAtOneBatchOfWhatIsDue: what is not due, or due behind as many,
// is named by going through the whole orders.
func TestStats_LooksAtOneBatchOfWhatIsDue(t *testing.T) {
	b, store := newPoisoned(t, service.WithBatch(2))
	due, open := b.accepted(3), b.reach(supervision.AwaitingRequest)
	for _, o := range append(due, open) {
		store.unreadable = append(store.unreadable, o.ID)
	}
	b.Clock.Add(day)
	stats, err := b.Service.Stats(t.Context())
	require.NoError(t, err)
	assert.Len(t, stats.Unreadable, 2)
	assert.Zero(t, stats.OldestDue)

	var named []string
	for query := (supervision.Query{Limit: 1}); ; {
		page, err := b.Service.SearchWhole(t.Context(), supervision.System(), query)
		require.NoError(t, err)
		for _, broken := range page.Unreadable {
			named = append(named, broken.Order)
		}
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	assert.ElementsMatch(t, store.unreadable, named)
}

// heaped is a store with more of everything than anybody counts.
type heaped struct{ service.Store }

func (heaped) Backlog(_ context.Context, upTo int) (service.Backlog, error) {
	return service.Backlog{Fresh: upTo, Failing: upTo, Aside: upTo}, nil
}

func (heaped) Count(_ context.Context, upTo int, _ ...supervision.Filter) ([]int, error) {
	return []int{upTo}, nil
}

func TestStats_CountsUpToAThousand(t *testing.T) {
	stats, err := supervisiontest.On(heaped{memory.New()}).Service.Stats(t.Context())
	require.NoError(t, err)
	many := service.Count{Orders: 1000, More: true}
	assert.Equal(t, [4]service.Count{many, many, many, many},
		[4]service.Count{stats.Waiting, stats.Failing, stats.Aside, stats.Overdue})
}

func TestStats_StoreFailures(t *testing.T) {
	for _, method := range []supervisiontest.Method{supervisiontest.Backlog, supervisiontest.Due,
		supervisiontest.Count} {
		b := newBench(t)
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{method}})
		stats, err := b.Service.Stats(t.Context())
		require.ErrorIs(t, err, supervisiontest.ErrInjected)
		assert.Zero(t, stats)
	}
}

// A health check looks at how long the oldest record and the oldest due order
// have waited.
func ExampleService_Stats() {
	ctx, env := context.Background(), supervisiontest.New()
	_, _ = env.Reach(ctx, supervision.Opening{ID: "o-1"}, supervision.Accepted)
	env.Clock.Add(5 * time.Hour)
	stats, err := env.Service.Stats(ctx)
	fmt.Println(stats.Waiting, "records wait, the first for", stats.At.Sub(stats.OldestWaiting))
	fmt.Println("an order is due for", stats.At.Sub(stats.OldestDue), err)
	// Output:
	// 5 records wait, the first for 5h0m0s
	// an order is due for 2h0m0s <nil>
}
