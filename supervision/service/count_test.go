package service_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/supervisiontest"
)

// R22: a party counts its own orders, whatever it asks for.
func TestR22_CountCountsAPartysOwnOrders(t *testing.T) {
	b := newBench(t)
	b.open("o-1")
	b.open("o-2")
	b.reach(supervision.AwaitingDelivery)
	tabs := make([]supervision.Criteria, 3)
	tabs[1].Turn = supervision.RoleBuyer
	tabs[2].Buyers = []string{otherBuyer.ID}
	for _, c := range []struct {
		actor supervision.Actor
		want  []int
	}{{ben, []int{3, 2, 0}}, {otherBuyer, []int{0, 0, 0}}, {mia, []int{3, 2, 0}}} {
		b.Store.Repair()
		counts, err := b.Service.Count(t.Context(), c.actor, tabs...)
		require.NoError(t, err)
		for i, want := range c.want {
			assert.Equal(t, service.Count{Orders: want}, counts[i], "%s, tab %d", c.actor, i)
		}
		assert.Equal(t, []supervisiontest.Method{supervisiontest.Count}, b.Store.Calls(), "one round trip")
	}
	b.Store.Repair()
	counts, err := b.Service.Count(t.Context(), ben, tabs[2])
	require.NoError(t, err)
	assert.Equal(t, []service.Count{{}}, counts)
	counts, err = b.Service.Count(t.Context(), ben)
	require.NoError(t, err)
	assert.Empty(t, counts)
	assert.Empty(t, b.Store.Calls(), "what cannot be is not looked for")
}

func TestCount_CountsUpToAThousand(t *testing.T) {
	b := newBench(t)
	var changes []service.Change
	for i := range 1001 {
		opening := supervision.Opening{ID: fmt.Sprint("o-", i), Product: "p-1", Buyer: ben.ID, Seller: sue.ID}
		if i == 0 {
			opening.Product = "p-0"
		}
		order, record, err := supervision.Open(opening, bought)
		require.NoError(t, err)
		changes = append(changes, service.Change{Order: order, Records: []supervision.Record{record}, Relay: true})
	}
	require.NoError(t, b.Store.Create(t.Context(), changes...))
	product := supervision.Criteria{Products: []string{"p-1"}}
	counts, err := b.Service.Count(t.Context(), ben, supervision.Criteria{}, product)
	require.NoError(t, err)
	assert.Equal(t, []service.Count{{Orders: 1000, More: true}, {Orders: 1000}}, counts)
	assert.Equal(t, "[1000+ 1000]", fmt.Sprint(counts))
	stats, err := b.Service.Stats(t.Context())
	require.NoError(t, err)
	assert.Equal(t, service.Count{Orders: 1000, More: true}, stats.Waiting)
}

func TestCount_FaultyCriteria(t *testing.T) {
	b := newBench(t)
	tabs := make([]supervision.Criteria, 20)
	tabs[1].Status, tabs[19].Buyers = "lost", []string{"\n"}
	_, err := b.Service.Count(t.Context(), mia, tabs...)
	invalid(t, err, "criteria[1].status", "criteria[19].buyer")
	tabs[0].Buyers = []string{otherBuyer.ID} // which none of a buyer's orders match
	_, err = b.Service.Count(t.Context(), ben, tabs[:2]...)
	invalid(t, err, "criteria[1].status")
	_, err = b.Service.Count(t.Context(), supervision.Actor{}, make([]supervision.Criteria, 21)...)
	invalid(t, err, "actor.role", "actor.id", "criteria")
	var faulty *supervision.InvalidError
	require.ErrorAs(t, err, &faulty)
	assert.Equal(t, supervision.Fault{Field: "criteria", Code: supervision.FaultTooMany, Max: "20",
		Message: "count for at most 20"}, faulty.Faults[2])
	assert.Empty(t, b.Store.Calls())
}
