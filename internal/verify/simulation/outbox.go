package simulation

import (
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// claimed holds a claim against the outbox as it must be: of each order the
// first record that has not left it, unless somebody else has claimed it or it
// waits for its next attempt.
func (w *world) claimed(at time.Time, lease time.Duration, claimed []service.Claimed, err error) {
	if err != nil {
		w.fail("claiming: %v", err)
		return
	}
	now := bridge.Micros(at)
	for i := range claimed {
		c := &claimed[i]
		s := w.shadow(c.RecordID.Order)
		if s == nil {
			w.fail("claimed a record of %s, which was never created", c.RecordID.Order)
			return
		}
		if w.current != nil {
			w.current.call.claims(s)
		}
		if due := noticeID(c.RecordID); due != 0 {
			w.noticeClaimed(s, due, now, lease)
			continue
		}
		if due := s.noticed(); due != 0 {
			w.fail("order %s: record %d is claimed before the notice of %s", s.id, c.Seq, bridge.Time(due))
		}
		w.sameRecord(s, int(c.Seq), &c.Record)
		if diff := bridge.DiffOrder(s.last(), &c.Order); diff != "" {
			w.fail("order %s as claimed: %s", s.id, diff)
		}
		if c.Seq != s.after(0) {
			w.fail("order %s: claimed record %d, but %d waits", s.id, c.Seq, s.after(0))
		}
		place := &s.places[c.Seq-1]
		if place.until > now || place.next > now {
			w.fail("order %s: claimed at %s, but it is claimed until %s, and to be tried at %s", s.id, at,
				bridge.Time(place.until), bridge.Time(place.next))
		}
		place.until = now + lease.Microseconds()
	}
	if len(claimed) == 0 {
		for _, s := range w.orders {
			next := s.after(0)
			if s.noticed() != 0 {
				continue // which goes first, and may be under a claim
			}
			if next != 0 && s.places[next-1].until <= now && s.places[next-1].next <= now {
				w.fail("order %s: record %d waits and is not claimed", s.id, next)
			}
		}
	}
}

// returned ends claims, and says when what was claimed is tried again.
func (w *world) returned(places []service.Waiting, err error) {
	if err != nil {
		w.fail("returning: %v", err)
		return
	}
	for _, p := range places {
		s := w.shadow(p.Order)
		if due := noticeID(p.RecordID); due != 0 && s != nil {
			w.noticeReturned(s, due, p)
			continue
		}
		if s == nil && w.lives(p.Order) > 0 {
			continue
		}
		if s == nil || int(p.Seq) > s.version() {
			w.fail("order %s: record %d was returned, but never claimed", p.Order, p.Seq)
			return
		}
		place := &s.places[p.Seq-1]
		if s.acked[p.Seq-1] || bridge.Micros(p.ClaimedUntil) != place.until {
			continue
		}
		place.until = 0
		for i := int(p.Seq) - 1; i < len(s.places); i++ {
			s.places[i].next = bridge.Micros(p.Next)
		}
	}
}

// after is the number of the first record behind another that waits in the
// outbox; 0 for none.
func (s *shadow) after(seq int64) int64 {
	for i := int(seq); i < len(s.acked); i++ {
		if !s.acked[i] {
			return int64(i + 1)
		}
	}
	return 0
}

// delivered holds a relayed record against what was stored, its order's
// sequence, and the order as the record left it.
func (w *world) delivered(e *service.Event) {
	r := &e.Record
	s := w.known(r.Order)
	if s == nil {
		w.fail("relayed a record of %s, which was never created", r.Order)
		return
	}
	if was := s.was(min(int(r.Seq), s.version())); !s.matches(int(r.Seq), was, r) {
		w.sameRecord(s, int(r.Seq), r)
	}
	lost := w.shadow(r.Order) == nil && e.Order.Version == 0 // with the records, when it was archived
	if diff := s.diff(int(r.Seq), &e.Order); diff != "" && !lost {
		w.fail("order %s as relayed with record %d: %s", s.id, r.Seq, diff)
	}
	if int(r.Seq) > s.relayed+1 {
		w.fail("order %s: record %d relayed before %d", s.id, r.Seq, s.relayed+1)
	}
	s.relayed = max(s.relayed, int(r.Seq))
	w.result.Counts.Relayed++
}

// addressed: what is handed over is for the parties as they were when it was
// claimed, after an amendment the new ones (R31).
func (p *process) addressed(e *service.Event) {
	s := p.world.known(e.ID.Order)
	if s == nil {
		return
	}
	o := s.last()
	if version := p.call.claimed[s.id]; version > 0 {
		o = &s.states[version-1]
	}
	if e.Buyer != o.Buyer || e.Seller != o.Seller {
		p.world.fail("order %s: addressed to %s and %s", s.id, e.Buyer, e.Seller)
	}
}

// acknowledged: only what has been handed over leaves the outbox.
func (w *world) acknowledged(ids []supervision.RecordID, err error) {
	if err != nil {
		w.fail("acknowledging: %v", err)
		return
	}
	for _, id := range ids {
		s := w.shadow(id.Order)
		if due := noticeID(id); due != 0 && s != nil && s.notices[due] != nil {
			w.noticeAcknowledged(s, due)
			continue
		}
		if s == nil && w.lives(id.Order) > 0 {
			continue
		}
		if s == nil || int(id.Seq) > s.relayed {
			w.fail("order %s: record %d was acknowledged, but never relayed", id.Order, id.Seq)
			return
		}
		s.acked[id.Seq-1] = true
	}
}
