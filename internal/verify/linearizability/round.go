package linearizability

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Round is one contest of clients for a few orders.
type Round struct {
	// Name makes the ids of the orders different from those of other rounds on
	// the same store.
	Name string
	// Seed decides what the clients try; not when they come to do it.
	Seed uint64
	// Clients work at the same time, each on all the Orders, until each has
	// done so many Operations.
	Clients, Orders, Operations int
}

// Result is the history of a round, checked.
type Result struct {
	// Verdict is porcupine's.
	Verdict porcupine.CheckResult
	// Operations counts those in the history, Unknown those whose answers were
	// lost, Failed those that the store refused with an error of its own.
	Operations, Unknown, Failed int
	// Info draws the history: porcupine.VisualizePath(Model, Info, path).
	Info  porcupine.LinearizationInfo
	Model porcupine.Model
	// Err is the first error that nobody should ever see.
	Err error
}

// contest is a round under way.
type contest struct {
	Round
	store  service.Store
	policy model.Policy
	// now is the time on everybody's clock, in microseconds.
	now     atomic.Int64
	history history
	failed  atomic.Int64
	broken  atomic.Pointer[error]
}

// Run plays the round on a store, and checks its history for at most so long.
func (r Round) Run(store service.Store, patience time.Duration) Result {
	c := &contest{Round: r, store: store, policy: model.Guide()}
	c.policy.Name, c.policy.AutoAccept = "quick", 60
	c.policy.Completion, c.policy.Silence, c.policy.Reminder, c.policy.Rejections = 40, 50, 30, 2
	c.now.Store(1_767_225_600_000_000)

	var clients, worker sync.WaitGroup
	stop := make(chan struct{})
	for i := range r.Clients {
		clients.Go(func() { c.client(i) })
	}
	worker.Go(func() { c.work(stop) })
	clients.Wait()
	close(stop)
	worker.Wait()
	for i := range r.Orders {
		c.close(c.id(i))
	}
	return c.check(patience)
}

func (c *contest) check(patience time.Duration) Result {
	result := Result{Operations: len(c.history.list), Failed: int(c.failed.Load()), Model: explanation(&c.policy)}
	for _, op := range c.history.list {
		if op.Output.(output).unknown {
			result.Unknown++
		}
	}
	if err := c.broken.Load(); err != nil {
		result.Err = *err
	}
	result.Verdict, result.Info = porcupine.CheckOperationsVerbose(result.Model, c.history.list, patience)
	return result
}

func (c *contest) id(i int) string { return fmt.Sprintf("%s-%d", c.Name, i) }

// host is one client's service, with a clock that remembers what it said during
// a call.
type host struct {
	clock.Clock
	contest *contest
	said    []int64
	service *service.Service
	lossy   *lossy
}

// Now implements clock.Clock.
func (h *host) Now() time.Time {
	now := h.contest.now.Load()
	h.said = append(h.said, now)
	return bridge.Time(now)
}

// instant is the one that decided the call: the first, but that of the last
// attempt of a command. What is said after it tells how long it took.
func (h *host) instant(in input) int64 {
	if in.kind == "do" {
		return h.said[len(h.said)-2]
	}
	return h.said[0]
}

func (c *contest) host(random *rand.Rand) *host {
	h := &host{contest: c, lossy: &lossy{Store: c.store, random: random, clock: c.history.now}}
	service, err := service.New(h.lossy, service.WithClock(h), service.WithPolicy(bridge.Policy(c.policy)),
		service.WithoutOutbox())
	if err != nil {
		c.fail(err)
	}
	h.service = service
	return h
}

func (c *contest) fail(err error) { c.broken.CompareAndSwap(nil, &err) }

// call makes one call of the service and notes it.
func (h *host) call(client int, in input, do func(context.Context) (supervision.Order, error)) output {
	c := h.contest
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h.lossy.cancel, h.said = cancel, nil
	called := c.history.now()
	var out output
	out.order, out.err = do(ctx)
	in.at = h.instant(in)
	if c.definite(in, &out) {
		c.history.add(client, in, called, out)
	}
	return out
}

// definite sorts errors out: those that say that nothing has happened need no
// explanation, and are left out.
func (c *contest) definite(in input, out *output) bool {
	switch {
	case errors.Is(out.err, service.ErrUnknownOutcome):
		out.unknown = true
	case out.err == nil, errors.Is(out.err, supervision.ErrRefused), errors.Is(out.err, supervision.ErrInvalid),
		errors.Is(out.err, supervision.ErrNotFound), errors.Is(out.err, service.ErrKeyReused),
		errors.Is(out.err, service.ErrStale):
	case errors.Is(out.err, service.ErrConflict): // too many others
		return false
	case errors.Is(out.err, context.Canceled):
		return false
	default:
		c.failed.Add(1)
		c.fail(out.err)
		return false
	}
	return true
}

// client does one thing after the other, sends again what was not answered, and
// lets time go on a little.
func (c *contest) client(n int) {
	random := rand.New(rand.NewPCG(c.Seed, uint64(n)))
	h := c.host(random)
	h.lossy.saved = func(changes []service.Change, called int64, err error) {
		if last := changes[0].Records[len(changes[0].Records)-1]; last.Actor == supervision.System() {
			c.settled(c.Clients+1+n, changes, called, err) // before it was shown (R02)
		}
	}
	seen := make([]supervision.Order, c.Orders)
	for i := range c.Orders {
		opening := supervision.Opening{ID: c.id(i), Product: "p", Buyer: "b", Seller: "s"}
		out := h.call(n, input{kind: "open", order: c.id(i)},
			func(ctx context.Context) (supervision.Order, error) { return h.service.Open(ctx, opening) })
		seen[i] = out.order
	}
	for k := range c.Operations {
		c.now.Add(random.Int64N(4))
		i := random.IntN(c.Orders)
		if random.IntN(4) == 0 {
			seen[i] = h.call(n,
				input{kind: "read", order: c.id(i), command: model.Command{Role: "manager", Actor: "m"}},
				func(ctx context.Context) (supervision.Order, error) {
					return h.service.Order(ctx, c.id(i), supervision.Manager("m"))
				}).order
			continue
		}
		in := choose(random, string(seen[i].Status), fmt.Sprintf("%d/%d", n, k))
		in.order = c.id(i)
		if random.IntN(8) == 0 {
			in.expects = int(seen[i].Version)
		}
		out := h.do(n, in)
		for out.unknown && in.key != "" && random.IntN(3) > 0 {
			out = h.do(n, in)
		}
		if out.err == nil {
			seen[i] = out.order
		} else {
			seen[i].Status = supervision.Statuses()[random.IntN(6)]
		}
	}
}

func (h *host) do(client int, in input) output {
	return h.call(client, in, func(ctx context.Context) (supervision.Order, error) {
		var options []service.DoOption
		if in.key != "" {
			options = append(options, service.WithKey(in.key))
		}
		if in.expects != 0 {
			options = append(options, service.IfVersion(int64(in.expects)))
		}
		result, err := h.service.Do(ctx, in.order, bridge.Actor(in.command), bridge.Action(in.command), options...)
		return result.Order, err
	})
}

// work settles until it is told to stop, and notes what it stored.
func (c *contest) work(stop <-chan struct{}) {
	h := c.host(rand.New(rand.NewPCG(c.Seed, 1<<32)))
	h.lossy.saved = func(changes []service.Change, called int64, err error) {
		c.settled(c.Clients, changes, called, err)
	}
	for {
		select {
		case <-stop:
			return
		default:
			_, _ = h.service.Settle(context.Background()) // what fails is tried again
		}
	}
}

// settled notes what was stored of what time has made.
func (c *contest) settled(client int, changes []service.Change, called int64, err error) {
	for _, change := range changes {
		if !strings.HasPrefix(change.Order.ID, c.Name+"-") {
			continue // another round's
		}
		in := input{kind: "settle", order: change.Order.ID, at: bridge.Micros(change.Order.UpdatedAt)}
		var conflict *service.ConflictError
		switch {
		case err == nil, errors.As(err, &conflict) && !contains(conflict.Orders, change.Order.ID):
			c.history.add(client, in, called, output{order: change.Order})
		case errors.Is(err, service.ErrUnknownOutcome):
			c.history.add(client, in, called, output{unknown: true})
		}
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// close reads an order and its records for the last time.
func (c *contest) close(id string) {
	ctx := context.Background()
	called := c.history.now()
	found, err := c.store.Records(ctx, id, 0, supervision.MaxPage)
	if err != nil {
		c.fail(err)
		return
	}
	var records []supervision.Record
	for _, f := range found {
		records = append(records, f.Record)
	}
	c.history.add(0, input{kind: "records", order: id}, called, output{records: records})
}
