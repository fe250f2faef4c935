package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// start is when the tests' orders are bought.
var start = time.Date(2026, 3, 4, 9, 30, 15, 123456000, time.UTC)

var (
	buyer   = supervision.Buyer("buyer")
	seller  = supervision.Seller("seller")
	manager = supervision.Manager("manager")
	submit  = supervisiontest.SubmitRequest
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

// accepted opens an order and drives it to Accepted.
func (b bench) accepted(t testing.TB, id string) {
	env := supervisiontest.Env{Service: b.Service, Clock: b.clock}
	_, err := env.Reach(context.Background(), opening(id), supervision.Accepted)
	require.NoError(t, err)
}

// whole returns an order, checked to be stored whole (R21).
func whole(t testing.TB, store service.Store, id string) supervision.Order {
	order, err := supervisiontest.Whole(context.Background(), store, id)
	require.NoError(t, err)
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
