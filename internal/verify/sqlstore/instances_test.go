package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/store/sqlstore"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// shared is one time for all instances; every look at it takes it a little
// further.
type shared struct {
	clock.Clock
	micros atomic.Int64
}

func newShared() *shared {
	c := &shared{Clock: clock.New()}
	c.micros.Store(start.UnixMicro())
	return c
}

func (c *shared) Now() time.Time {
	return time.UnixMicro(c.micros.Add(int64(20 * time.Second / time.Microsecond)))
}

// receiver is the host's other system, to which all workers relay.
type receiver struct {
	mu    sync.Mutex
	first map[string]int64 // the order's records that have arrived, without a gap
	again int
	wrong []string
}

func (r *receiver) receive(_ context.Context, event service.Event) error {
	record := event.Record
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case record.Seq <= r.first[record.Order]:
		r.again++
	case record.Seq == r.first[record.Order]+1:
		r.first[record.Order]++
	default:
		r.wrong = append(r.wrong,
			fmt.Sprintf("%s: record %d after %d", record.Order, record.Seq, r.first[record.Order]))
	}
	return nil
}

// dying is a store whose worker is killed after it has handed records over and
// before it can acknowledge them.
type dying struct {
	service.Store
	lives atomic.Int64
	kill  context.CancelFunc
}

func (s *dying) Acknowledge(ctx context.Context, ids ...supervision.RecordID) error {
	if s.lives.Add(-1) <= 0 {
		s.kill()
		return context.Canceled
	}
	return s.Store.Acknowledge(ctx, ids...)
}

// story is what the clients do to each order; of two clients with the same step
// one is refused or conflicts.
func story(i int) []step {
	steps := []step{
		{buyer, submit},
		{seller, supervision.AcceptRequest{}},
		{seller, supervision.ReportProgress{Text: "Half of it is done."}},
		{seller, supervision.Deliver{Result: "Done."}},
	}
	if i%5 == 0 {
		return append(steps,
			step{buyer, supervision.RaiseAppeal{Ground: "unconditional", Reason: "It is late.", Demand: "A refund.",
				Attachments: []supervision.Attachment{{Name: "mail.txt", Ref: "files/1"}}}},
			step{manager, supervision.DecideAppeal{Outcome: "accept", Decision: "It was delivered."}})
	}
	return append(steps, step{buyer, supervision.AcceptProduct{}})
}

type step struct {
	actor  supervision.Actor
	action supervision.Action
}

// Eight workers and eight clients, each with its own connections, on one
// database; one of the workers is killed half-way.
func TestManyInstances(t *testing.T) {
	orders := 300
	if testing.Short() {
		orders = 100
	}
	each(t, func(t *testing.T, d database) {
		dsn := d.dsn(t)
		db := d.openAt(t, dsn)
		store, prefix := d.migrated(t, db)
		time := newShared()
		instance := func(wrap func(service.Store) service.Store) *service.Service {
			store, err := sqlstore.New(d.openAt(t, dsn), d.dialect, sqlstore.WithPrefix(prefix))
			require.NoError(t, err)
			service,
				err := service.New(wrap(store), service.WithClock(time), service.WithPolicy(supervision.Rules2025()),
				service.WithBatch(50), service.WithLease(lease))
			require.NoError(t, err)
			return service
		}
		same := func(s service.Store) service.Store { return s }
		to := &receiver{first: make(map[string]int64)}
		ctx, stop := context.WithCancel(context.Background())
		var workers, clients sync.WaitGroup
		var victim *dying
		for i := range 8 {
			alive, kill := context.WithCancel(ctx)
			wrap := same
			if i == 0 {
				wrap = func(s service.Store) service.Store {
					victim = &dying{Store: s, kill: kill}
					victim.lives.Store(1)
					return victim
				}
			}
			worker := instance(wrap)
			workers.Go(func() {
				defer kill()
				work(t, alive, worker, to)
			})
		}
		for i := range 8 {
			client := instance(same)
			clients.Go(func() { play(t, client, i/2, orders) })
		}
		clients.Wait()
		last := instance(same)
		finish(t, last, time, to)
		stop()
		workers.Wait()
		// What a worker held when it was stopped may be held for a moment yet.
		for waits := 1; waits > 0; {
			finish(t, last, time, to)
			require.NoError(t, db.QueryRow("SELECT count(*) FROM "+prefix+"outbox").Scan(&waits))
		}
		require.LessOrEqual(t, victim.lives.Load(), int64(0), "one worker was killed")
		settledOnce(t, store, to, orders)
		t.Logf("%d records, %d of them relayed again", total(to), to.again)
	})
}

const lease = 10 * time.Hour

// work settles and relays until the worker is stopped or killed.
func work(t *testing.T, ctx context.Context, worker *service.Service, to *receiver) {
	for ctx.Err() == nil {
		_, err := worker.Settle(ctx)
		if ctx.Err() == nil {
			assert.NoError(t, err)
		}
		_, err = worker.Relay(ctx, to.receive)
		if ctx.Err() == nil {
			assert.NoError(t, err)
		}
	}
}

// play opens a quarter of the orders and plays their stories, together with
// another client.
func play(t *testing.T, client *service.Service, quarter, orders int) {
	ctx := context.Background()
	for i := quarter; i < orders; i += 4 {
		id := fmt.Sprintf("order-%d", i)
		_, err := client.Open(ctx, opening(id))
		if !assert.NoError(t, err) {
			return
		}
		for _, s := range story(i) {
			_, err := client.Do(ctx, id, s.actor, s.action)
			if err != nil && !errors.Is(err, supervision.ErrRefused) {
				assert.NoError(t, err)
				return
			}
		}
	}
}

// finish lets all time pass, and settles and relays what is left.
func finish(t *testing.T, worker *service.Service, clock *shared, to *receiver) {
	clock.micros.Add(int64(24 * time.Hour / time.Microsecond))
	_, err := worker.Settle(context.Background())
	require.NoError(t, err)
	for n := 1; n > 0; {
		n, err = worker.Relay(context.Background(), to.receive)
		require.NoError(t, err)
	}
}

// settledOnce checks that every order was completed once, that its records have
// no gap and that each was relayed.
func settledOnce(t *testing.T, store service.Store, to *receiver, orders int) {
	require.Empty(t, to.wrong)
	for i := range orders {
		order := whole(t, store, fmt.Sprintf("order-%d", i)) // replaying refuses gaps and what does not follow
		require.Equal(t, supervision.Completed, order.Status)
		require.Equal(t, order.AcceptedAt.Add(order.Policy.CompletionDelay), order.ClosedAt)
		require.Equal(t, order.Version, to.first[order.ID], "relayed whole")
	}
}

func total(to *receiver) (n int64) {
	for _, records := range to.first {
		n += records
	}
	return n
}
