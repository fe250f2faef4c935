package simulation

import (
	"context"
	"errors"

	"github.com/koogallery/serviceflow/supervision/service"
)

// work is the life of a host's worker.
func (p *process) work(h *host) {
	w := p.world
	for !w.over {
		p.call = call{}
		switch dice := w.random.IntN(6); {
		case dice == 5 && w.plan.archives:
			p.archive(h, h.now()-w.random.Int64N(w.policy.unit))
		case dice < 2:
			due := w.dueBy(h.now())
			p.on(h, func(ctx context.Context) {
				_, err := h.service.Settle(ctx)
				w.stepped(p, "settle", err)
				if !p.call.conflicted {
					w.settled(due, err)
				}
			})
		case dice == 2:
			due := w.toldBy(h.now())
			p.on(h, func(ctx context.Context) {
				_, err := h.service.Notice(ctx)
				w.stepped(p, "notice", err)
				if err == nil && !p.call.conflicted {
					w.told(due)
				}
			})
		default:
			p.on(h, func(ctx context.Context) {
				_, err := h.service.Relay(ctx, p.deliver)
				w.stepped(p, "relay", err)
			})
		}
	}
}

// deliver is the host's receiver of relayed records. It does not always take
// what comes.
func (p *process) deliver(_ context.Context, e service.Event) error {
	if p.world.chance(p.world.plan.breaks) {
		p.call.faulted = true
		return errNotTaken
	}
	p.addressed(&e)
	if e.Notices != nil {
		p.world.noticeDelivered(&e, p.call.host)
		return nil
	}
	p.world.delivered(&e)
	return nil
}

var errNotTaken = errors.New("simulation: the receiver does not take it")
