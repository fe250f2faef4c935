package service_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// crowd is a store that writes once as many callers as it wants are there; the
// bubble of a test fails where they never are. It refuses what is named.
type crowd struct {
	service.Store
	wants   int
	refuses map[string]error

	mu    sync.Mutex
	here  int
	open  chan struct{}
	calls int
}

func (c *crowd) gather() {
	c.mu.Lock()
	c.calls++
	if c.here++; c.here == 1 {
		c.open = make(chan struct{})
	}
	open := c.open
	if c.here == c.wants {
		c.here = 0
		close(open)
	}
	c.mu.Unlock()
	<-open
}

func (c *crowd) refused(changes []service.Change) error {
	for _, change := range changes {
		if err := c.refuses[change.Order.ID]; err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) Create(ctx context.Context, changes ...service.Change) error {
	c.gather()
	if err := c.refused(changes); err != nil {
		return err
	}
	time.Sleep(time.Second) // the bubble's, in which those who are refused have gone
	return c.Store.Create(ctx, changes...)
}

func (c *crowd) Save(ctx context.Context, changes ...service.Change) error {
	c.gather()
	return c.Store.Save(ctx, changes...)
}

func (c *crowd) Notice(ctx context.Context, list ...service.Noticed) error {
	c.gather()
	return c.Store.Notice(ctx, list...)
}

// writing is a service on a crowd, at an instant.
func writing(t *testing.T, c *crowd, at time.Time, options ...service.Option) *service.Service {
	t.Helper()
	mock := clock.NewMock()
	mock.Set(at)
	svc, err := service.New(c, append(options, service.WithClock(mock))...)
	require.NoError(t, err)
	return svc
}

// numbered are adoptions of orders in delivery.
func numbered(n int) []supervision.Adoption {
	list := make([]supervision.Adoption, n)
	for i := range list {
		list[i] = inDelivery(fmt.Sprintf("o-%04d", i))
	}
	return list
}

func TestWriters_StoreThatManyBatchesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, service.WithPolicy(noticing()))
		b.accepted(6)
		c := &crowd{Store: b.Store, wants: 3}
		svc := writing(t, c, b.Clock.Now(), service.WithBatch(2), service.WithWriters(3))
		n, err := svc.Settle(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 6, n)
		assert.Equal(t, 3, c.calls)

		for i := range 6 {
			b.open(fmt.Sprintf("n-%d", i))
		}
		svc = writing(t, c, b.Clock.Now().Add(200*day), service.WithBatch(2), service.WithWriters(3))
		n, err = svc.Notice(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 6, n)
		assert.Equal(t, 6, c.calls)

		results, err := svc.Adopt(t.Context(), numbered(2*supervision.MaxPage+1)...)
		require.NoError(t, err)
		assert.Equal(t, 9, c.calls)
		for _, r := range results {
			require.NoError(t, r.Err)
		}
	})
}

// A transaction takes one statement at a time.
func TestWriters_OneInTheHostsTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.accepted(4)
		c := &crowd{Store: b.Store, wants: 1}
		in := writing(t, c, b.Clock.Now(), service.WithBatch(1), service.WithWriters(4)).WithStore(
			&crowd{Store: alone{c, make(chan struct{}, 1)}, wants: 1})
		n, err := in.Settle(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 4, n)
	})
}

// alone fails where somebody else is at it.
type alone struct {
	service.Store
	busy chan struct{}
}

func (a alone) Save(ctx context.Context, changes ...service.Change) error {
	select {
	case a.busy <- struct{}{}:
		defer func() { <-a.busy }()
	default:
		return errors.New("two at a time")
	}
	time.Sleep(time.Second) // the bubble's, in which anybody else would come
	return a.Store.Save(ctx, changes...)
}

// Of two adoptions of one order the first in the list is stored, whatever else
// is stored at the same time (R29).
func TestR29_WritersKeepTheOrderOfTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := numbered(supervision.MaxPage + 1)
		other, again := list[0], list[supervision.MaxPage]
		other.Seller = "another"
		list = append(list, other, again)
		svc := writing(t, &crowd{Store: memory.New(), wants: 1}, bought.Add(100*day), service.WithWriters(4))
		results, err := svc.Adopt(t.Context(), list...)
		require.NoError(t, err)
		assert.Equal(t, sue.ID, results[0].Order.Seller)
		var differs *service.DifferentError
		require.ErrorAs(t, results[len(list)-2].Err, &differs)
		assert.True(t, results[len(list)-1].Repeated)
	})
}

// What has failed is named where it failed; what was under way is stored, and
// what nobody had begun with is told so (R29).
func TestR29_WritersThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, other := errors.New("one"), errors.New("other")
		list := numbered(4*supervision.MaxPage + 1)
		at := func(batch int) string { return list[batch*supervision.MaxPage].ID }
		list[0].Buyer = ""
		c := &crowd{Store: memory.New(), wants: 3,
			refuses: map[string]error{list[1].ID: one, at(2): other}}
		svc := writing(t, c, bought.Add(100*day), service.WithWriters(3))
		results, err := svc.Adopt(t.Context(), list...)
		require.ErrorIs(t, err, one)
		require.ErrorIs(t, err, other)
		require.ErrorIs(t, results[0].Err, supervision.ErrInvalid)
		require.ErrorIs(t, results[1].Err, one)
		require.NoError(t, results[supervision.MaxPage].Err)
		require.ErrorIs(t, results[2*supervision.MaxPage].Err, other)
		for _, r := range results[3*supervision.MaxPage:] {
			require.Error(t, r.Err)
			require.Zero(t, r.Order)
		}
		for id, stored := range map[string]bool{at(1): true, at(0): false, at(2): false, at(3): false, at(4): false} {
			_, _, err := c.Load(t.Context(), id, "")
			assert.Equal(t, stored, err == nil, id)
		}
	})
}
