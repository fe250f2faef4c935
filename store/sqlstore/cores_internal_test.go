package sqlstore

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachIsDoneOnceOnAllCores(t *testing.T) {
	for _, n := range []int{0, 1, share - 1, share, 2 * share, 10*share + 1} {
		done := make([]atomic.Int32, n)
		onAllCores(n, func(i int) { done[i].Add(1) })
		for i := range done {
			require.EqualValues(t, 1, done[i].Load(), "%d of %d", i, n)
		}
	}
}
