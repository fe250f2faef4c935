package service_test

import (
	"context"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// looks are the ways to be shown an order; each returns the status it shows.
var looks = map[string]func(b *bench) supervision.Status{
	"Order": func(b *bench) supervision.Status { return b.order("order-1").Status },
	"Records": func(b *bench) supervision.Status {
		records := b.records("order-1")
		return records[len(records)-1].To
	},
	"Do, refused": func(b *bench) supervision.Status {
		var refusal *supervision.Refusal
		require.ErrorAs(b.t, b.refuse("order-1", ben, rejectProduct), &refusal)
		return refusal.Status
	},
	"Do, at another version": func(b *bench) supervision.Status {
		require.ErrorIs(b.t, b.refuse("order-1", mia, supervision.Intervene{Reason: "Fraud."}, service.IfVersion(4)),
			service.ErrStale)
		return supervision.Accepted
	},
	"Do, dry": func(b *bench) supervision.Status {
		return b.do("order-1", mia, supervision.Intervene{Reason: "Fraud."}, service.DryRun()).FrozenFrom
	},
	"Do, repeated": func(b *bench) supervision.Status {
		return b.do("order-1", sue, deliver, service.WithKey("delivered")).Status
	},
	"Open again": func(b *bench) supervision.Status {
		again := supervision.Opening{ID: "order-1", Product: "p-1", Buyer: ben.ID, Seller: sue.ID}
		order, err := b.Service.Open(b.ctx, again)
		require.NoError(b.t, err)
		return order.Status
	},
}

// untouched is a delivery that time has just accepted, and a host whose clock
// is a second slow.
func untouched(t *testing.T) (b *bench, slow *service.Service) {
	b = newBench(t, service.WithPolicy(autoAccepting()))
	b.reach(supervision.AwaitingDelivery)
	b.do("order-1", sue, deliver, service.WithKey("delivered"))
	b.Clock.Add(10 * day)
	behind := clock.NewMock()
	behind.Set(b.Clock.Now().Add(-time.Second))
	slow, err := service.New(b.Store, service.WithClock(behind), service.WithPolicy(autoAccepting()))
	require.NoError(t, err)
	return b, slow
}

// Whoever was shown that time has accepted a delivery is right: a host whose
// clock is slow cannot reject it any more.
func TestR02_WhatWasShownIsNotUndoneByASlowClock(t *testing.T) {
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			b, slow := untouched(t)
			require.Equal(t, supervision.Accepted, look(b))
			_, err := slow.Do(b.ctx, "order-1", ben, rejectProduct)
			require.ErrorIs(t, err, supervision.ErrRefused)
			assert.Equal(t, supervision.Accepted, b.order("order-1").Status)
			b.whole("order-1")
			assert.Equal(t, int(b.stored("order-1").Version), b.drain(new(inbox).publish), "all of it is relayed")
		})
	}
	b, slow := untouched(t)
	_, err := slow.Do(b.ctx, "order-1", ben, rejectProduct)
	assert.NoError(t, err, "nobody was shown anything: by its clock it came in time")
}

// Nor can a command that was decided in time and is stored only now.
func TestR02_WhatWasShownIsNotUndoneByASlowSave(t *testing.T) {
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			b, slow := untouched(t)
			looked := false
			b.Store.OnCall(func(m supervisiontest.Method) {
				if m == supervisiontest.Save && !looked {
					looked = true
					require.Equal(t, supervision.Accepted, look(b))
				}
			})
			_, err := slow.Do(b.ctx, "order-1", ben, rejectProduct)
			require.ErrorIs(t, err, supervision.ErrRefused)
			assert.True(t, looked)
			b.Store.Repair()
			assert.Equal(t, supervision.Accepted, b.order("order-1").Status)
			b.whole("order-1")
		})
	}
}

// What cannot be stored is not shown.
func TestR02_NothingIsShownThatIsNotStored(t *testing.T) {
	for name, call := range map[string]func(b *bench) error{
		"Order":   func(b *bench) error { _, err := b.Service.Order(b.ctx, "order-1", ben); return err },
		"Records": func(b *bench) error { _, err := b.Service.Records(b.ctx, "order-1", ben, 0, 0); return err },
		"Do":      func(b *bench) error { return b.refuse("order-1", ben, rejectProduct) },
	} {
		b, _ := untouched(t)
		b.Store.FailOn(supervisiontest.Failure{On: []supervisiontest.Method{supervisiontest.Save}})
		require.ErrorIs(t, call(b), supervisiontest.ErrInjected, name)
		ctx, cancel := context.WithCancel(b.ctx)
		b.Store.Repair()
		b.Store.OnCall(func(m supervisiontest.Method) {
			if m == supervisiontest.Save {
				cancel()
			}
		})
		_, err := b.Service.Order(ctx, "order-1", ben)
		require.ErrorIs(t, err, context.Canceled, name)
		b.Store.Repair()
		b.whole("order-1")
	}
}

// A reader that is overtaken looks again.
func TestR02_AReaderThatIsOvertakenLooksAgain(t *testing.T) {
	b, slow := untouched(t)
	overtaken := false
	b.Store.OnCall(func(m supervisiontest.Method) {
		if m == supervisiontest.Save && !overtaken {
			overtaken = true
			_, err := slow.Do(b.ctx, "order-1", ben, rejectProduct)
			require.NoError(t, err)
		}
	})
	assert.Equal(t, supervision.AwaitingDelivery, b.order("order-1").Status)
	assert.True(t, overtaken)
	b.whole("order-1")
}
