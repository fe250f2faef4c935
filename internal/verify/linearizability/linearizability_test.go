package linearizability_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/internal/verify/linearizability"
	"github.com/koogallery/serviceflow/store/memory"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

var (
	length = flag.Duration("for", 4*time.Second, "how long to go on on each store")
	seed   = flag.Uint64("seed", 0, "what the clients try in the first round; 0 for anything")
)

// patience is how long porcupine may look for an explanation of one round.
const patience = time.Minute

func TestStoresAreLinearizable(t *testing.T) {
	t.Run("memory", func(t *testing.T) { contest(t, memory.New()) })
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) { contest(t, d.open(t)) })
	}
}

// contest plays rounds on a store until time is up; each has to have an
// explanation.
func contest(t *testing.T, store service.Store) {
	first := *seed
	if first == 0 {
		first = rand.Uint64N(1 << 40)
	}
	rounds, operations, unknown := 0, 0, 0
	for began := time.Now(); rounds == 0 || time.Since(began) < *length; rounds++ {
		round := linearizability.Round{
			Name: fmt.Sprintf("o%d", rounds), Seed: first + uint64(rounds), Clients: 4 + rounds%5, Orders: 3,
			Operations: 12,
		}
		result := round.Run(store, patience)
		require.NoError(t, result.Err, "seed %d", round.Seed)
		if result.Verdict != porcupine.Ok {
			t.Fatalf("seed %d: %s; drawn in %s", round.Seed, result.Verdict, draw(t, result))
		}
		operations, unknown = operations+result.Operations, unknown+result.Unknown
	}
	t.Logf("%d rounds from seed %d, %d operations, %d of them with unknown outcome", rounds, first, operations, unknown)
}

func draw(t *testing.T, result linearizability.Result) string {
	file, err := os.CreateTemp("", "history-*.html")
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, porcupine.Visualize(result.Model, result.Info, file))
	return file.Name()
}

// TestBrokenStoresAreNot: a check that nothing fails checks nothing.
func TestBrokenStoresAreNot(t *testing.T) {
	for name, breakIt := range map[string]func(service.Store) service.Store{
		"a lost save is said to be done":        func(s service.Store) service.Store { return &deaf{Store: s} },
		"reads are stale":                       func(s service.Store) service.Store { return &stale{Store: s} },
		"an unknown outcome is said to be none": func(s service.Store) service.Store { return &liar{Store: s} },
		"an idempotency key is forgotten":       func(s service.Store) service.Store { return &forgetful{Store: s} },
		"the newest record is not shown":        func(s service.Store) service.Store { return &blind{Store: s} },
	} {
		t.Run(name, func(t *testing.T) {
			for n := range 200 {
				round := linearizability.Round{Name: fmt.Sprintf("o%d", n), Seed: uint64(n), Clients: 6, Orders: 2,
					Operations: 12}
				if result := round.Run(breakIt(memory.New()), patience); result.Verdict == porcupine.Illegal ||
					result.Err != nil {
					t.Logf("seen in round %d", n+1)
					return
				}
			}
			t.Error("not seen in 200 rounds")
		})
	}
}

// deaf takes no notice of conflicts.
type deaf struct{ service.Store }

func (s *deaf) Save(ctx context.Context, changes ...service.Change) error {
	_ = s.Store.Save(ctx, changes...)
	return nil
}

// stale shows an order as it was at the load before, now and then.
type stale struct {
	service.Store
	mu    sync.Mutex
	known map[string]supervision.Order
}

func (s *stale) Load(ctx context.Context, id, key string) (supervision.Order, *supervision.Record, error) {
	order, record, err := s.Store.Load(ctx, id, key)
	if err != nil || key != "" {
		return order, record, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]supervision.Order{}
	}
	old, ok := s.known[id]
	s.known[id] = order
	if ok {
		return old, record, nil
	}
	return order, record, nil
}

// liar calls the context ended although it has saved.
type liar struct{ service.Store }

func (s *liar) Save(ctx context.Context, changes ...service.Change) error {
	if err := s.Store.Save(context.WithoutCancel(ctx), changes...); err != nil {
		return err
	}
	return ctx.Err()
}

// forgetful finds no key.
type forgetful struct{ service.Store }

func (s *forgetful) Load(ctx context.Context, id, _ string) (supervision.Order, *supervision.Record, error) {
	return s.Store.Load(ctx, id, "")
}

// blind does not show an order's newest record.
type blind struct{ service.Store }

func (s *blind) Records(ctx context.Context, id string, after int64, limit int) ([]service.FoundRecord, error) {
	records, err := s.Store.Records(ctx, id, after, limit)
	if len(records) > 3 {
		records = records[:len(records)-1]
	}
	return records, err
}
