package service

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// A host may run for as long as it likes: what it remembers has a bound. Up to
// that nothing is forgotten, or whoever comes in turns would be remembered for
// nothing.

func TestRelay_RemembersABoundedNumberOfLongHistories(t *testing.T) {
	var orders rebuiltOrders
	claim := func(i int) *Claimed {
		return &Claimed{Waiting: Waiting{RecordID: supervision.RecordID{Order: fmt.Sprintf("o-%d", i)}}}
	}
	for i := range 200 {
		orders.put(rebuilt{order: supervision.Order{ID: fmt.Sprintf("o-%d", i), Version: longHistory}})
		require.LessOrEqual(t, len(orders.held), 64)
		require.Equal(t, int64(longHistory), orders.get(claim(i)).order.Version)
		if i == 63 {
			require.Equal(t, int64(longHistory), orders.get(claim(0)).order.Version, "that of 64 orders in turns")
		}
	}
	orders.put(rebuilt{order: supervision.Order{ID: "o-1", Version: longHistory + 1}})
	orders.put(rebuilt{order: supervision.Order{ID: "o-1", Version: longHistory}})
	require.Equal(t, int64(longHistory), orders.get(claim(1)).order.Version,
		"where it was last: a history that is relayed anew goes on from there")
	orders.put(rebuilt{order: supervision.Order{ID: "o-short", Version: 99}})
	_, held := orders.held["o-short"]
	require.False(t, held, "it is soon replayed, and can be as large")
}

func TestTemplates_RememberABoundedNumberOfForms(t *testing.T) {
	var cache templateCache
	id := func(i int) supervision.TemplateID { return supervision.TemplateID{Seller: "sue", Version: i} }
	form := new(template.Form)
	for i := range 3000 {
		cache.put(id(i), form)
		require.LessOrEqual(t, len(cache.held), 1000)
		require.Same(t, form, cache.get(id(i)))
		if i == 999 {
			require.Same(t, form, cache.get(id(0)), "1,000 forms in turns")
		}
	}
}

// However often a record has failed, it is tried again within the longest wait.
func TestRelay_TheBackOffIsBounded(t *testing.T) {
	s := &Service{retryFirst: time.Second, retryMost: time.Hour}
	for attempts, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 12: 2048 * time.Second,
		13: time.Hour, 64: time.Hour, 1000: time.Hour} {
		require.Equal(t, want, s.backOff(attempts), "%d attempts", attempts)
	}
}
