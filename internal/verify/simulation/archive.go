package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// archive hands over what has closed before an instant, and has it removed
// (R35). The sink is slow now and then, and does not always take what comes.
func (p *process) archive(h *host, before int64) {
	w := p.world
	p.call.want = &intent{closedBefore: before}
	var removed int
	var err error
	answered := p.on(h, func(ctx context.Context) {
		removed, err = h.service.Archive(ctx, bridge.Time(before), p.sink)
	})
	if !answered {
		return
	}
	w.stepped(p, "archive", err)
	if err == nil && removed != p.call.removed {
		w.fail("archiving: %d orders are said to be removed, %d are", removed, p.call.removed)
	}
}

// sink takes what is handed over: a whole order that may be archived.
func (p *process) sink(_ context.Context, h service.History) error {
	w := p.world
	if w.chance(w.plan.breaks) {
		p.call.faulted = true
		return errNotTaken
	}
	s := p.call.seen
	w.whole(s, &h)
	if version := int(h.Order.Version); version <= s.version() {
		if o := &s.states[version-1]; o.Closed == 0 || o.Closed >= p.call.want.closedBefore {
			w.fail("order %s is handed over, %s at %s", s.id, o.Status, bridge.Time(o.Closed))
		}
		s.handed = version
	}
	if w.chance(w.plan.slow) {
		p.pause()
	}
	return nil
}

// whole holds a history against what was stored: the order as it was last
// loaded, and every record that has made it.
func (w *world) whole(s *shadow, h *service.History) {
	version := int(h.Order.Version)
	if len(h.Findings) > 0 || len(h.Records) != version || version > s.version() {
		w.fail("order %s, version %d of %d: its history has %d records and findings %v", s.id, version, s.version(),
			len(h.Records), h.Findings)
		return
	}
	if diff := s.diff(version, &h.Order); diff != "" {
		w.fail("order %s in its history: %s", s.id, diff)
	}
	for i := range h.Records {
		if was := s.was(i + 1); !s.matches(i+1, was, &h.Records[i]) {
			w.sameRecord(s, i+1, &h.Records[i])
		}
	}
}

// export reads one order whole, as an auditor does.
func (p *process) export(h *host, id string) {
	w := p.world
	var out bytes.Buffer
	var err error
	if !p.on(h, func(ctx context.Context) { err = h.service.Export(ctx, id, &out) }) || w.faulty(p, err) {
		return
	}
	s := p.call.seen
	var history service.History
	switch {
	case errors.Is(err, supervision.ErrNotFound) && s == nil:
	case err != nil || s == nil:
		w.fail("exporting %s: %v, stored: %t", id, err, s != nil)
	default:
		if err := json.Unmarshal(out.Bytes(), &history); err != nil {
			w.fail("exporting %s: %v", id, err)
			return
		}
		w.whole(s, &history)
	}
}

// removed holds a removal against what may be removed: an order that the sink
// has as it stands, of which nothing waits to be relayed. What is removed is no
// order any more, for nobody.
func (w *world) removed(by author, id string, version int64, removed bool, err error) {
	s := w.shadow(id)
	may := s != nil && int64(s.version()) == version && s.after(0) == 0 && s.noticed() == 0
	if err != nil || removed != may {
		w.fail("removing order %s, version %d: %t, has to be %t, %v", id, version, removed, may, err)
		return
	}
	if !removed {
		return
	}
	if s.handed != int(version) {
		w.fail("order %s is removed at version %d, but the sink has version %d", id, version, s.handed)
	}
	if c := by.during(); c != nil {
		c.removed++
	}
	w.forget(s)
	w.result.Counts.Archived++
	w.log("    removed: order %s, version %d", id, version)
	if _, _, err := w.store.Load(background, id, ""); !errors.Is(err, supervision.ErrNotFound) {
		w.fail("order %s is removed, and there: %v", id, err)
	}
	if records, err := w.store.Records(background, id, 0, 1); err != nil || len(records) > 0 {
		w.fail("order %s is removed, and has records: %v", id, err)
	}
}

// forget takes an order from those that are there.
func (o *oracle) forget(s *shadow) {
	o.orders = slices.DeleteFunc(slices.Clone(o.orders), func(other *shadow) bool { return other == s })
	o.gone = append(o.gone, s)
}

// lives counts the orders of an id that have been archived.
func (o *oracle) lives(id string) (n int) {
	for _, s := range o.gone {
		if s.id == id {
			n++
		}
	}
	return n
}

// archivedMeanwhile reports whether an opening found the id taken, and then no
// order under it.
func (o *oracle) archivedMeanwhile(id string, err error) bool {
	return o.lives(id) > 0 && (errors.Is(err, supervision.ErrNotFound) || errors.Is(err, service.ErrConflict))
}

// known finds an order that is there, or else the last that was.
func (o *oracle) known(id string) *shadow {
	if s := o.shadow(id); s != nil {
		return s
	}
	for _, s := range slices.Backward(o.gone) {
		if s.id == id {
			return s
		}
	}
	return nil
}

// quiet reports whether no call is under way and no write still to come: only
// then a host opens an archived order's id again, for to a store the two are
// one.
func (w *world) quiet() bool {
	for _, p := range w.processes {
		if p.call.host != nil {
			return false
		}
	}
	return len(w.late) == 0
}
