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
	const size = 12_000 // more blocks than a stretch has
	var g group
	var model []supervision.Listing
	seats := make(map[supervision.Position]*seat)
	status := func() supervision.Status {
		const rare = supervision.Frozen // so that most blocks have none
		if s := supervision.Status(random.IntN(statusCount + 2)); s != rare || random.IntN(100) == 0 {
			return s
		}
		return supervision.Accepted
	}
	for added, n := range random.Perm(size) {
		l := supervision.Listing{ID: at(n).ID, OpenedAt: at(n).At, Status: status()}
		seats[l.Position()] = sit(&g, l.Position(), l.Status)
		i, _ := slices.BinarySearchFunc(model, l.Position(), byPosition)
		model = slices.Insert(model, i, l)
		for range 3 {
			i := random.IntN(len(model))
			before := model[i].Status
			model[i].Status = status()
			g.move(seats[model[i].Position()], before, model[i].Status)
		}
		if added%400 == 0 || added == size-1 {
			findsTheSame(t, &g, model, at(random.IntN(size)))
		}
	}
}

// sit lists a row at a position.
func sit(g *group, p supervision.Position, status supervision.Status) *seat {
	s := &seat{group: g, row: &row{place: p}}
	g.add(s, status)
	return s
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
		for _, e := range g.below(p, statuses, make([]entry[*seat], 0, batchSize)) {
			found = append(found, e.at)
		}
		require.Equal(t, below, found)
	}
}

// TestGroupKnowsItsEmptyBlocks: what has no orders of a status any more is stepped over.
func TestGroupKnowsItsEmptyBlocks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var g group
	seats := make([]*seat, 150*blockSize)
	for _, n := range random.Perm(len(seats)) {
		seats[n] = sit(&g, at(n), supervision.AwaitingRequest)
	}
	for _, s := range seats[:140*blockSize] {
		g.move(s, supervision.AwaitingRequest, supervision.Completed)
	}
	require.Len(t, g.stretches, (len(g.blocks)+blockSize-1)/blockSize)
	for _, s := range seats {
		require.Same(t, s, s.block.seats[s.i].value)
	}
	for n, b := range g.blocks {
		require.Equal(t, n, b.number)
		for status, set := range b.sets {
			marked := g.stretches[n/blockSize][status]>>(n%blockSize)&1 == 1
			require.Equal(t, set != 0, marked, "block %d, status %d", n, status)
		}
	}
}

// TestGroupOfOrdersInTurnFillsItsBlocks: new orders come behind all others.
func TestGroupOfOrdersInTurnFillsItsBlocks(t *testing.T) {
	var g group
	for n := range 10 * blockSize {
		sit(&g, at(n), supervision.Accepted)
	}
	require.Len(t, g.blocks, 10)
}
