package simulation

import (
	"context"
	"errors"
	"reflect"
	"strconv"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// adopt takes over an order under another id, as if another system had led it
// to where it stands, again and again until it is certain; then once more now
// and then, or another under its id (R29).
func (p *process) adopt(from *shadow) {
	w := p.world
	snapshot := *from.last()
	if snapshot.ID = "o" + strconv.Itoa(w.opened); w.random.IntN(4) == 0 {
		snapshot.ID = w.anyOrder().id
	} else {
		w.opened++
	}
	if snapshot.TemplateSeller != "" {
		snapshot.Seller = snapshot.TemplateSeller // nobody else has published the versions it is pinned to (R04)
	}
	p.sendAdoption(snapshot)
	switch w.random.IntN(4) {
	case 0:
		p.sendAdoption(snapshot)
	case 1:
		snapshot.Bought--
		p.sendAdoption(snapshot)
	}
}

func (p *process) sendAdoption(snapshot model.Order) {
	w := p.world
	adoption := bridge.Adoption(snapshot)
	want := &intent{order: snapshot.ID, snapshot: &snapshot}
	for w.lives(want.order) == 0 { // or until it is archived
		p.call.want = want
		var results []service.Adopted
		var err error
		h := w.anyHost()
		w.log("adopts %s at %s, version %d", want.order, snapshot.Status, snapshot.Version)
		answered := p.on(h, func(ctx context.Context) { results, err = h.service.Adopt(ctx, adoption) })
		if answered && w.adoptAnswered(p, want, results, err) {
			return
		}
	}
}

// adoptAnswered holds the answer to an adoption, and reports whether it is a
// definite one.
func (w *world) adoptAnswered(p *process, want *intent, results []service.Adopted, err error) (definite bool) {
	if w.faulty(p, err) {
		return false
	}
	if w.archivedMeanwhile(want.order, err) {
		return true
	}
	if err != nil || len(results) != 1 {
		w.fail("adopting %s: %v, %d results", want.order, err, len(results))
		return true
	}
	c, got, s := &p.call, &results[0], p.call.seen
	if s == nil { // it tells by the first record, or it was archived meanwhile
		s = w.known(want.order)
	}
	w.log("    answer: %v, version %d, repeated %t", got.Err, got.Order.Version, got.Repeated)
	_, _, faults := model.Adopt(*want.snapshot, c.at)
	answer := model.Answer{Kind: "invalid", Faults: faults}
	switch {
	case len(faults) > 0 || errors.Is(got.Err, supervision.ErrInvalid):
		if diff := bridge.DiffAnswer(nil, &answer, nil, nil, got.Err); diff != "" || c.applied != 0 {
			w.fail("adopting %s: %v: %s (applied %d)", want.order, got.Err, diff, c.applied)
		}
	case s == nil:
		w.fail("adopting %s: %v, but it is not stored", want.order, got.Err)
	case errors.Is(got.Err, service.ErrExists):
		if s.adoptedBy(want.snapshot) || c.applied != 0 {
			w.fail("adopting %s again: %v (applied %d)", s.id, got.Err, c.applied)
		}
	case got.Err != nil || !s.adoptedBy(want.snapshot) || got.Repeated != (c.applied == 0):
		w.fail("adopting %s: %v (repeated %t, applied %d)", s.id, got.Err, got.Repeated, c.applied)
	default:
		state := s.states[max(c.applied, 1)-1]
		if got.Repeated {
			state, _ = s.states[c.loaded-1].Settle(c.at)
		}
		if diff := bridge.DiffOrder(&state, &got.Order); diff != "" {
			w.fail("adopting %s: %s", s.id, diff)
		}
	}
	return true
}

// adoptedBy reports whether a snapshot is the one that the order began with; of
// one that was erased since, its texts aside.
func (s *shadow) adoptedBy(snapshot *model.Order) bool {
	if s.snapshot == nil {
		return false
	}
	a, b := *s.snapshot, *snapshot
	if s.written != nil {
		a, b = a.Wordless(), b.Wordless()
	}
	return reflect.DeepEqual(bridge.Adoption(a), bridge.Adoption(b))
}

// adopted are the states and records that an adoption makes: its own, and those
// of what time has made due since.
func adopted(snapshot *model.Order, at int64) (states []model.Order, records []model.Record) {
	o, record, faults := model.Adopt(*snapshot, at)
	if len(faults) > 0 {
		return nil, nil
	}
	states, records = append(states, o), append(records, record)
	for due := o.Due(); due != 0 && due <= at; due = o.Due() {
		next, more := o.Settle(due)
		o, states, records = next, append(states, next), append(records, more...)
	}
	return states, records
}
