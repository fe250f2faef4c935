package simulation

import (
	"time"

	"github.com/benbjohnson/clock"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision/service"
)

// host is a process of the operating system that runs a service. It dies and
// starts again, and its clock is never quite right.
type host struct {
	clock.Clock // only what is below is ever asked
	world       *world
	service     *service.Service
	// skew is how far its clock is ahead, in microseconds.
	skew int64
	// lives counts its restarts.
	lives int
}

func (h *host) now() int64 { return h.world.now + h.skew }

// Now implements clock.Clock.
func (h *host) Now() time.Time {
	if p := h.world.current; p != nil && p.call.begins {
		p.call.at, p.call.begins = h.now(), false
	}
	return bridge.Time(h.now())
}

// AfterFunc implements clock.Clock; nobody waits in a simulation.
func (h *host) AfterFunc(d time.Duration, f func()) *clock.Timer {
	return clock.NewMock().AfterFunc(d, f)
}

// start gives the host a service without a memory of what was before.
func (h *host) start() {
	w := h.world
	service,
		err := service.New(&wire{world: w, Store: w.store}, service.WithClock(h), service.WithPolicy(w.policy.library),
		service.WithBatch(w.plan.batch), service.WithLease(w.plan.lease))
	if err != nil {
		w.fail("starting a host: %v", err)
	}
	h.service = service
}

// die loses whatever was under way on the host.
func (h *host) die() {
	h.lives++
	h.start()
}
