package simulation

import (
	"context"
	"errors"

	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// answered holds the answer to a command against the model's, and reports
// whether it is a definite one.
func (w *world) answered(p *process, want *intent, got *service.Result, err error) (definite bool) {
	c := &p.call
	w.log("    answer: %v, version %d", err, got.Order.Version)
	if w.faulty(p, err) {
		return false
	}
	s := c.seen
	if s == nil {
		w.unloaded(p, err)
		return true
	}
	known := &s.states[c.loaded-1]
	next, answer := known.Do(want.command, c.at)
	switch {
	case c.repeated:
		w.repeated(p, s, want, got, err)
	case errors.Is(err, service.ErrStale):
		if seen, _ := known.Settle(c.at); want.expects == 0 || seen.Version == want.expects || c.applied != 0 {
			w.fail("order %s: stale at version %d, expected %d, applied %d", s.id, seen.Version, want.expects,
				c.applied)
		}
	case errors.Is(err, service.ErrConflict):
		if !c.conflicted || c.applied != 0 {
			w.fail("order %s: conflict where nobody was faster, applied %d", s.id, c.applied)
		}
	case err != nil:
		w.result.Counts.Refused++
		diff := bridge.DiffAnswer(nil, &answer, nil, nil, err)
		if diff != "" || c.applied != 0 {
			w.fail("order %s: %s: %v: %s (applied %d)", s.id, want.command.Op, err, diff, c.applied)
		}
	case answer.Kind != "done":
		w.fail("order %s: %s was done, but is %+v", s.id, want.command.Op, answer)
	default:
		next = next.SeenBy(want.command.Role)
		if diff := bridge.DiffAnswer(&next, &answer, &got.Order, got.Records, nil); diff != "" || got.Repeated {
			w.fail("order %s: answer to %s: %s (repeated %t)", s.id, want.command.Op, diff, got.Repeated)
		}
		if want.dryRun != (c.applied == 0) || !want.dryRun && c.applied != int(got.Order.Version) {
			w.fail("order %s: %s was answered with version %d, stored as %d", s.id, want.command.Op, got.Order.Version,
				c.applied)
		}
	}
	return true
}

// unloaded: an answer without a look at the order is about the order's not
// being there, or about the command alone.
func (w *world) unloaded(p *process, err error) {
	if !errors.Is(err, supervision.ErrNotFound) && !errors.Is(err, supervision.ErrInvalid) || p.call.applied != 0 {
		w.fail("answered without a look at the order: %v", err)
	}
}

// faulty reports whether an error is one of the faults that are put in. Such a
// call must have met one, and only where its outcome is said to be unknown may
// it have done anything.
func (w *world) faulty(p *process, err error) bool {
	c := &p.call
	switch {
	case errors.Is(err, service.ErrUnknownOutcome):
	case errors.Is(err, errBroken), errors.Is(err, context.Canceled):
		if c.applied != 0 {
			w.fail("answered with %v, but it was applied", err)
		}
	default:
		return false
	}
	if !c.faulted {
		w.fail("nothing was wrong, but the answer is: %v", err)
	}
	return true
}

// repeated holds the answer to a command whose key was there against R28.
func (w *world) repeated(p *process, s *shadow, want *intent, got *service.Result, err error) {
	c := &p.call
	first := s.keyed(want.owned(), c.loaded)
	seen := s.states[c.loaded-1].Sees(want.command.Role, want.command.Actor)
	same := want.command.Repeats(bridge.Command(first.Actor, first.Action))
	if first.Seal != "" { // then its texts are no longer compared
		same = want.erased().Repeats(bridge.Command(first.Actor, first.Action))
	}
	switch {
	case c.applied != 0:
		w.fail("order %s: key %q applied again (R28)", s.id, want.key)
	case seen && same && err == nil:
		now, _ := s.states[c.loaded-1].Settle(c.at)
		now = now.SeenBy(want.command.Role)
		if diff := bridge.DiffOrder(&now, &got.Order); diff != "" || !got.Repeated || len(got.Records) > 0 {
			w.fail("order %s: answer to a repeated command: %s (repeated %t, %d records)", s.id, diff, got.Repeated,
				len(got.Records))
		}
		w.remember(s, int(got.Order.Version))
	case seen && !same && errors.Is(err, service.ErrKeyReused):
	case !seen && errors.Is(err, supervision.ErrNotFound): // it is another party's by now (R22, R31)
	default:
		w.fail("order %s: key %q sent again, same %t: %v", s.id, want.key, same, err)
	}
}

// openAnswered holds the answer to an opening, and reports whether it is a
// definite one.
func (w *world) openAnswered(p *process, want *intent, order *supervision.Order, err error) (definite bool) {
	if w.faulty(p, err) {
		return false
	}
	s := p.call.seen
	if s == nil { // it tells by the first record, or it was archived meanwhile
		s = w.known(want.order)
	}
	if w.archivedMeanwhile(want.order, err) {
		return true
	}
	if s != nil && errors.Is(err, service.ErrExists) {
		if s.openedBy(want.opening) {
			w.fail("opening %s again: %v", want.order, err)
		}
		return true
	}
	if err != nil || s == nil {
		w.fail("opening %s: %v, stored: %t", want.order, err, s != nil)
		return true
	}
	state := s.states[0]
	if !s.openedBy(want.opening) {
		w.fail("opening %s: another order was returned", s.id)
	}
	if p.call.applied == 0 { // it was there already
		state, _ = s.states[p.call.loaded-1].Settle(p.call.at)
	}
	if diff := bridge.DiffOrder(&state, order); diff != "" {
		w.fail("opening %s: %s", s.id, diff)
	}
	return true
}

// orderAnswered holds an order as it was shown against the model at that
// instant.
func (w *world) orderAnswered(p *process, s *shadow, role, id string, order *supervision.Order, err error) {
	if w.faulty(p, err) || w.hidden(p, s, role, id, err) {
		return
	}
	if p.call.conflicted && errors.Is(err, service.ErrConflict) {
		return // others were faster, again and again
	}
	now, _ := s.states[p.call.loaded-1].Settle(p.call.at)
	now = now.SeenBy(role)
	if diff := bridge.DiffOrder(&now, order); diff != "" || err != nil {
		w.fail("order %s as shown: %s %v", s.id, diff, err)
	}
	w.remember(s, int(order.Version))
}

// remember: what a reader is shown is stored, and so part of the order's
// history whatever comes later (R02). Every record that is added follows from
// the one before it, so what is stored is never undone.
func (w *world) remember(s *shadow, version int) {
	if version > s.version() {
		w.fail("order %s is shown at version %d, of which only %d are stored", s.id, version, s.version())
	}
}

// hidden: to a stranger, as the order was when it was read, it does not exist
// (R22).
func (w *world) hidden(p *process, s *shadow, role, id string, err error) bool {
	if p.call.seen == nil {
		if w.shadow(s.id) == s || !errors.Is(err, supervision.ErrNotFound) {
			w.fail("order %s for %s %s: %v, not there", s.id, role, id, err)
		}
		return true
	}
	stranger := !s.states[p.call.loaded-1].Sees(role, id)
	if stranger != errors.Is(err, supervision.ErrNotFound) {
		w.fail("order %s for %s %s: %v", s.id, role, id, err)
	}
	return stranger
}

// recordsAnswered holds a list of records against those stored when they were
// read, and those that time has made since.
func (w *world) recordsAnswered(p *process, s *shadow, role, id string, after, limit int, records []supervision.Record,
	err error) {
	if w.faulty(p, err) || w.hidden(p, s, role, id, err) {
		return
	}
	if p.call.conflicted && errors.Is(err, service.ErrConflict) {
		return
	}
	if err != nil {
		w.fail("records of %s: %v", s.id, err)
		return
	}
	read := p.call.read
	if read == 0 && len(records) == 0 {
		return // archived between the order and its records
	}
	w.remember(s, after+len(records))
	_, due := s.states[read-1].Settle(p.call.at)
	if len(records) > limit || len(records) < min(read-after, limit) {
		w.fail("order %s: %d records after %d of %d, limit %d", s.id, len(records), after, read, limit)
	}
	for i := range records {
		seq := after + i + 1
		if a, ok := records[i].Action.(supervision.Adoption); ok && (role == "buyer" || role == "seller") &&
			len(a.History) > 0 {
			w.fail("order %s shows a %s what another system recorded (R34)", s.id, role)
		}
		switch {
		case seq <= read:
			if !s.matches(seq, seenBy(s.was(seq), role, id), &records[i]) {
				w.sameAs(s, seq, seenBy(s.records[seq-1], role, id), &records[i])
			}
		case seq-read > len(due):
			w.fail("order %s: a record %d is shown that does not exist", s.id, seq)
		default:
			if diff := bridge.DiffRecord(&due[seq-read-1], &records[i]); diff != "" {
				w.fail("order %s: record %d, due but not stored, as shown: %s", s.id, seq, diff)
			}
		}
	}
	if read == p.call.loaded && len(records) < min(read+len(due)-after, limit) {
		w.fail("order %s: %d records after %d are shown, %d stored, %d due", s.id, len(records), after, read, len(due))
	}
}

// seenBy is a stored record as an actor sees it: no key but its own, no note
// that managers keep to themselves (R34).
func seenBy(r supervision.Record, role, id string) supervision.Record {
	if role != "system" && (string(r.Actor.Role) != role || r.Actor.ID != id) {
		r.Key = ""
	}
	if role == "manager" || role == "system" {
		return r
	}
	switch a := r.Action.(type) {
	case supervision.AddNote:
		if !a.Shared {
			r.Action, r.Salt = supervision.AddNote{}, ""
		}
	case supervision.Adoption:
		r.Salt = "" // it quotes what the other system recorded
	}
	return r
}

// pageAnswered holds a page's whole orders against time: none shows a status that
// time has ended.
func (w *world) pageAnswered(p *process, role string, page *service.Page[supervision.Order], err error) {
	if w.faulty(p, err) {
		return
	}
	if err != nil {
		w.fail("searching: %v", err)
	}
	for i := range page.Orders {
		if due := bridge.Micros(page.Orders[i].NextDue()); due != 0 && due <= p.call.at {
			w.fail("order %s is shown as it was before %s", page.Orders[i].ID, page.Orders[i].NextDue())
		}
		if a := page.Orders[i].Appeal; a != nil && (role == "buyer" || role == "seller") {
			for _, n := range a.Notes {
				if !n.Shared {
					w.fail("order %s shows a %s a note that managers keep to themselves (R34)", page.Orders[i].ID, role)
				}
			}
		}
	}
}

// readAnswered holds the error of an answer that is compared on the wire: only
// faults keep it from coming.
func (w *world) readAnswered(p *process, err error) {
	if !w.faulty(p, err) && err != nil {
		w.fail("reading: %v", err)
	}
}

// stepped holds the answer to a worker's step: only faults keep it from doing
// its work.
func (w *world) stepped(p *process, step string, err error) {
	if err != nil && !p.call.faulted {
		w.fail("%s: %v", step, err)
	}
}

// dueOrder is an order that was due when a worker began to settle.
type dueOrder struct {
	order   *shadow
	version int
}

// dueBy lists the orders that time has something to do with by an instant.
func (w *world) dueBy(at int64) (list []dueOrder) {
	for _, s := range w.orders {
		if due := s.last().Due(); due != 0 && due <= at {
			list = append(list, dueOrder{s, s.version()})
		}
	}
	return list
}

// settled: after a step that was not cut short, every order that was due has
// been moved, by whomever, or is named.
func (w *world) settled(due []dueOrder, err error) {
	named := map[string]bool{}
	if err != nil {
		var failed *service.OrdersError
		if !errors.As(err, &failed) {
			return
		}
		for _, f := range failed.Failed {
			named[f.Order] = true
		}
	}
	for _, d := range due {
		if d.order.version() == d.version && !named[d.order.id] {
			w.fail("order %s was due, and a worker passed it over", d.order.id)
		}
	}
}
