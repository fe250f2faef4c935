package memory

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// TestGroupAgreesWithASortedSlice adds orders in any order, changes their statuses, those that do not exist included, and compares what the
// group finds with what a plain slice holds.
func TestGroupAgreesWithASortedSlice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const size = 3000
	var g group
	var model []supervision.Listing
	status := func() supervision.Status { return supervision.Status(random.IntN(statusCount + 2)) }
	for added, n := range random.Perm(size) {
		l := supervision.Listing{ID: at(n).ID, OpenedAt: at(n).At, Status: status()}
		g.add(&row{}, l.Position(), l.Status)
		i, _ := slices.BinarySearchFunc(model, l.Position(), byPosition)
		model = slices.Insert(model, i, l)
		for range 3 {
			i := random.IntN(len(model))
			before := model[i].Status
			model[i].Status = status()
			g.move(model[i].Position(), before, model[i].Status)
		}
		if added%100 == 0 || added == size-1 {
			findsTheSame(t, &g, model, at(random.IntN(size)))
		}
	}
}

func byPosition(l supervision.Listing, p supervision.Position) int { return l.Position().Compare(p) }

func findsTheSame(t *testing.T, g *group, model []supervision.Listing, p supervision.Position) {
	t.Helper()
	for _, statuses := range [][]supervision.Status{nil, {supervision.Frozen}, {supervision.AwaitingRequest, supervision.Canceled}, supervision.Statuses()} {
		var below []supervision.Position
		size := 0
		for _, l := range slices.Backward(model) {
			if !slices.Contains(statuses, l.Status) {
				continue
			}
			size++
			if l.Position().Compare(p) < 0 && len(below) < batchSize {
				below = append(below, l.Position())
			}
		}
		require.Equal(t, size, g.size(statuses))
		var found []supervision.Position
		for _, e := range g.below(p, statuses, make([]entry[*row], 0, batchSize)) {
			found = append(found, e.at)
		}
		require.Equal(t, below, found)
	}
}

// TestGroupOfOrdersInTurnFillsItsBlocks: new orders come behind all others.
func TestGroupOfOrdersInTurnFillsItsBlocks(t *testing.T) {
	var g group
	for n := range 10 * blockSize {
		g.add(&row{}, at(n), supervision.Accepted)
	}
	require.Len(t, g.blocks, 10)
}
