package service_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/schema"
	"github.com/koogallery/serviceflow/supervision/service"
)

// An event is news to those who see the order and have not made it themselves,
// unless all that was said is hidden from them (R22, R34).
func TestR34_AnEventIsNewsToWhomItIsShown(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.Frozen)
	ruling := resume
	ruling.ResumeAt = supervision.AwaitingDelivery
	jane := sue
	jane.User = "jane"                                                  // what she does is no news to her colleagues
	namesake, host := supervision.Manager(ben.ID), supervision.System() // roles tell namesakes apart
	everybody := []supervision.Actor{ben, sue, otherBuyer, otherSeller, mia, namesake, host}
	for _, c := range []struct {
		by     supervision.Actor
		action supervision.Action
		news   []supervision.Actor
	}{
		{mia, supervision.AddNote{Text: secret}, []supervision.Actor{namesake, host}},
		{mia, supervision.AddNote{Text: "For all.", Shared: true}, []supervision.Actor{ben, sue, namesake, host}},
		{mia, ruling, []supervision.Actor{ben, sue, namesake, host}},
		{jane, report, []supervision.Actor{ben, mia, namesake, host}},
		{ben, remind, []supervision.Actor{sue, mia, namesake, host}},
	} {
		b.do(order.ID, c.by, c.action)
		var got service.Event
		b.drain(func(_ context.Context, e service.Event) error { got = e; return nil })
		for _, reader := range everybody {
			seen, news := got.For(reader)
			assert.Equal(t, slices.Contains(c.news, reader), news, "%s for %v", c.action.Operation(), reader)
			text, err := json.Marshal([]any{seen.Record.Action, seen.Order.Appeal})
			require.NoError(t, err)
			if reader.Role == supervision.RoleBuyer || reader.Role == supervision.RoleSeller {
				assert.NotContains(t, string(text), secret)
			}
			if news {
				assert.Equal(t, got.Order.Version, seen.Order.Version)
				assert.Equal(t, got.ID, seen.Record.ID())
			}
		}
	}
}

// Of an order that has become another's, its new party hears and its old one
// does not (R31); what the order was then is not the new one's to see.
func TestR31_AnEventIsForThePartiesOfNow(t *testing.T) {
	b := newBench(t)
	order := b.reach(supervision.AwaitingDelivery)
	event := service.Event{ID: supervision.RecordID{Order: order.ID, Seq: order.Version}, Order: order,
		Record: b.records(order.ID)[order.Version-1], Buyer: otherBuyer.ID, Seller: sue.ID}
	_, news := event.For(ben)
	assert.False(t, news)
	seen, news := event.For(otherBuyer)
	assert.True(t, news)
	assert.Zero(t, seen.Order)
}

// A notice is news to the roles that it is for, and tells each nothing else
// (R33).
func TestR33_ANoticeIsNewsToItsRoles(t *testing.T) {
	late := supervision.Notice{Deadline: supervision.Deadline{Kind: supervision.DeadlineRulingOverdue}, Due: bought}
	again := supervision.Notice{Deadline: supervision.Deadline{Kind: supervision.DeadlineReminder}, Due: bought}
	event := service.Event{ID: supervision.NoticeID("o-1", bought), Buyer: ben.ID, Seller: sue.ID,
		Notices: []supervision.Notice{late, again}}
	for reader, want := range map[supervision.Actor][]supervision.Notice{ben: {again}, sue: {}, mia: {late},
		otherBuyer: nil} {
		seen, news := event.For(reader)
		assert.Equal(t, len(want) > 0, news, reader)
		assert.Equal(t, want, seen.Notices)
	}
	assert.Len(t, event.Notices, 2, "the event is left as it is")
}

// What is put into a broker comes out of it as it was.
func TestEvent_JSON(t *testing.T) {
	b := newBench(t)
	b.notices("o-1")
	b.Clock.Add(day)
	_, err := b.Service.Notice(b.ctx)
	require.NoError(t, err)
	members := make(map[string]int)
	b.drain(func(_ context.Context, e service.Event) error {
		written, err := json.Marshal(e)
		require.NoError(t, err)
		var read service.Event
		require.NoError(t, json.Unmarshal(written, &read))
		assert.Equal(t, e, read)
		var object map[string]any
		require.NoError(t, json.Unmarshal(written, &object))
		assert.Empty(t, schema.Misfits(schema.Of[service.Event](), object))
		for key := range object {
			members[key]++
		}
		return nil
	})
	assert.Equal(t, map[string]int{"id": 2, "record": 1, "notices": 1, "buyer": 2, "seller": 2, "product": 2,
		"order": 2, "attempt": 2}, members)
}
