package simulation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

var background = context.Background()

// Result is what became of one seed.
type Result struct {
	Seed uint64
	// Steps is how many steps were made, faults over and all.
	Steps int
	// Hash is the same for the same run.
	Hash uint64
	// Violation tells what went wrong, and At in which step; empty when nothing
	// did.
	Violation string
	At        int
	// Counts tells what happened how often.
	Counts Counts
}

// Counts tells what happened in a run.
type Counts struct {
	Calls, Applied, Refused, Unknown, Crashes, Late, Appeals, Completed, Relayed, Notices, Erased, Adopted, TurnedBack,
	Archived int
}

// Add adds up counts.
func (c *Counts) Add(d Counts) {
	c.Calls += d.Calls
	c.Applied += d.Applied
	c.Refused += d.Refused
	c.Unknown += d.Unknown
	c.Crashes += d.Crashes
	c.Late += d.Late
	c.Appeals += d.Appeals
	c.Completed += d.Completed
	c.Relayed += d.Relayed
	c.Notices += d.Notices
	c.Erased += d.Erased
	c.Adopted += d.Adopted
	c.TurnedBack += d.TurnedBack
	c.Archived += d.Archived
}

// world is everything there is in one simulation.
type world struct {
	random *rand.Rand
	plan   plan
	policy *policy
	store  service.Store
	// now is the true time.
	now       int64
	hosts     []*host
	processes []*process
	current   *process
	// late are effects whose answers were lost and which have not happened yet.
	late []func() error
	// over says that the faults have stopped and nobody begins anything new.
	over bool

	oracle
	result Result
	trace  func(string)
}

// Run makes a world from a seed, lets it go for a number of steps, stops the
// faults and sees it come to rest. The store is new and empty; trace is told
// every step unless it is nil.
func Run(seed uint64, steps int, store service.Store, trace func(string)) Result {
	w := &world{random: rand.New(rand.NewPCG(seed, 0x5e47)), store: store, now: start, trace: trace}
	w.result.Seed = seed
	w.live(steps)
	for _, p := range w.processes {
		p.stop()
	}
	return w.result
}

func (w *world) live(steps int) {
	defer func() {
		if cause := recover(); cause != nil {
			w.fail("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	w.begin()
	for w.result.Steps < steps && w.result.Violation == "" {
		w.step()
	}
	w.settle()
}

const start = int64(1_767_225_600_000_000) // 2026-01-01

func (w *world) begin() {
	w.plan = w.draw()
	w.policy = w.plan.policy
	for range w.plan.hosts {
		h := &host{world: w}
		w.hosts = append(w.hosts, h)
		w.skew(h)
		h.start()
		w.spawn(fmt.Sprintf("worker-%d", len(w.hosts)), func(p *process) { p.work(h) })
	}
	for i := range w.plan.pairs {
		w.spawn(buyers[i], func(p *process) { p.trade("buyer", buyers[i]) })
		w.spawn(sellers[i], func(p *process) { p.trade("seller", sellers[i]) })
	}
	w.spawn("system", func(p *process) { p.trade("system", "system") })
	for range w.plan.managers {
		w.spawn("m", func(p *process) { p.trade("manager", "m") })
	}
}

var buyers, sellers = []string{"b0", "b1"}, []string{"s0", "s1"}

// step lets one thing happen.
func (w *world) step() {
	w.result.Steps++
	dice := w.random.IntN(1000)
	switch {
	case dice < w.plan.jump:
		w.pass()
	case dice < w.plan.jump+w.plan.crash:
		h := w.hosts[w.random.IntN(len(w.hosts))]
		h.die()
		w.result.Counts.Crashes++
		w.log("a host dies and starts again")
	case dice < w.plan.jump+w.plan.crash+5:
		w.skew(w.hosts[w.random.IntN(len(w.hosts))])
	case dice < w.plan.jump+w.plan.crash+15 && len(w.late) > 0:
		w.arrive()
	default:
		w.resume(w.somebody())
	}
}

// somebody is a worker now and then, and mostly one of those who trade.
func (w *world) somebody() *process {
	if w.random.IntN(5) == 0 {
		return w.processes[w.random.IntN(len(w.hosts))]
	}
	return w.processes[w.random.IntN(len(w.processes))]
}

func (w *world) resume(p *process) {
	if !p.ended {
		w.mix(uint64(len(p.name)) + uint64(w.random.Uint32()))
		p.resume()
	}
}

// arrive lets an effect happen whose answer was lost long ago.
func (w *world) arrive() {
	i := w.random.IntN(len(w.late))
	effect := w.late[i]
	w.late = append(w.late[:i], w.late[i+1:]...)
	w.result.Counts.Late++
	w.log("a write arrives late")
	_ = effect()
}

// pass lets time go on: a little, a lot, or to an instant that matters to an
// order.
func (w *world) pass() {
	switch w.random.IntN(4) {
	case 0:
		w.now += w.random.Int64N(w.policy.unit)
	case 1:
		w.now += 1 + w.random.Int64N(1000)
	default:
		if o := w.anyOrder(); o != nil {
			instants := o.last().Instants()
			if told := o.last().Notices(); len(told) > 0 && w.random.IntN(3) == 0 {
				instants = []int64{told[w.random.IntN(len(told))].Due}
			}
			to := instants[w.random.IntN(min(len(instants), 3))] - 1 + w.random.Int64N(3)
			w.now = max(w.now, to)
		}
	}
	w.log("it is %s", time.UnixMicro(w.now).UTC().Format(time.RFC3339Nano))
}

// skew sets a host's clock, wrong by up to some seconds.
func (w *world) skew(h *host) {
	if w.plan.skew > 0 && !w.over {
		h.skew = w.random.Int64N(2*w.plan.skew+1) - w.plan.skew
		w.log("a clock is off by %d µs", h.skew)
	}
}

// chance says yes so many times in a thousand, and never once the faults have
// stopped.
func (w *world) chance(permille int) bool {
	return permille > 0 && !w.over && w.random.IntN(1000) < permille
}

func (w *world) fail(format string, args ...any) {
	if w.result.Violation == "" {
		w.result.Violation, w.result.At = fmt.Sprintf(format, args...), w.result.Steps
		w.log("VIOLATION: %s", w.result.Violation)
	}
}

func (w *world) log(format string, args ...any) {
	if w.trace == nil {
		return
	}
	who := ""
	if w.current != nil {
		who = w.current.String()
	}
	w.trace(fmt.Sprintf("%4d %-9s %s", w.result.Steps, who, fmt.Sprintf(format, args...)))
}

// mix adds to the hash of the run.
func (w *world) mix(v uint64) { w.result.Hash = (w.result.Hash ^ v) * 0x100000001b3 }

// plan is what a seed is like: not every seed has every fault.
type plan struct {
	hosts, pairs, managers, orders, batch int
	lease                                 time.Duration
	policy                                *policy
	// archives says that workers archive what has closed.
	archives bool
	// The rest are chances in a thousand.
	jump, crash, cancel, breaks, lost, conflict, slow int
	// skew is the most a clock is wrong, in microseconds.
	skew int64
}

func (w *world) draw() plan {
	some := func(most int) int {
		if w.random.IntN(2) == 0 {
			return 0
		}
		return 1 + w.random.IntN(most)
	}
	return plan{
		hosts: 1 + w.random.IntN(3), pairs: 1 + w.random.IntN(2), managers: 1 + w.random.IntN(2),
		orders: 1 + w.random.IntN(3), batch: 1 + w.random.IntN(4),
		lease:  time.Duration(1+w.random.IntN(20)) * time.Second,
		policy: &policies[w.random.IntN(len(policies))],
		jump:   some(150), crash: some(20), cancel: some(40), breaks: some(40), lost: some(80), conflict: some(60),
		slow: some(200), archives: w.random.IntN(2) == 0,
		skew: int64(some(10)) * 1_000_000,
	}
}

// policy is a policy as both sides know it, with the length of time that
// matters in it.
type policy struct {
	model   model.Policy
	library supervision.Policy
	unit    int64
}
