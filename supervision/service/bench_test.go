package service_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// bench is a service of ben's and sue's orders.
type bench struct {
	*supervisiontest.Env
	t   testing.TB
	ctx context.Context
}

func newBench(t testing.TB, options ...service.Option) *bench {
	b := &bench{supervisiontest.New(options...), t, t.Context()}
	b.Clock.Set(bought)
	return b
}

// open opens the story's order under an id.
func (b *bench) open(id string) supervision.Order {
	b.t.Helper()
	opening := anOpening(supervision.Policy{})
	opening.ID = id
	order, err := b.Service.Open(b.ctx, opening)
	require.NoError(b.t, err)
	return order
}

// reach drives a new order to a status.
func (b *bench) reach(status supervision.Status) supervision.Order {
	b.t.Helper()
	order, err := b.Reach(b.ctx, supervision.Opening{Product: "p-1", Buyer: ben.ID, Seller: sue.ID}, status)
	require.NoError(b.t, err)
	return order
}

func (b *bench) do(id string, actor supervision.Actor, action supervision.Action,
	options ...service.DoOption) supervision.Order {
	b.t.Helper()
	result, err := b.Service.Do(b.ctx, id, actor, action, options...)
	require.NoError(b.t, err)
	return result.Order
}

// refuse attempts what has to fail.
func (b *bench) refuse(id string, actor supervision.Actor, action supervision.Action,
	options ...service.DoOption) error {
	b.t.Helper()
	result, err := b.Service.Do(b.ctx, id, actor, action, options...)
	require.Error(b.t, err)
	require.Zero(b.t, result)
	return err
}

// stored is an order as the store has it, unsettled.
func (b *bench) stored(id string) supervision.Order {
	b.t.Helper()
	order, _, err := b.Store.Load(b.ctx, id, "")
	require.NoError(b.t, err)
	return order
}

func (b *bench) order(id string) supervision.Order {
	b.t.Helper()
	order, err := b.Service.Order(b.ctx, id, mia)
	require.NoError(b.t, err)
	return order
}

func (b *bench) records(id string) []supervision.Record {
	b.t.Helper()
	records, err := b.Service.Records(b.ctx, id, supervision.System(), 0, supervision.MaxPage)
	require.NoError(b.t, err)
	return records
}

// whole checks that an order is stored whole (R21).
func (b *bench) whole(id string) {
	b.t.Helper()
	_, err := supervisiontest.Whole(b.ctx, b.Store, id)
	require.NoError(b.t, err)
}

// invalid checks an error that names exactly these fields.
func invalid(t testing.TB, err error, fields ...string) {
	t.Helper()
	require.ErrorIs(t, err, supervision.ErrInvalid)
	var faulty *supervision.InvalidError
	require.ErrorAs(t, err, &faulty)
	var named []string
	for _, f := range faulty.Faults {
		named = append(named, f.Field)
	}
	require.Equal(t, fields, named)
}
