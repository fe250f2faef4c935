package service_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

const secret = "The seller is known for this."

// handed is everything the service hands an actor of an order, as text.
func (b *bench) handed(id string, actor supervision.Actor, action supervision.Action) string {
	b.t.Helper()
	order, err := b.Service.Order(b.ctx, id, actor)
	require.NoError(b.t, err)
	records, err := b.Service.Records(b.ctx, id, actor, 0, supervision.MaxPage)
	require.NoError(b.t, err)
	require.Len(b.t, records, int(order.Version), "a view has no gap")
	list, err := b.Service.Search(b.ctx, actor, supervision.Query{})
	require.NoError(b.t, err)
	page, err := b.Service.SearchWhole(b.ctx, actor, supervision.Query{})
	require.NoError(b.t, err)
	dry, err := b.Service.Do(b.ctx, id, actor, action, service.DryRun())
	require.NoError(b.t, err)
	done, err := b.Service.Do(b.ctx, id, actor, action, service.WithKey("k-"+actor.ID))
	require.NoError(b.t, err)
	repeated, err := b.Service.Do(b.ctx, id, actor, action, service.WithKey("k-"+actor.ID))
	require.NoError(b.t, err)
	require.True(b.t, repeated.Repeated)
	text, err := json.Marshal([]any{order, records, list, page, dry, done, repeated})
	require.NoError(b.t, err)
	return string(text)
}

func TestR34_TheServiceHandsOutViews(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Frozen)
	b.do(order.ID, mia, supervision.AddNote{
		Text: secret, Attachments: []supervision.Attachment{{Name: secret, Ref: secret}},
	}, service.WithKey("k-mia"))
	ruling := resume
	ruling.ResumeAt = supervision.AwaitingDelivery
	b.do(order.ID, mia, ruling)
	for _, party := range []struct {
		actor  supervision.Actor
		action supervision.Action
	}{{ben, remind}, {sue, report}} {
		assert.NotContains(t, b.handed(order.ID, party.actor, party.action), secret)
		records, err := b.Service.Records(t.Context(), order.ID, party.actor, 0, supervision.MaxPage)
		require.NoError(t, err)
		for _, r := range records {
			assert.True(t, r.Key == "" || r.Actor == party.actor, "record %d shows %s's key to %s", r.Seq, r.Actor,
				party.actor)
		}
	}
	managers, err := b.Service.Order(t.Context(), order.ID, supervision.Manager("max"))
	require.NoError(t, err)
	assert.Equal(t, secret, managers.Appeal.Notes[0].Text)
	b.whole(order.ID)
}

// careless is a store that finds what it was not asked for, and has what cannot
// be read.
type careless struct {
	*unreadables
	orders []string
}

func (c *careless) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	filter.Buyers, filter.Sellers = nil, nil
	list, err := c.Store.Search(ctx, filter)
	for i, found := range list {
		if slices.Contains(c.orders, found.ID) && filter.Whole {
			list[i] = service.Found{Position: found.Position, Err: unreadable(found.ID, 0)}
		}
	}
	return list, err
}

// R22: whatever a store finds, a party is shown its own orders only; and one
// that cannot be read is named on a page of whole ones, and listed on any other.
func TestR22_AStoreThatFindsTooMuchShowsNothing(t *testing.T) {
	store := &careless{unreadables: &unreadables{Store: memory.New()}}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	b.Clock.Set(bought)
	b.open("o-1")
	b.open("o-2")
	b.open("o-3")
	for _, actor := range []supervision.Actor{otherBuyer, otherSeller} {
		page, err := b.Service.Search(t.Context(), actor, supervision.Query{})
		require.NoError(t, err)
		assert.Empty(t, page.Orders)
		whole, err := b.Service.SearchWhole(t.Context(), actor, supervision.Query{})
		require.NoError(t, err)
		assert.Empty(t, whole.Orders)
	}
	store.orders = []string{"o-2", "o-3"}
	page, err := b.Service.Search(t.Context(), ben, supervision.Query{})
	require.NoError(t, err)
	assert.Len(t, page.Orders, 3)
	whole, err := b.Service.SearchWhole(t.Context(), mia, supervision.Query{})
	require.NoError(t, err)
	require.Len(t, whole.Orders, 1)
	assert.Equal(t, "o-1", whole.Orders[0].ID)
	require.Len(t, whole.Unreadable, 2)
	assert.ElementsMatch(t, []string{"o-2", "o-3"},
		[]string{whole.Unreadable[0].Order, whole.Unreadable[1].Order})
}

// Records that cannot be read are named, and the others come with them.
func TestR21_RecordsThatCannotBeReadAreNamed(t *testing.T) {
	store := &unreadables{Store: memory.New()}
	b := &bench{supervisiontest.On(store), t, t.Context()}
	order := b.reach(supervision.AwaitingDelivery)
	store.ids = seqs(order.ID, 1, 2)
	records, err := b.Service.Records(t.Context(), order.ID, ben, 0, 0)
	require.ErrorContains(t, err, "record 1 of order")
	require.ErrorContains(t, err, "record 2 of order")
	require.Len(t, records, 1)
	assert.Equal(t, int64(3), records[0].Seq)
}
