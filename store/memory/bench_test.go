package memory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
)

// BenchmarkPage reads the newest page of a buyer that has 50 of n orders, of all orders, and of the managers' queue: none
// should depend on n.
func BenchmarkPage(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		store := memory.New()
		for i := range n {
			opening := supervision.Opening{ID: fmt.Sprint(i), Product: fmt.Sprint(i % 100), Buyer: fmt.Sprint(i % (n / 50)), Seller: fmt.Sprint(i % 1000)}
			order, record, err := supervision.Open(opening, day0.Add(time.Duration(i)*time.Second))
			require.NoError(b, err)
			require.NoError(b, store.Create(ctx, supervision.Change{Order: order, Records: []supervision.Record{record}}))
		}
		for name, criteria := range map[string]supervision.Criteria{
			"buyer": {Buyer: "7"}, "all": {}, "queue": {Turn: supervision.RoleManager},
		} {
			filter := supervision.Filter{Criteria: criteria, At: day0, Limit: 21}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					_, err := store.Search(ctx, filter)
					require.NoError(b, err)
				}
			})
		}
	}
}
