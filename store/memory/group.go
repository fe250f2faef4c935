package memory

import (
	"math"
	"math/bits"
	"slices"
	"sort"
	"sync"

	"github.com/koogallery/serviceflow/supervision"
)

// group lists orders that have something in common, such as their buyer, by their opening. That never changes, so an order stays where it is:
// only which of the sets of its block it belongs to changes with its status.
type group struct {
	mu        sync.RWMutex
	blocks    [][]entry[*row] // none is empty
	sets      []statusSets    // of each block: its orders
	stretches []statusSets    // of each blockSize blocks: the blocks that have orders of the status
	counts    [statusCount]int
}

const (
	blockSize   = 64
	statusCount = int(supervision.Canceled) + 1
)

// statusSets says for each stored status who has it, the first in the lowest bit. What has a status that does not exist is in none.
type statusSets [statusCount]uint64

// union is the set of those that have one of the statuses.
func (s *statusSets) union(statuses []supervision.Status) (set uint64) {
	for _, status := range statuses {
		set |= s[status]
	}
	return set
}

// add lists a new row.
func (g *group) add(r *row, p supervision.Position, status supervision.Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, i := g.locate(p)
	if b == len(g.blocks) { // behind all others, as new orders are
		if b == 0 || len(g.blocks[b-1]) == blockSize {
			g.blocks, g.sets = append(g.blocks, nil), append(g.sets, statusSets{})
		} else {
			b--
		}
		i = len(g.blocks[b])
	} else if len(g.blocks[b]) == blockSize {
		g.split(b)
		if i > blockSize/2 {
			b, i = b+1, i-blockSize/2
		}
	}
	g.blocks[b] = slices.Insert(g.blocks[b], i, entry[*row]{p, r})
	for of, set := range g.sets[b] {
		below := set & (1<<i - 1)
		g.sets[b][of] = below | (set^below)<<1
	}
	g.count(b, i, status)
	g.mark(b)
}

// split halves a full block.
func (g *group) split(b int) {
	const half = blockSize / 2
	g.blocks = slices.Insert(g.blocks, b+1, slices.Clone(g.blocks[b][half:]))
	clear(g.blocks[b][half:])
	g.blocks[b] = g.blocks[b][:half]
	g.sets = slices.Insert(g.sets, b+1, statusSets{})
	for status, set := range g.sets[b] {
		g.sets[b][status], g.sets[b+1][status] = set&(1<<half-1), set>>half
	}
	for moved := b; moved < len(g.sets); moved++ { // rare: new orders come behind all others
		g.mark(moved)
	}
}

// mark notes which statuses a block has orders of.
func (g *group) mark(b int) {
	if b/blockSize == len(g.stretches) {
		g.stretches = append(g.stretches, statusSets{})
	}
	stretch, bit := &g.stretches[b/blockSize], uint64(1)<<(b%blockSize)
	for status, set := range g.sets[b] {
		if stretch[status] &^= bit; set != 0 {
			stretch[status] |= bit
		}
	}
}

// move notes that the row at a place has another status than before.
func (g *group) move(p supervision.Position, before, now supervision.Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, i := g.locate(p)
	if int(before) < statusCount {
		g.sets[b][before] &^= 1 << i
		g.counts[before]--
	}
	g.count(b, i, now)
	g.mark(b)
}

func (g *group) count(b, i int, status supervision.Status) {
	if int(status) < statusCount {
		g.sets[b][status] |= 1 << i
		g.counts[status]++
	}
}

// locate returns the place of the first row that is not before p.
func (g *group) locate(p supervision.Position) (block, i int) {
	block = sort.Search(len(g.blocks), func(b int) bool {
		return g.blocks[b][len(g.blocks[b])-1].at.Compare(p) >= 0
	})
	if block < len(g.blocks) {
		i, _ = slices.BinarySearchFunc(g.blocks[block], p, func(e entry[*row], p supervision.Position) int { return e.at.Compare(p) })
	}
	return block, i
}

// size counts the orders that have one of the statuses.
func (g *group) size(statuses []supervision.Status) (n int) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, status := range statuses {
		n += g.counts[status]
	}
	return n
}

// below fills batch up to its capacity with orders of the statuses that were opened before a position, newest first.
func (g *group) below(p supervision.Position, statuses []supervision.Status, batch []entry[*row]) []entry[*row] {
	g.mu.RLock()
	defer g.mu.RUnlock()
	b, i := g.locate(p)
	if b < len(g.blocks) {
		batch = g.collect(b, g.sets[b].union(statuses)&(1<<i-1), batch)
	}
	for b = g.before(b, statuses); b >= 0 && len(batch) < cap(batch); b = g.before(b, statuses) {
		batch = g.collect(b, g.sets[b].union(statuses), batch)
	}
	return batch
}

// before returns the last block before b that has orders of the statuses; -1 where there is none.
func (g *group) before(b int, statuses []supervision.Status) int {
	wanted := uint64(1)<<(b%blockSize) - 1
	for s := b / blockSize; s >= 0; s-- {
		if s < len(g.stretches) { // not so right behind a full one
			if set := g.stretches[s].union(statuses) & wanted; set != 0 {
				return s*blockSize + bits.Len64(set) - 1
			}
		}
		wanted = math.MaxUint64
	}
	return -1
}

// collect adds the rows of a set of a block to a batch, the last first, as far as it has room.
func (g *group) collect(b int, set uint64, batch []entry[*row]) []entry[*row] {
	for set != 0 && len(batch) < cap(batch) {
		last := bits.Len64(set) - 1
		batch = append(batch, g.blocks[b][last])
		set &^= 1 << last
	}
	return batch
}
