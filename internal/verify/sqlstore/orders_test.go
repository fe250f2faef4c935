package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// start is when the tests' orders are bought.
var start = time.Date(2026, 3, 4, 9, 30, 15, 123456000, time.UTC)

var (
	buyer   = supervision.Buyer("buyer")
	seller  = supervision.Seller("seller")
	manager = supervision.Manager("manager")
)

// bench is a service on a store, with a clock in the test's hand.
type bench struct {
	*service.Service
	clock *clock.Mock
}

func newBench(t testing.TB, store service.Store, options ...service.Option) bench {
	mock := clock.NewMock()
	mock.Set(start)
	service, err := service.New(store, append([]service.Option{service.WithClock(mock)}, options...)...)
	require.NoError(t, err)
	return bench{service, mock}
}

func opening(id string) supervision.Opening {
	return supervision.Opening{ID: id, Product: "product", Buyer: buyer.ID, Seller: seller.ID}
}

// opened opens an order.
func (b bench) opened(t testing.TB, id string) {
	_, err := b.Open(context.Background(), opening(id))
	require.NoError(t, err)
}

// do performs an action that has to succeed.
func (b bench) do(t testing.TB, id string, actor supervision.Actor, action supervision.Action,
	options ...service.DoOption) {
	_, err := b.Do(context.Background(), id, actor, action, options...)
	require.NoError(t, err)
}

// accepted drives an open order to Accepted.
func (b bench) accepted(t testing.TB, id string) {
	b.do(t, id, buyer, supervision.SubmitRequest{Text: "Deploy it."})
	b.do(t, id, seller, supervision.AcceptRequest{})
	b.do(t, id, seller, supervision.Deliver{Result: "Done."})
	b.do(t, id, buyer, supervision.AcceptProduct{})
}

// whole checks that an order is what its records make of it, and returns it: no
// save was done by half (R21).
func whole(t testing.TB, store service.Store, id string) supervision.Order {
	ctx := context.Background()
	order, _, err := store.Load(ctx, id, "")
	require.NoError(t, err)
	found, err := store.Records(ctx, id, 0, 10_000)
	require.NoError(t, err)
	var records []supervision.Record
	for _, f := range found {
		require.NoError(t, f.Err)
		records = append(records, f.Record)
	}
	replayed, err := supervision.Replay(records)
	require.NoError(t, err)
	require.Equal(t, replayed, order)
	return order
}

// drained relays everything that waits, and returns what it was.
func drained(t testing.TB, store service.Store) (ids []supervision.RecordID) {
	for {
		claimed, err := store.Claim(context.Background(), start, time.Minute, 1000)
		require.NoError(t, err)
		if len(claimed) == 0 {
			return ids
		}
		for _, c := range claimed {
			require.NoError(t, c.Err)
			ids = append(ids, c.RecordID)
		}
		require.NoError(t, store.Acknowledge(context.Background(), ids[len(ids)-len(claimed):]...))
	}
}
