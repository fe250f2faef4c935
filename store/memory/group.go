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
	blocks    []*block
	stretches []statusSets // of each blockSize blocks: the blocks that have orders of the status
	counts    [statusCount]int
}

// block is some of a group's orders, one after the other; never empty.
type block struct {
	number int // its place in the group
	seats  []entry[*seat]
	sets   statusSets
}

// seat is where a group lists a row. The group's lock guards block and i; the rest never changes.
type seat struct {
	group *group
	row   *row
	block *block
	i     int
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
func (g *group) add(s *seat, status supervision.Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, i := g.locate(s.row.place)
	if n == len(g.blocks) { // behind all others, as new orders are
		if n == 0 || len(g.blocks[n-1].seats) == blockSize {
			g.blocks = append(g.blocks, &block{number: n})
		} else {
			n--
		}
		i = len(g.blocks[n].seats)
	} else if len(g.blocks[n].seats) == blockSize {
		g.split(n)
		if i > blockSize/2 {
			n, i = n+1, i-blockSize/2
		}
	}
	b := g.blocks[n]
	b.seats = slices.Insert(b.seats, i, entry[*seat]{s.row.place, s})
	b.reseat(i)
	for of, set := range b.sets {
		below := set & (1<<i - 1)
		b.sets[of] = below | (set^below)<<1
	}
	g.count(s, status)
}

// split halves a full block.
func (g *group) split(n int) {
	const half = blockSize / 2
	left := g.blocks[n]
	right := &block{seats: slices.Clone(left.seats[half:])}
	clear(left.seats[half:])
	left.seats = left.seats[:half]
	for status, set := range left.sets {
		left.sets[status], right.sets[status] = set&(1<<half-1), set>>half
	}
	right.reseat(0)
	g.blocks = slices.Insert(g.blocks, n+1, right)
	for i, b := range g.blocks[n:] { // rare: new orders come behind all others
		b.number = n + i
		for status := range b.sets {
			g.mark(b, supervision.Status(status))
		}
	}
}

// reseat tells the seats from i on where they are.
func (b *block) reseat(i int) {
	for ; i < len(b.seats); i++ {
		s := b.seats[i].value
		s.block, s.i = b, i
	}
}

// mark notes whether a block has orders of a status.
func (g *group) mark(b *block, status supervision.Status) {
	for b.number/blockSize >= len(g.stretches) {
		g.stretches = append(g.stretches, statusSets{})
	}
	stretch, bit := &g.stretches[b.number/blockSize], uint64(1)<<(b.number%blockSize)
	if stretch[status] &^= bit; b.sets[status] != 0 {
		stretch[status] |= bit
	}
}

// move notes that a row has another status than before.
func (g *group) move(s *seat, before, now supervision.Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if int(before) < statusCount {
		s.block.sets[before] &^= 1 << s.i
		g.counts[before]--
		g.mark(s.block, before)
	}
	g.count(s, now)
}

func (g *group) count(s *seat, status supervision.Status) {
	if int(status) < statusCount {
		s.block.sets[status] |= 1 << s.i
		g.counts[status]++
		g.mark(s.block, status)
	}
}

// locate returns the place of the first row that is not before p.
func (g *group) locate(p supervision.Position) (n, i int) {
	n = sort.Search(len(g.blocks), func(n int) bool {
		seats := g.blocks[n].seats
		return seats[len(seats)-1].at.Compare(p) >= 0
	})
	if n < len(g.blocks) {
		i, _ = slices.BinarySearchFunc(g.blocks[n].seats, p, func(e entry[*seat], p supervision.Position) int { return e.at.Compare(p) })
	}
	return n, i
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
func (g *group) below(p supervision.Position, statuses []supervision.Status, batch []entry[*seat]) []entry[*seat] {
	g.mu.RLock()
	defer g.mu.RUnlock()
	n, i := g.locate(p)
	if n < len(g.blocks) {
		batch = g.blocks[n].collect(g.blocks[n].sets.union(statuses)&(1<<i-1), batch)
	}
	for n = g.before(n, statuses); n >= 0 && len(batch) < cap(batch); n = g.before(n, statuses) {
		batch = g.blocks[n].collect(g.blocks[n].sets.union(statuses), batch)
	}
	return batch
}

// before returns the last block before n that has orders of the statuses; -1 where there is none.
func (g *group) before(n int, statuses []supervision.Status) int {
	wanted := uint64(1)<<(n%blockSize) - 1
	for s := n / blockSize; s >= 0; s-- {
		if s < len(g.stretches) { // not so right behind a full one, or where no order has a status
			if set := g.stretches[s].union(statuses) & wanted; set != 0 {
				return s*blockSize + bits.Len64(set) - 1
			}
		}
		wanted = math.MaxUint64
	}
	return -1
}

// collect adds the rows of a set of a block to a batch, the last first, as far as it has room.
func (b *block) collect(set uint64, batch []entry[*seat]) []entry[*seat] {
	for set != 0 && len(batch) < cap(batch) {
		last := bits.Len64(set) - 1
		batch = append(batch, b.seats[last])
		set &^= 1 << last
	}
	return batch
}
