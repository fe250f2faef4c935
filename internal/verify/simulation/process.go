package simulation

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"time"
)

// process is somebody who acts in the world: a coroutine that runs until it
// hands over.
type process struct {
	world *world
	name  string
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	ended bool
	// call is the call of a service that it is in; its host is nil between
	// calls.
	call call
	// calls counts them.
	calls int
}

// call is one call of a service, and what the store saw of it.
type call struct {
	host *host
	// at is the host's instant when it began, but that of the last attempt of a
	// command, which begins when the order is loaded; begins says that it does.
	at     int64
	begins bool
	// faulted says that a fault was put into it, conflicted that a save was
	// answered with a conflict.
	faulted, conflicted bool
	// loaded is the version of the order that was read last, 0 where there was
	// none, seen the order, repeated whether its record with the command's key
	// was there.
	loaded   int
	seen     *shadow
	repeated bool
	// claimed are the versions of the orders of which something was claimed.
	claimed map[string]int
	// read is the version of the order whose records were read last.
	read int
	// applied is the version that the call's save made; 0 for none.
	applied int
	// removed counts the orders that the call has removed.
	removed int
	// latest are the templates of a product that were the latest when it asked.
	latest published
	// err is the end of the call's context.
	err  error
	want *intent
}

// claims remembers which version an order had when something of it was claimed.
func (c *call) claims(s *shadow) {
	if c.claimed == nil {
		c.claimed = make(map[string]int)
	}
	c.claimed[s.id] = s.version()
}

// crash and halt unwind a coroutine: because its host died, or because the
// world ends.
type (
	crash struct{}
	halt  struct{}
)

func (w *world) spawn(name string, body func(*process)) *process {
	p := &process{world: w, name: name}
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		defer p.finish()
		body(p)
	})
	w.processes = append(w.processes, p)
	return p
}

func (p *process) finish() {
	p.ended = true
	switch cause := recover().(type) {
	case nil, halt:
	default:
		p.world.fail("%s: panic: %v\n%s", p.name, cause, debug.Stack())
	}
}

// resume lets the process run until it hands over again.
func (p *process) resume() {
	p.world.current = p
	p.next()
	p.world.current = nil
}

// pause hands over. It does not return in a process whose host has died
// meanwhile.
func (p *process) pause() {
	host := p.call.host
	lives := 0
	if host != nil {
		lives = host.lives
	}
	if !p.yield(struct{}{}) {
		panic(halt{})
	}
	if host != nil && host.lives != lives {
		panic(crash{})
	}
}

// on makes a call of a host's service; false where the host died before there
// was an answer.
func (p *process) on(h *host, do func(context.Context)) (answered bool) {
	want := p.call.want
	p.calls++
	p.call = call{host: h, at: h.now(), want: want}
	defer func() {
		p.call.host = nil
		if answered {
			return
		}
		if cause := recover(); cause != (crash{}) {
			panic(cause)
		}
	}()
	do(p)
	return true
}

// A process is the context of its calls.
var _ context.Context = (*process)(nil)

// Deadline implements context.Context.
func (p *process) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context; nobody waits in a simulation.
func (p *process) Done() <-chan struct{} { return nil }

// Err implements context.Context.
func (p *process) Err() error { return p.call.err }

// Value implements context.Context.
func (p *process) Value(any) any { return nil }

func (p *process) String() string { return fmt.Sprintf("%-9s", p.name) }
