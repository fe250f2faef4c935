package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// load is several hosts at work on the same orders, each with a store of its
// own. Their clients repeat with its key whatever is not acknowledged; their
// relays claim and acknowledge.
type load struct {
	t                *testing.T
	hosts            []service.Store
	orders, commands int // commands of each client

	claims  *claims
	written atomic.Bool
	// Each is counted over all hosts; failed attempts are repeated.
	acknowledged, failed, unknown atomic.Int64
	mu                            sync.Mutex
	versions                      map[string]int64 // the newest that was acknowledged
	last                          time.Time        // when something was, and
	silence                       time.Duration    // the longest time in which nothing was
}

const clientsOfAHost = 3

func newLoad(t *testing.T, hosts ...service.Store) *load {
	l := &load{t: t, hosts: hosts, orders: 12, commands: 400, versions: make(map[string]int64),
		claims: &claims{holders: make(map[string]int), next: make(map[string]int64)}}
	if testing.Short() {
		l.commands = 100
	}
	return l
}

// run goes on until every command is acknowledged and every record is relayed.
// When a third of the commands is, it does what disturbs.
func (l *load) run(disturb func()) {
	b := newBench(l.t, l.hosts[0], service.WithPolicy(supervision.License()))
	for i := range l.orders {
		b.opened(l.t, fmt.Sprint(i))
	}
	var clients, relays sync.WaitGroup
	l.last = time.Now()
	for h, store := range l.hosts {
		for c := range clientsOfAHost {
			clients.Go(func() { l.client(store, clientsOfAHost*h+c) })
		}
		for r := range 2 {
			relays.Go(func() { l.relay(store, 2*h+r, start) })
		}
	}
	third := int64(len(l.hosts) * clientsOfAHost * l.commands / 3)
	require.Eventually(l.t, func() bool { return l.acknowledged.Load() > third }, time.Minute, time.Millisecond)
	disturb()
	clients.Wait()
	l.written.Store(true)
	relays.Wait()
	// A claim whose answer was lost ends with its lease.
	l.relay(l.hosts[0], 0, start.Add(2*time.Hour))
	l.t.Logf("%d commands acknowledged; %d attempts failed, %d of them with unknown outcome; silence of %s at most",
		l.acknowledged.Load(), l.failed.Load(), l.unknown.Load(), l.silence.Round(10*time.Millisecond))
}

func (l *load) client(store service.Store, who int) {
	b := newBench(l.t, store, service.WithPolicy(supervision.License()))
	for n := range l.commands {
		id := fmt.Sprint((who + n) % l.orders)
		var result service.Result
		insist(l.t, &l.failed, func() (err error) {
			result, err = b.Do(context.Background(), id, seller, supervision.ReportProgress{Text: "Still at it."},
				service.WithKey(fmt.Sprintf("%d-%d", who, n)))
			if errors.Is(err, service.ErrUnknownOutcome) {
				l.unknown.Add(1)
			}
			return err
		})
		l.acknowledge(id, result)
	}
}

func (l *load) acknowledge(id string, result service.Result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged.Add(1)
	l.versions[id] = max(l.versions[id], result.Order.Version)
	l.silence, l.last = max(l.silence, time.Since(l.last)), time.Now()
}

func (l *load) relay(store service.Store, who int, at time.Time) {
	relay(l.t, store, l.claims, who, at, &l.written,
		func(call func() error) bool { return insist(l.t, &l.failed, call) })
}

// keptEverything checks that every command was applied once, that no order's
// records have a gap, and that each was relayed once and in sequence.
func (l *load) keptEverything(store service.Store) {
	var records int64
	for i := range l.orders {
		order := whole(l.t, store, fmt.Sprint(i)) // replaying refuses gaps and what does not follow
		assert.GreaterOrEqual(l.t, order.Version, l.versions[order.ID], "what was acknowledged is there")
		assert.Equal(l.t, order.Version, l.claims.next[order.ID], "relayed whole")
		records += order.Version
	}
	require.EqualValues(l.t, l.orders+len(l.hosts)*clientsOfAHost*l.commands, records, "each command is there once")
	require.Empty(l.t, drained(l.t, store), "nothing waits")
}
