package simulation

import (
	"context"
	"strconv"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
)

// trade is the life of a buyer, a seller or a manager: look, decide, have it
// done, and ask again where no answer came.
func (p *process) trade(role, id string) {
	w := p.world
	for !w.over {
		p.call = call{}
		switch dice := w.random.IntN(100); {
		case role == "buyer" && w.opened < w.plan.orders && dice < 50:
			p.open(id)
		case role == "system" && len(w.orders) > 0 && w.opened < w.plan.orders+2 && dice < 10:
			p.adopt(w.anyOrder())
		case role == "seller" && dice < 4 && len(w.templates) < 12:
			p.publish(id)
		case dice >= 90:
			p.look(role, id)
		default:
			p.act(role, id)
		}
	}
}

func (w *world) anyHost() *host { return w.hosts[w.random.IntN(len(w.hosts))] }

func (w *world) anyOrder() *shadow {
	if len(w.orders) == 0 {
		return nil
	}
	return w.orders[w.random.IntN(len(w.orders))]
}

// open opens an order, or one whose id is taken, again and again until it is
// certain.
func (p *process) open(buyer string) {
	w := p.world
	opening := supervision.Opening{
		ID: "o" + strconv.Itoa(w.opened), Product: "p" + strconv.Itoa(w.random.IntN(2)), Buyer: buyer,
		Seller: sellers[w.random.IntN(w.plan.pairs)], Paid: bridge.Money(1000),
	}
	if w.random.IntN(3) == 0 {
		opening.BoughtAt = bridge.Time(start - 3_600_000_000 - w.random.Int64N(3)) // however slow a clock
	}
	if taken := w.anyOrder(); taken != nil && w.random.IntN(4) == 0 {
		opening.ID = taken.id
	} else if len(w.gone) > 0 && w.random.IntN(2) == 0 {
		opening.ID = w.gone[w.random.IntN(len(w.gone))].id // another order, in the place of one that was archived
	} else {
		w.opened++
	}
	want := &intent{order: opening.ID, opening: &opening}
	for w.lives(opening.ID) == 0 || w.shadow(opening.ID) != nil || w.quiet() {
		p.call.want = want
		var order supervision.Order
		var err error
		h := w.anyHost()
		answered := p.on(h, func(ctx context.Context) { order, err = h.service.Open(ctx, opening) })
		if answered && w.openAnswered(p, want, &order, err) {
			return
		}
	}
}

// look reads something.
func (p *process) look(role, id string) {
	w := p.world
	s := w.anyOrder()
	if s == nil {
		p.pause()
		return
	}
	h := w.anyHost()
	if role == "system" && w.random.IntN(3) == 0 {
		p.export(h, s.id)
		return
	}
	actor := bridge.Actor(model.Command{Role: role, Actor: id})
	p.on(h, func(ctx context.Context) {
		switch w.random.IntN(3) {
		case 0:
			order, err := h.service.Order(ctx, s.id, actor)
			w.orderAnswered(p, s, role, id, &order, err)
		case 1:
			after, limit := w.random.IntN(s.version()+1), 1+w.random.IntN(10)
			records, err := h.service.Records(ctx, s.id, actor, int64(after), limit)
			w.recordsAnswered(p, s, role, id, after, limit, records, err)
		default:
			status := append(supervision.Statuses()[:4], "")[w.random.IntN(5)] // often any
			query := supervision.Query{Criteria: supervision.Criteria{Status: status}, Limit: 1 + w.random.IntN(3)}
			if states := supervision.AppealStates(); status == "" && w.random.IntN(2) == 0 {
				query.Appeal = states[w.random.IntN(len(states))]
			}
			query.Sort = supervision.Sorts()[w.random.IntN(4)]
			if w.random.IntN(6) == 0 {
				from := h.service.Now()
				for _, err := range h.service.Upcoming(ctx, from,
					from.Add(time.Duration(w.random.IntN(400))*supervision.Day)) {
					w.readAnswered(p, err)
				}
				return
			}
			if w.random.IntN(4) == 0 {
				_, err := h.service.Count(ctx, actor, query.Criteria, supervision.Criteria{})
				w.readAnswered(p, err)
				return
			}
			if query.Limit == 1 { // whole, and in short: what is found is compared on the wire
				_, err := h.service.Search(ctx, actor, query)
				w.readAnswered(p, err)
				return
			}
			page, err := h.service.SearchWhole(ctx, actor, query)
			w.pageAnswered(p, role, &page, err)
		}
	})
}

// act has something done, if there is something to do.
func (p *process) act(role, id string) {
	w := p.world
	var s *shadow
	var o model.Order
	c, ok := model.Command{}, false
	for tries := 0; !ok && tries < 4; tries++ {
		if s = w.anyOrder(); s == nil {
			break
		}
		o, _ = s.last().Settle(w.now)
		c, ok = w.choose(model.Command{Role: role, Actor: id}, &o)
	}
	if !ok {
		p.pause()
		return
	}
	want := &intent{order: s.id, command: c}
	switch dice := w.random.IntN(20); {
	case dice < 14:
		want.key = "k" + strconv.Itoa(w.serial)
	case dice == 14:
		want.dryRun = true
	}
	if w.random.IntN(8) == 0 {
		want.expects = max(1, o.Version-w.random.IntN(2))
	}
	if w.random.IntN(100) == 0 {
		want.order = "nowhere"
		if len(w.gone) > 0 {
			want.order = w.gone[0].id
		}
	}
	if p.send(want) && want.key != "" {
		p.repeat(want)
	}
}
