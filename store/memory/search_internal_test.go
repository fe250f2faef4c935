package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// TestASearchOfAPartyLooksAtItsOrdersOnly among eight orders of two buyers and
// four sellers; "o-8" was the first buyer's before it was the second's.
func TestASearchOfAPartyLooksAtItsOrdersOnly(t *testing.T) {
	ctx, day0 := context.Background(), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := New()
	for i := range 8 {
		order, record, err := supervision.Open(supervision.Opening{
			ID: fmt.Sprintf("o-%d", i+1), Product: "p",
			Buyer: fmt.Sprintf("b-%d", 1+i/4), Seller: fmt.Sprintf("s-%d", 1+i/2),
		}, day0)
		require.NoError(t, err)
		change := service.Change{Order: order, Records: []supervision.Record{record}}
		if order.ID == "o-8" {
			change.Order.Buyer = "b-1"
		}
		require.NoError(t, s.Create(ctx, change))
		change.Before, change.Order.Buyer = 1, order.Buyer
		require.NoError(t, s.Save(ctx, change))
	}
	for _, question := range []struct {
		name     string
		criteria supervision.Criteria
		among    []string
	}{
		{"a buyer", supervision.Criteria{Buyer: "b-1"}, []string{"o-1", "o-2", "o-3", "o-4"}},
		{"a seller", supervision.Criteria{Seller: "s-4"}, []string{"o-7", "o-8"}},
		{"a buyer's orders of a seller", supervision.Criteria{Buyer: "b-2", Seller: "s-4"}, []string{"o-7", "o-8"}},
		{"a buyer nobody knows", supervision.Criteria{Buyer: "b-3", Seller: "s-1"}, nil},
		{"a buyer with a seller's ID", supervision.Criteria{Buyer: "s-1"}, nil},
		{"anybody", supervision.Criteria{}, []string{"o-1", "o-2", "o-3", "o-4", "o-5", "o-6", "o-7", "o-8"}},
	} {
		t.Run(question.name, func(t *testing.T) {
			among := s.among(supervision.Filter{Criteria: question.criteria})
			require.Equal(t, question.among, slices.Sorted(maps.Keys(among)))
		})
	}
}
