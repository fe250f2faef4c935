package service_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// archivist is a store that counts the records that are read, and may have
// others in their place.
type archivist struct {
	service.Store
	read    int
	replace func(*supervision.Record)
}

func (a *archivist) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	list, err := a.Store.Records(ctx, id, after, limit)
	a.read += len(list)
	for i := range list {
		if a.replace != nil {
			a.replace(&list[i].Record)
		}
	}
	return list, err
}

// late is a relay that has 600 records of one order before it, more than a page:
// reports of progress, but for number 200, which has no text.
func late(t *testing.T) (*bench, *archivist, supervision.Order) {
	store := &archivist{Store: memory.New()}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	order := b.reach(supervision.AwaitingDelivery)
	for order.Version < 600 {
		b.Clock.Add(tick)
		if order.Version == 199 {
			order = b.do(order.ID, ben, supervision.Remind{})
			continue
		}
		order = b.do(order.ID, sue, report)
	}
	return b, store, order
}

// A relay that is late replays a long history once, not once for each of its
// records, which would take as long as the square of their number.
func TestRelay_ALongHistoryIsReplayedOnce(t *testing.T) {
	b, store, order := late(t)
	history, err := b.Service.History(b.ctx, order.ID)
	require.NoError(t, err)
	records := history.Records
	store.read = 0
	var was supervision.Order
	n := b.drain(func(_ context.Context, e service.Event) error {
		want, err := was.Follow(records[e.Record.Seq-1])
		require.NoError(t, err)
		require.Equal(t, want, e.Order)
		was = want
		if e.Order.Request != nil {
			e.Order.Request.Text = "a receiver's own"
		}
		return nil
	})
	require.Len(t, records, n)
	short := 100 // what is replayed anew each time
	assert.Less(t, store.read, short*short/2+2*n)
}

func TestRelay_ALongHistoryThatIsAnotherIsReplayedAnew(t *testing.T) {
	for name, c := range map[string]struct {
		relayed int64
		change  func(b *bench, store *archivist, order supervision.Order)
	}{
		"a failover has lost what was relayed": {300, func(_ *bench, store *archivist, _ supervision.Order) {
			store.replace = func(r *supervision.Record) {
				switch a := r.Action.(type) {
				case supervision.SubmitRequest:
					a.Text = "Something else."
					r.Action = a
				case supervision.ReportProgress:
					a.Text = "Of something else."
					r.Action = a
				}
			}
		}},
		"it has been erased (R35)": {200, func(b *bench, _ *archivist, order supervision.Order) {
			b.do(order.ID, sue, deliver)
			b.do(order.ID, ben, acceptProduct)
			b.Clock.Add(day)
			_, err := b.Service.Erase(b.ctx, order.ID, "request 7")
			require.NoError(b.t, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b, store, order := late(t)
			for range c.relayed {
				require.Equal(t, 1, b.relay(new(inbox).publish))
			}
			c.change(b, store, order)
			require.Equal(t, 1, b.relay(func(_ context.Context, e service.Event) error {
				require.Equal(t, c.relayed+1, e.Record.Seq)
				assert.Equal(t, c.relayed+1, e.Order.Version)
				assert.NotContains(t, e.Order.Request.Text, submit.Text)
				return nil
			}))
		})
	}
}

// What is handed over again, or after later records, is as it was.
func TestRelay_ALongHistoryFromWhereItWas(t *testing.T) {
	b, _, order := late(t)
	for range 200 {
		require.Equal(t, 1, b.relay(new(inbox).publish))
	}
	require.NoError(t, b.Service.SetAside(b.ctx, supervision.RecordID{Order: order.ID, Seq: 201}))
	require.Equal(t, 1, b.relay(new(inbox).publish), "202")
	require.NoError(t, b.Service.Retry(b.ctx, supervision.RecordID{Order: order.ID, Seq: 201}))
	var versions []int64
	for range 2 {
		n, err := b.Service.Relay(b.ctx, func(_ context.Context, e service.Event) error {
			versions = append(versions, e.Order.Version)
			return errPoison
		})
		require.Zero(t, n)
		require.ErrorIs(t, err, errPoison)
		b.Clock.Add(day)
	}
	assert.Equal(t, []int64{201, 201}, versions)
}

// An event goes to a broker as JSON, which writes no order that could not be.
func TestRelay_RecordsThatMakeNoOrderAreHandedOverWithoutOne(t *testing.T) {
	store := &archivist{Store: memory.New(), replace: func(r *supervision.Record) {
		if a, ok := r.Action.(supervision.Opening); ok {
			a.Product = ""
			r.Action = a
		}
	}}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	b.reach(supervision.AwaitingDelivery)
	for range 2 {
		require.Equal(t, 1, b.relay(func(_ context.Context, e service.Event) error {
			assert.Zero(t, e.Order)
			_, err := json.Marshal(e)
			return err
		}))
	}
}
