package sqlstore

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// A count is led through the index that has what it asks for, and led nowhere
// where it names several ids.
func TestWhatLeadsACount(t *testing.T) {
	span := supervision.Span{From: monday, Before: monday.Add(time.Hour)}
	for column, c := range map[string]supervision.Criteria{
		"bought_at":     {Bought: span},
		"handle_by":     {Appeal: supervision.AppealOverdue},
		"buyer_appeal":  {Appeal: supervision.AppealOpenToBuyer},
		"seller_appeal": {Appeal: supervision.AppealOpenToSeller},
		"waiting_since": {SilentFor: time.Hour},
		"accepted_at":   {Accepted: span},
		"closed_at":     {Closed: span},
	} {
		_, leads, _ := strings.Cut(where{}.leading(supervision.Filter{Criteria: c}), " ORDER BY ")
		require.Equal(t, column+", id", leads)
		require.Equal(t, " ORDER BY due, id", where{due: true}.leading(supervision.Filter{Criteria: c}))
		c.Products = []string{"a", "b"}
		require.Empty(t, where{}.leading(supervision.Filter{Criteria: c}), column)
	}
}
