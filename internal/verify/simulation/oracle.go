package simulation

import (
	"errors"
	"slices"

	"github.com/koogallery/serviceflow/internal/verify/model"
	"github.com/koogallery/serviceflow/internal/verify/model/bridge"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// oracle knows what has been stored, as the model says it must be, and holds
// every write against it.
type oracle struct {
	orders []*shadow
	// gone are the orders that were archived.
	gone []*shadow
	// opened counts the orders that somebody has begun to open, serial makes
	// texts and keys different.
	opened, serial int
	templates      []service.PublishedTemplate
}

// author is who makes a write, and in which call: the write may come after the
// call.
type author struct {
	process *process
	number  int
	call    call
}

func (w *world) by() author {
	if w.current == nil {
		return author{call: call{at: w.now}}
	}
	return author{process: w.current, number: w.current.calls, call: w.current.call}
}

// during returns the call if it is still under way.
func (a author) during() *call {
	if a.process == nil || a.process.calls != a.number {
		return nil
	}
	return &a.process.call
}

// created holds new orders against the model.
func (w *world) created(by author, changes []service.Change, err error) {
	var exists *service.ExistsError
	if errors.As(err, &exists) {
		err = nil
	}
	for _, change := range changes {
		w.began(by, change, exists != nil && slices.Contains(exists.Orders, change.Order.ID), err)
	}
}

func (w *world) began(by author, change service.Change, taken bool, err error) {
	id := change.Order.ID
	s := w.shadow(id)
	switch {
	case taken:
		if s == nil {
			w.fail("order %s exists although nobody created it", id)
		}
		return
	case err != nil || s != nil:
		w.fail("creating order %s: %v, there already: %t", id, err, s != nil)
		return
	}
	states, records, snapshot := w.begins(by)
	if len(records) == 0 || len(change.Records) != len(records) {
		w.fail("order %s was created with %d records instead of %d", id, len(change.Records), len(records))
		return
	}
	s = &shadow{id: id, snapshot: snapshot, states: make([]model.Order, 0, 16),
		records: make([]supervision.Record, 0, 16)}
	for i := range records {
		s.add(states[i], change.Records[i])
		if diff := bridge.DiffRecord(&records[i], &change.Records[i]); diff != "" {
			w.fail("creating order %s: record %d: %s", id, i+1, diff)
		}
	}
	w.orders = append(w.orders, s)
	if snapshot != nil {
		w.result.Counts.Adopted++
	}
	if c := by.during(); c != nil {
		c.applied, c.seen = s.version(), s
	}
	w.result.Counts.Applied++
	w.stored(s, 0)
}

// begins are the states and records that the order a call wants begins with,
// and the snapshot where it is adopted.
func (w *world) begins(by author) (states []model.Order, records []model.Record, snapshot *model.Order) {
	want := by.call.want
	switch {
	case want == nil:
		return nil, nil, nil
	case want.snapshot != nil:
		states, records = adopted(want.snapshot, by.call.at)
	case want.opening != nil:
		o := want.opening
		first, record := model.Open(o.ID, o.Product, o.Buyer, o.Seller, &w.policy.model,
			by.call.latest.pinned(supervision.OpSubmitRequest), by.call.latest.pinned(supervision.OpDeliver),
			o.Paid.Amount, bridge.Micros(o.BoughtAt), 0, by.call.at)
		states, records = []model.Order{first}, []model.Record{record}
	}
	return states, records, want.snapshot
}

// saved holds a save against the model: the right ones are stored, and what is
// stored is what the rules say.
func (w *world) saved(by author, changes []service.Change, err error) {
	var conflict *service.ConflictError
	if err != nil && !errors.As(err, &conflict) {
		w.fail("saving: %v", err)
		return
	}
	for _, change := range changes {
		s := w.shadow(change.Order.ID)
		lost := conflict != nil && slices.Contains(conflict.Orders, change.Order.ID)
		if current := s != nil && s.version() == int(change.Before); current == lost {
			w.fail("order %s, saved from version %d: conflict %t", change.Order.ID, change.Before, lost)
			return
		}
		if !lost {
			w.follow(by, s, change)
		} else if c := by.during(); c != nil {
			c.conflicted = true
		}
	}
}

// erased holds an erasure against the model: it erases the texts of every
// record, and changes nothing else (R35).
func (w *world) erased(by author, change service.Change, erased []supervision.Record, err error) {
	s := w.shadow(change.Order.ID)
	if err == nil && s != nil {
		texts := 0
		for _, r := range s.records {
			if r.HasTexts() {
				texts++
			}
		}
		if texts != len(erased) {
			w.fail("order %s: %d records have texts, %d are erased", s.id, texts, len(erased))
		}
		if err := s.erase(); err != nil {
			w.fail("order %s: %v", s.id, err)
		}
	}
	w.saved(by, []service.Change{change}, err)
	if err == nil && s != nil {
		w.stored(s, 0)
		w.result.Counts.Erased++
	}
}

// follow takes the records of a change, one after the other, to the model.
func (w *world) follow(by author, s *shadow, change service.Change) {
	before := s.version()
	for i := range change.Records {
		r := &change.Records[i]
		var next model.Order
		var records []model.Record
		if madeByTime(r) {
			next, records = s.last().Settle(bridge.Micros(r.At))
		} else {
			var answer model.Answer
			next, answer = s.last().Do(bridge.Command(r.Actor, r.Action), bridge.Micros(r.At))
			records = answer.Records
			w.commanded(by, s, r)
			if answer.Kind != "done" {
				w.fail("order %s: %s was stored, but is %s: %+v", s.id, r.Operation, answer.Kind, answer)
				return
			}
		}
		if len(records) != 1 {
			w.fail("order %s: %s was stored as one record, but the rules ask for %d", s.id, r.Operation, len(records))
			return
		}
		if diff := bridge.DiffRecord(&records[0], r); diff != "" {
			w.fail("order %s, record %d: %s", s.id, r.Seq, diff)
			return
		}
		if latest := max(by.call.at, s.last().Updated); bridge.Micros(r.At) > latest {
			w.fail("order %s, record %d: it is of %s, which has not come yet", s.id, r.Seq, r.At)
		}
		w.count(s, &next, r)
		s.add(next, *r)
	}
	switch c := by.during(); {
	case c == nil:
	case madeByTime(&change.Records[len(change.Records)-1]):
		c.loaded = s.version() // which is what the call goes on with
	default:
		c.applied = s.version()
	}
	w.stored(s, before)
}

// madeByTime reports whether a record is one that nobody asked for.
func madeByTime(r *supervision.Record) bool {
	return r.Actor.Role == supervision.RoleSystem && r.Operation != supervision.OpReportReceipt &&
		r.Operation != supervision.OpErase
}

// commanded: nothing is stored that nobody asked for, nor as anything else than
// was asked, nor twice.
func (w *world) commanded(by author, s *shadow, r *supervision.Record) {
	want := by.call.want
	switch {
	case want == nil || want.opening != nil || want.snapshot != nil || want.dryRun || want.order != s.id:
		w.fail("order %s: nobody asked for %s", s.id, r.Operation)
	case bridge.Command(r.Actor, r.Action) != want.command || r.Key != want.key:
		w.fail("order %s: asked for %+v with key %q, stored %+v with key %q", s.id, want.command, want.key, r.Action,
			r.Key)
	case s.keyed(owned(r.Actor, r.Key), s.version()) != nil:
		w.fail("order %s: key %q applied twice (R28)", s.id, r.Key)
	case want.expects != 0 && want.expects != s.version():
		w.fail("order %s: applied to version %d, but only version %d was to be changed", s.id, s.version(),
			want.expects)
	case bridge.Micros(r.At) != max(by.call.at, s.last().Updated) && !want.command.Clock,
		bridge.Micros(r.At) != by.call.at && want.command.Clock:
		w.fail("order %s, record %d: it is of %s, but it was asked for at %s", s.id, r.Seq, r.At,
			bridge.Time(by.call.at))
	}
}

func (w *world) count(s *shadow, o *model.Order, r *supervision.Record) {
	w.result.Counts.Applied++
	if before := s.records[len(s.records)-1]; r.At.Before(before.At) {
		w.result.Counts.TurnedBack++
	}
	switch r.Operation {
	case supervision.OpRaiseAppeal:
		w.result.Counts.Appeals++
	case supervision.OpComplete:
		w.result.Counts.Completed++
	}
	w.mix(uint64(o.Version)<<8 | uint64(len(r.Operation)))
	w.log("    stored: order %s is %s, version %d by %s", o.ID, o.Status, o.Version, r.Operation)
}

// stored compares what the store has with what it must have, from a version on.
func (w *world) stored(s *shadow, after int) {
	order, _, err := w.store.Load(background, s.id, "")
	if err != nil {
		w.fail("order %s is lost: %v", s.id, err)
		return
	}
	if diff := bridge.DiffOrder(s.last(), &order); diff != "" {
		w.fail("order %s as stored: %s", s.id, diff)
	}
	records, err := w.store.Records(background, s.id, int64(after), supervision.MaxPage)
	if err != nil || len(records) != s.version()-after {
		w.fail("order %s has version %d, but %d records after %d (%v)", s.id, s.version(), len(records), after, err)
		return
	}
	for i := range records {
		w.sameRecord(s, after+i+1, &records[i].Record)
	}
	replayed, err := supervision.Replay(s.records)
	if err != nil {
		w.fail("order %s does not replay (R21): %v", s.id, err)
	} else if diff := bridge.DiffOrder(s.last(), &replayed); diff != "" {
		w.fail("order %s replayed (R21): %s", s.id, diff)
	}
}

// sameRecord compares a record with what the one of that number must be.
func (w *world) sameRecord(s *shadow, seq int, r *supervision.Record) {
	if seq > s.version() {
		w.fail("order %s has a record %d that was never stored", s.id, r.Seq)
		return
	}
	w.sameAs(s, seq, s.records[seq-1], r)
}

// sameAs holds a record against what it has to be.
func (w *world) sameAs(s *shadow, seq int, want supervision.Record, r *supervision.Record) {
	if !s.matches(seq, want, r) {
		w.fail("order %s, record %d: has to be %+v, found %+v", s.id, seq, want, *r)
	}
}

func (s *shadow) matches(seq int, want supervision.Record, r *supervision.Record) bool {
	return !(r.Order != s.id || r.Seq != int64(seq) || !r.At.Equal(want.At) || r.Actor != want.Actor ||
		r.Operation != want.Operation ||
		r.From != want.From || r.To != want.To || r.Key != want.Key || r.Finding != want.Finding ||
		r.Salt != want.Salt || r.Seal != want.Seal ||
		bridge.Command(r.Actor, r.Action) != bridge.Command(want.Actor, want.Action))
}
