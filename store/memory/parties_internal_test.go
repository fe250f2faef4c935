package memory

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// A party's page looks at that party's orders only: one that is on no list is
// found among all, and nowhere else.
func TestAPartysPageLooksAtItsOrdersOnly(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s := New()
	opening := supervision.Opening{ID: "R1", Product: "crm", Buyer: "ben", Seller: "sue"}
	order, record, err := supervision.Open(opening, at)
	require.NoError(t, err)
	require.NoError(t, s.Create(t.Context(), service.Change{Order: order, Records: []supervision.Record{record}}))
	unlisted := s.orders["R1"]
	unlisted.order.ID, unlisted.listing.ID = "R2", "R2"
	s.orders["R2"] = unlisted

	for name, c := range map[string]struct {
		of   supervision.Criteria
		want []string
	}{
		"all":                     {supervision.Criteria{}, []string{"R2", "R1"}},
		"a buyer's":               {supervision.Criteria{Buyers: []string{"ben"}}, []string{"R1"}},
		"a seller's":              {supervision.Criteria{Sellers: []string{"sue"}}, []string{"R1"}},
		"another's":               {supervision.Criteria{Buyers: []string{"sue"}}, nil},
		"several buyers', as all": {supervision.Criteria{Buyers: []string{"ben", "bea"}}, []string{"R2", "R1"}},
		"a seller's with some buyers'": {supervision.Criteria{Buyers: []string{"ben", "bea"}, Sellers: []string{"sue"}},
			[]string{"R1"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := s.Search(t.Context(), supervision.Filter{Criteria: c.of, At: at, Limit: 10})
			require.NoError(t, err)
			var ids []string
			for _, f := range found {
				ids = append(ids, f.ID)
			}
			require.Equal(t, c.want, ids)
		})
	}
	for id := range s.orders {
		_, err := s.Remove(t.Context(), id, 1)
		require.NoError(t, err)
	}
	require.Equal(t, map[string]map[string]bool{"ben": {}, "sue": {}}, s.parties, "nothing stays on a list")
}
