package memory

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// at is a position of a few instants and ids, so that many are equal in one of the two.
func at(n int) supervision.Position {
	return supervision.Position{At: time.Unix(int64(n/7), 0).UTC(), ID: strconv.Itoa(n % 7)}
}

func upwards(s *sorted[int], p supervision.Position) (list []int) {
	for _, v := range s.above(p) {
		list = append(list, v)
	}
	return list
}

// TestSortedAgreesWithASortedSlice drives the list and a plain slice by the same random changes, growing and shrinking.
func TestSortedAgreesWithASortedSlice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var s sorted[int]
	var model []int
	for step := range 60_000 {
		n := random.IntN(5000)
		i, there := slices.BinarySearch(model, n)
		if grows := step/10_000%2 == 0; grows == (random.IntN(5) > 0) {
			s.put(at(n), n)
			if !there {
				model = slices.Insert(model, i, n)
			}
		} else {
			s.remove(at(n))
			if there {
				model = slices.Delete(model, i, i+1)
			}
		}
		if step%500 == 0 {
			sameAs(t, &s, model, n)
		}
	}
	for len(model) > 0 {
		s.remove(at(model[0]))
		model = model[1:]
	}
	sameAs(t, &s, nil, 0)
	require.Empty(t, s.chunks)
}

func sameAs(t *testing.T, s *sorted[int], model []int, n int) {
	t.Helper()
	require.Equal(t, len(model), s.size)
	require.Equal(t, append([]int(nil), model...), upwards(s, supervision.Position{}))
	i, there := slices.BinarySearch(model, n)
	if there {
		i++
	}
	require.Equal(t, append([]int(nil), model[i:]...), upwards(s, at(n)))
	for i, chunk := range s.chunks {
		require.NotEmpty(t, chunk)
		require.LessOrEqual(t, len(chunk), chunkSize)
		if i > 0 {
			require.Negative(t, s.chunks[i-1][len(s.chunks[i-1])-1].at.Compare(chunk[0].at))
		}
	}
}

func TestSortedPutReplacesTheValueAtAPosition(t *testing.T) {
	var s sorted[int]
	s.put(at(1), 1)
	s.put(at(1), 2)
	require.Equal(t, 1, s.size)
	require.Equal(t, []int{2}, upwards(&s, supervision.Position{}))
}

func TestSortedStopsWalkingWhenAsked(t *testing.T) {
	var s sorted[int]
	for n := range 1000 {
		s.put(at(n), n)
	}
	seen := 0
	for range s.above(at(10)) {
		if seen++; seen == 3 {
			break
		}
	}
	require.Equal(t, 3, seen)
}

// TestSortedStaysCompact: what grows in order fills its chunks, and what thins out gives them back.
func TestSortedStaysCompact(t *testing.T) {
	const n = 100 * chunkSize
	var s sorted[int]
	for i := range n {
		s.put(at(i), i)
	}
	require.Len(t, s.chunks, 100)
	for i := range n {
		if i%50 != 0 {
			s.remove(at(i))
		}
	}
	require.Equal(t, n/50, s.size)
	require.Less(t, len(s.chunks), 10)
}
