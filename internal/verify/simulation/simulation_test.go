package simulation_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/verify/simulation"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/store/storetest"
	"github.com/koogallery/serviceflow/supervision/service"
)

var (
	seeds = flag.Uint64("seeds", 0, "how many seeds to run; 0 for the short form")
	seed  = flag.Uint64("seed", 0, "the first seed; 0 for any")
	steps = flag.Int("steps", 200, "how many steps a seed runs before its faults stop")
	show  = flag.Bool("show", false, "print every step")
)

func TestPlainStoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) service.Store { return &simulation.Plain{} })
}

// TestWorlds runs many worlds on the plain store, where they are fastest.
func TestWorlds(t *testing.T) {
	simulate(t, 100_000, func() service.Store { return &simulation.Plain{} })
}

// TestWorldsOnMemory runs fewer on the store that the library comes with.
func TestWorldsOnMemory(t *testing.T) {
	simulate(t, 10_000, func() service.Store { return memory.New() })
}

// TestSameSeedSameWorld: otherwise a printed seed would be worth nothing. And a
// world that has ended leaves nobody behind.
func TestSameSeedSameWorld(t *testing.T) {
	before := runtime.NumGoroutine()
	for seed := range uint64(200) {
		one := simulation.Run(seed, *steps, &simulation.Plain{}, nil)
		require.Equal(t, one, simulation.Run(seed, *steps, &simulation.Plain{}, nil), "seed %d", seed)
		require.Equal(t, one, simulation.Run(seed, *steps, memory.New(), nil), "seed %d on memory", seed)
	}
	require.Less(t, runtime.NumGoroutine(), before+10)
}

// budget is when the short form stops on a slow machine, however many seeds it
// has run by then; the log tells how many.
const budget = time.Minute

// simulate runs seeds on all processors, and tells the first violation with
// what it takes to see it again.
func simulate(t *testing.T, short uint64, newStore func() service.Store) {
	first, n := *seed, short
	if first == 0 {
		first = rand.Uint64N(1 << 40)
	}
	switch {
	case *seeds != 0:
		n = *seeds
	case testing.Short() || raceEnabled:
		n /= 50
	}
	started := time.Now()
	var next, ran atomic.Uint64
	var mu sync.Mutex
	var counts simulation.Counts
	var broken *simulation.Result
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			var own simulation.Counts
			for !t.Failed() && (*seeds != 0 || time.Since(started) < budget) {
				s := first + next.Add(1) - 1
				if s >= first+n {
					break
				}
				var tell func(string)
				if *show {
					tell = func(line string) { fmt.Println(line) }
				}
				result := simulation.Run(s, *steps, newStore(), tell)
				own.Add(result.Counts)
				ran.Add(1)
				if result.Violation != "" {
					mu.Lock()
					if broken == nil {
						broken = &result
					}
					mu.Unlock()
					t.Fail()
				}
			}
			mu.Lock()
			counts.Add(own)
			mu.Unlock()
		})
	}
	wg.Wait()
	t.Logf("seeds from %d, %d of %d steps in %s: %+v", first, ran.Load(), *steps,
		time.Since(started).Round(time.Millisecond), counts)
	if broken != nil {
		t.Errorf("seed %d, step %d (after %d seeds): %s\nsee it again: go test ./simulation -run '^%s$' -seed %d "+
			"-seeds 1 -steps %d -show -v",
			broken.Seed, broken.At, ran.Load(), broken.Violation, t.Name(), broken.Seed, *steps)
	}
}
