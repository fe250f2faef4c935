package service_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
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
