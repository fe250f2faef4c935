package memory

import (
	"iter"
	"slices"
	"sort"

	"github.com/koogallery/serviceflow/supervision"
)

// sorted is a list of values in the order of their positions, each position once. It is kept in chunks, so that finding a place is a binary
// search and a change moves the entries of one chunk only. The zero value is empty. It does not lock.
type sorted[V any] struct {
	chunks [][]entry[V] // none is empty
	size   int
}

type entry[V any] struct {
	at    supervision.Position
	value V
}

// chunkSize is the most entries of a chunk: few enough to move, enough to keep the chunks few.
const chunkSize = 256

// locate returns the place of the first entry that is not before p, and whether it is at p.
func (s *sorted[V]) locate(p supervision.Position) (chunk, i int, found bool) {
	chunk = sort.Search(len(s.chunks), func(c int) bool {
		last := len(s.chunks[c]) - 1
		return s.chunks[c][last].at.Compare(p) >= 0
	})
	if chunk == len(s.chunks) {
		return chunk, 0, false
	}
	i, found = slices.BinarySearchFunc(s.chunks[chunk], p, func(e entry[V], p supervision.Position) int { return e.at.Compare(p) })
	return chunk, i, found
}

// put sets the value at a position.
func (s *sorted[V]) put(p supervision.Position, value V) {
	c, i, found := s.locate(p)
	if found {
		s.chunks[c][i].value = value
		return
	}
	s.size++
	if c == len(s.chunks) { // behind all others, as new orders are
		if c == 0 || len(s.chunks[c-1]) == chunkSize {
			s.chunks = append(s.chunks, []entry[V]{{p, value}})
			return
		}
		c--
		i = len(s.chunks[c])
	}
	s.chunks[c] = slices.Insert(s.chunks[c], i, entry[V]{p, value})
	if len(s.chunks[c]) > chunkSize {
		s.split(c)
	}
}

func (s *sorted[V]) split(c int) {
	left, right := s.chunks[c][:chunkSize/2], s.chunks[c][chunkSize/2:]
	s.chunks = slices.Insert(s.chunks, c+1, slices.Clone(right))
	s.chunks[c] = left
	clear(right)
}

// remove takes the entry at a position out, if there is one.
func (s *sorted[V]) remove(p supervision.Position) {
	c, i, found := s.locate(p)
	if !found {
		return
	}
	s.size--
	s.chunks[c] = slices.Delete(s.chunks[c], i, i+1)
	if len(s.chunks[c]) == 0 {
		s.chunks = slices.Delete(s.chunks, c, c+1)
		return
	}
	left := max(c-1, 0) // the pair that ends with what became shorter
	if right := left + 1; right < len(s.chunks) && len(s.chunks[left])+len(s.chunks[right]) <= chunkSize/2 {
		s.chunks[left] = append(s.chunks[left], s.chunks[right]...)
		s.chunks = slices.Delete(s.chunks, right, right+1)
	}
}

// above walks upwards from behind p.
func (s *sorted[V]) above(p supervision.Position) iter.Seq2[supervision.Position, V] {
	return func(yield func(supervision.Position, V) bool) {
		c, i, found := s.locate(p)
		if found {
			i++
		}
		for ; c < len(s.chunks); c, i = c+1, 0 {
			for ; i < len(s.chunks[c]); i++ {
				if e := s.chunks[c][i]; !yield(e.at, e.value) {
					return
				}
			}
		}
	}
}
