package simulation

import (
	"errors"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Notices are held against the model: each is given when it is due and once,
// while the order is so that it stands, and none of what is due in the end was
// left out (R33).

// given: of the orders that were as the call said, the notices are in the
// outbox now.
func (w *world) given(by author, list []service.Noticed, err error) {
	var conflicts []string
	var conflict *service.ConflictError
	switch {
	case errors.As(err, &conflict):
		conflicts = conflict.Orders
	case err != nil:
		w.fail("giving notices: %v", err)
		return
	}
	for _, n := range list {
		s := w.shadow(n.Order)
		if slices.Contains(conflicts, n.Order) {
			if c := by.during(); c != nil {
				c.conflicted = true
			}
			continue
		}
		if s == nil || int64(s.version()) != n.Version {
			w.fail("order %s: notices given at version %d", n.Order, n.Version)
			return
		}
		for _, due := range n.Due {
			w.give(s, bridge.Micros(due))
		}
	}
}

func (w *world) give(s *shadow, due int64) {
	switch {
	case s.notices[due] != nil:
		w.fail("order %s: the notice of %s was given twice", s.id, bridge.Time(due))
	case due > w.now+w.plan.skew:
		w.fail("order %s: the notice of %s was given before it was due", s.id, bridge.Time(due))
	case !s.asksFor(due):
		w.fail("order %s: a notice of %s was given that nobody asked for", s.id, bridge.Time(due))
	}
	if s.notices == nil {
		s.notices = make(map[int64]*notice)
	}
	s.notices[due] = &notice{}
}

// noticeClaimed holds the claim of a notice against the outbox.
func (w *world) noticeClaimed(s *shadow, due, now int64, lease time.Duration) {
	n := s.notices[due]
	switch {
	case n == nil || n.acked:
		w.fail("order %s: claimed a notice of %s that does not wait", s.id, bridge.Time(due))
	case s.noticed() != due:
		w.fail("order %s: claimed the notice of %s before that of %s", s.id, bridge.Time(due),
			bridge.Time(s.noticed()))
	case n.until > now || n.next > now:
		w.fail("order %s: the notice of %s is claimed already", s.id, bridge.Time(due))
	default:
		n.until, n.stood = now+lease.Microseconds(), 0
		if s.stands(due, n.until+2*w.plan.skew) {
			n.stood = s.version()
		}
	}
}

// stands reports whether a notice lapses by nothing but a command until an
// instant.
func (s *shadow) stands(due, until int64) bool {
	if moves := s.last().Due(); moves != 0 && moves <= until {
		return false
	}
	return slices.ContainsFunc(s.last().Notices(), func(n model.Notice) bool {
		return n.Due == due && (n.Due >= n.At || n.At > until)
	})
}

// noticeAcknowledged: what leaves the outbox has been handed over, or has
// lapsed.
func (w *world) noticeAcknowledged(s *shadow, due int64) {
	n := s.notices[due]
	if !n.handed && n.stood == s.version() {
		w.fail("order %s: the notice of %s was acknowledged, but never handed over", s.id, bridge.Time(due))
	}
	n.acked = true
}

// noticeReturned ends the claim of a notice; what waits behind it waits as
// long.
func (w *world) noticeReturned(s *shadow, due int64, p service.Waiting) {
	n := s.notices[due]
	if n == nil {
		w.fail("order %s: a notice of %s was returned, but never claimed", s.id, bridge.Time(due))
		return
	}
	if n.acked || bridge.Micros(p.ClaimedUntil) != n.until {
		return
	}
	n.until, n.next = 0, bridge.Micros(p.Next)
	for other, m := range s.notices {
		if other < due {
			m.next = n.next
		}
	}
	for i := range s.places {
		s.places[i].next = n.next
	}
}

// noticeDelivered: what is handed over stands, as the host's clock goes.
func (w *world) noticeDelivered(e *service.Event, h *host) {
	due, _ := e.ID.Notice()
	s := w.known(e.ID.Order)
	if s == nil || s.notices[bridge.Micros(due)] == nil {
		w.fail("order %s: handed over a notice of %s that was never given", e.ID.Order, due)
		return
	}
	s.notices[bridge.Micros(due)].handed = true
	if e.Record.Action != nil || len(e.Notices) == 0 {
		w.fail("order %s: a notice without content", s.id)
	}
	for _, n := range e.Notices {
		if !n.Due.Equal(due) || n.Due.Before(n.At) && h != nil && bridge.Micros(n.At) <= h.now() {
			w.fail("order %s: %s of %s is handed over as that of %s", s.id, n.Kind, n.Due, due)
		}
	}
	w.result.Counts.Notices++
}

// everyNotice: in the end whoever was to be told has been told, once.
func (w *world) everyNotice(s *shadow) {
	for _, n := range s.last().Notices() {
		if s.lacks(n, w.now) {
			w.fail("order %s: nobody was told of %s at %s", s.id, n.Kind, bridge.Time(n.Due))
		}
	}
	if due := s.noticed(); due != 0 {
		w.fail("order %s: the notice of %s still waits", s.id, bridge.Time(due))
	}
}

// asksFor reports whether a notice stands that is due at an instant.
func (s *shadow) asksFor(due int64) bool {
	return slices.ContainsFunc(s.last().Told(due), func(n model.Notice) bool { return n.Due == due })
}

// lacks reports whether a notice is due for good, and was not given.
func (s *shadow) lacks(n model.Notice, now int64) bool {
	return n.Due <= now && n.Due >= n.At && s.notices[n.Due] == nil
}

// dueNotice is a notice that was to be given when a worker began.
type dueNotice struct {
	dueOrder
	model.Notice
}

// toldBy lists the notices that stand and are due by an instant, of the orders
// that time has not moved on.
func (w *world) toldBy(at int64) (list []dueNotice) {
	for _, s := range w.orders {
		if due := s.last().Due(); due != 0 && due <= at {
			continue
		}
		for _, n := range s.last().Notices() {
			// Of an instant that no host's clock has reached people are told ahead.
			if s.lacks(n, at) || n.Due <= at && n.At > w.now+w.plan.skew && s.notices[n.Due] == nil {
				list = append(list, dueNotice{dueOrder{s, s.version()}, n})
			}
		}
	}
	return list
}

// told: a notice is not late. After a step that was not cut short, and in which
// nobody else was faster, it is given, or its order has moved on, or what it
// tells of has come, be it on the fastest clock only.
func (w *world) told(due []dueNotice) {
	for _, d := range due {
		lapsed := d.Due < d.At && d.At <= w.now+w.plan.skew
		if d.order.version() == d.version && d.order.notices[d.Due] == nil && !lapsed {
			w.fail("order %s: a worker passed over the notice of %s at %s", d.order.id, d.Kind,
				bridge.Time(d.Due))
		}
	}
}

// noticesWait reports whether notices are to be given, or to be handed over.
func (w *world) noticesWait(s *shadow) bool {
	if s.noticed() != 0 {
		return true
	}
	for _, n := range s.last().Notices() {
		if s.lacks(n, w.now) {
			return true
		}
	}
	return false
}

// noticeID reads what an entry of the outbox names: 0 for a record.
func noticeID(id supervision.RecordID) int64 {
	if due, ok := id.Notice(); ok {
		return bridge.Micros(due)
	}
	return 0
}
